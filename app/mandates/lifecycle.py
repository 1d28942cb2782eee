"""The life of a mandate, and what its parties and clauses are."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class MandateState(Labelled):
    DRAFT = "draft", _("en rédaction")
    IN_SIGNATURE = "in_signature", _("en signature")
    ACTIVE = "active", _("en vigueur")
    SUSPENDED = "suspended", _("suspendu")
    COMPLETED = "completed", _("terminé")
    TERMINATED = "terminated", _("interrompu")
    EXPIRED = "expired", _("arrivé à échéance")


class PartyCapacity(Labelled):
    """In what capacity somebody signs. Parties sign by rank, in this order; within a rank, in any order."""

    AGENT = "agent", _("agent·e de l'équipe")
    RELEASING_MANAGER = "releasing_manager", _("responsable qui libère les demi-journées")
    CLIENT_DIRECTORATE = "client_directorate", _("direction cliente")
    SPONSOR = "sponsor", _("sponsor")
    GUARANTOR = "guarantor", _("garant·e du cadre (laboratoire)")

    @property
    def rank(self) -> int:
        """1 for the agents, who sign first, to 5 for the guarantor."""
        return tuple(PartyCapacity).index(self) + 1


class PartyState(Labelled):
    PENDING = "pending", _("signature attendue")
    SIGNED = "signed", _("signé")
    REFUSED = "refused", _("refusé, avec une raison")
    VOID = "void", _("sans effet : le mandat est revenu en rédaction")


class ClauseKind(Labelled):
    """What a clause is about. The kinds follow the order of the model mandate."""

    PURPOSE = "purpose", _("mission")
    RESULT = "result", _("résultat attendu")
    PARTIES = "parties", _("équipe et parties")
    DURATION = "duration", _("durée")
    AUTONOMY_DECIDES = "autonomy_decides", _("autonomie : ce que l'équipe décide seule")
    AUTONOMY_PROPOSES = "autonomy_proposes", _("autonomie : ce que l'équipe propose")
    RESERVED = "reserved", _("autonomie : ce qui reste aux élus et à la hiérarchie")
    TIME = "time", _("demi-journées protégées")
    RELIEF = "relief", _("allègement de charge")
    PROTECTION_AGENTS = "protection_agents", _("protections des agents")
    PROTECTION_LEADERS = "protection_leaders", _("protections de celles et ceux qui dirigent")
    FOLLOW_UP = "follow_up", _("points de suivi")
    MEANS = "means", _("moyens")
    CONFIDENTIALITY = "confidentiality", _("confidentialité")
    PUBLICATION = "publication", _("publication")
    AMENDMENT = "amendment", _("avenant et suspension")
    END = "end", _("fin et renouvellement")
    SIGNATURE = "signature", _("signature et portée")
    OTHER = "other", _("clause propre à ce mandat")

    @property
    def protects(self) -> bool:
        """Whether it is one of those that nobody's model mandate may weaken: time, relief and protections."""
        return self in {
            ClauseKind.TIME,
            ClauseKind.RELIEF,
            ClauseKind.PROTECTION_AGENTS,
            ClauseKind.PROTECTION_LEADERS,
        }


S = MandateState
LAB_COACH = _("laboratoire, coach")
SPONSOR_LAB = _("sponsor, laboratoire")

LIFECYCLE = Lifecycle(
    "mandate",
    S.DRAFT,
    title=_("Mandat"),
    moves=[
        Move(
            "relieve",
            (S.DRAFT,),
            S.DRAFT,
            _("responsable, laboratoire, coach"),
            _("Écrire l'allègement de charge"),
        ),
        Move("submit", (S.DRAFT,), S.IN_SIGNATURE, LAB_COACH, _("Soumettre à signature")),
        Move("sign", (S.IN_SIGNATURE,), S.IN_SIGNATURE, _("partie dont le tour est venu"), _("Signer")),
        Move(
            "refuse",
            (S.IN_SIGNATURE,),
            S.DRAFT,
            _("partie qui n'a pas encore signé"),
            _("Refuser, avec sa raison"),
        ),
        Move("withdraw", (S.IN_SIGNATURE,), S.DRAFT, LAB_COACH, _("Reprendre la rédaction")),
        Move(
            "lapse",
            (S.IN_SIGNATURE,),
            S.DRAFT,
            _("délai de signature"),
            _("Revenir en rédaction, délai passé"),
        ),
        Move("activate", (S.IN_SIGNATURE,), S.ACTIVE, _("dernière signature"), _("Entrer en vigueur")),
        Move("suspend", (S.ACTIVE,), S.SUSPENDED, SPONSOR_LAB, _("Suspendre")),
        Move("resume", (S.SUSPENDED,), S.ACTIVE, SPONSOR_LAB, _("Reprendre")),
        Move(
            "complete", (S.ACTIVE, S.SUSPENDED), S.COMPLETED, _("laboratoire, fin de l'équipe"), _("Terminer")
        ),
        Move("terminate", (S.ACTIVE, S.SUSPENDED), S.TERMINATED, SPONSOR_LAB, _("Interrompre")),
        Move("expire", (S.ACTIVE, S.SUSPENDED), S.EXPIRED, _("échéance"), _("Arriver à échéance")),
    ],
)

PREPARED = (S.DRAFT, S.IN_SIGNATURE)
"""States before the last signature. A team has at most one mandate in them."""

IN_FORCE = (S.ACTIVE, S.SUSPENDED)
"""States in which what was signed binds."""
