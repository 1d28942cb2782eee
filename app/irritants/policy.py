"""Who may do what with an irritant."""

from typing import Any

from sqlmodel import Session

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.irritants.lifecycle import LIFECYCLE, OPEN, IrritantState
from app.irritants.models import Irritant
from app.irritants.problems import IdentityForgotten, NotProtected, VoteRefused
from app.kit.i18n import Text, _

KNOWN = (*OPEN, IrritantState.RESOLVED, IrritantState.REOPENED, IrritantState.MERGED)
"""States in which every agent may read an irritant. Before, and once declined, only its reporter and the lab."""


def is_reporter(_session: Session, actor: Actor, irritant: Irritant) -> bool:
    return irritant.reporter_id == actor.agent_id


is_known = Condition(
    _("l'irritant a été qualifié"), lambda _session, _actor, irritant: irritant.state in KNOWN
)
is_unqualified = Condition(
    _("l'irritant n'est pas encore qualifié"),
    lambda _session, _actor, irritant: irritant.state is IrritantState.SUBMITTED,
)

is_protected = Condition(
    _("l'irritant a été signalé sous protection"), lambda _session, _actor, irritant: irritant.protected
)

TRUSTED_ONLY = _(
    "Seules les personnes de confiance du laboratoire peuvent connaître l'auteur·e d'un signalement protégé."
)
LAB_ONLY = _("Ce geste revient au laboratoire.")

POLICY = Policy(
    "irritant",
    title=_("Irritant"),
    relations={C.REPORTER: is_reporter},
    actions=[
        Action("list", _("consulter les irritants"), (C.AGENT, C.LAB, C.HR),
               _("La liste des irritants s'adresse aux agents."), scope="programme:read"),
        Action("read", _("lire un irritant"),
               (C.LAB, C.REPORTER, Grant(C.TRUSTED, is_protected), Grant(C.AGENT, is_known)),
               _("Cet irritant n'est pas encore public."), scope="programme:read"),
        Action("report", _("signaler un irritant"), (C.AGENT, C.LAB),
               _("Le signalement est ouvert à tous les agents, et à eux seuls."), scope="programme:write"),
        Action("report_protected", _("signaler un irritant sous protection"), (C.AGENT, C.LAB),
               _("Une personne signale sous protection, avec son propre jeton : une application ne le peut pas.")),
        Action("edit", _("corriger un irritant"), (C.LAB, Grant(C.REPORTER, is_unqualified)),
               _("Une fois qualifié, un irritant n'est corrigé que par le laboratoire : écrivez un commentaire."),
               scope="programme:write"),
        Action("qualify", _("qualifier un irritant"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("decline", _("écarter un irritant"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("merge", _("réunir deux irritants"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("resolve", _("déclarer un irritant résolu"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("reopen", _("rouvrir un irritant"), (C.LAB, C.REPORTER),
               _("Seuls la personne qui l'a signalé et le laboratoire peuvent rouvrir un irritant."),
               scope="programme:write"),
        Action("vote", _("voter pour un irritant"), (C.AGENT,), _("Le vote est réservé aux agents.")),
        Action("comment", _("commenter un irritant"), (C.AGENT, C.LAB),
               _("Les commentaires sont ouverts aux agents et au laboratoire.")),
        Action("know_protected", _("savoir qu'un irritant a été signalé sous protection"), (C.LAB, C.TRUSTED),
               LAB_ONLY),
        Action("follow_protected", _("suivre un signalement protégé et y écrire, par sa clé de suivi"),
               (C.REPORTER,), _("La clé de suivi est remise une fois, à la personne qui signale.")),
        Action("read_dialogue", _("lire le dialogue avec l'auteur·e d'un signalement protégé"),
               (C.LAB, C.TRUSTED), LAB_ONLY),
        Action("write_message", _("écrire à l'auteur·e d'un signalement protégé"), (C.LAB, C.TRUSTED), LAB_ONLY),
        Action("open_identity", _("ouvrir l'identité de l'auteur·e, en disant pourquoi"), (C.TRUSTED,),
               TRUSTED_ONLY, fresh=True),
        Action("read_openings", _("lire qui a ouvert cette identité, et pourquoi"), (C.TRUSTED,), TRUSTED_ONLY),
    ],
)  # fmt: skip


def _no_vote(irritant: Irritant, _actor: Actor) -> Text | None:
    return None if irritant.state in OPEN else VoteRefused.title


def _unprotected(irritant: Irritant, _actor: Actor) -> Text | None:
    return None if irritant.protected else NotProtected.title


def _forgotten(irritant: Any, actor: Actor) -> Text | None:
    """Only those whom the row lets in come to ask: nobody else learns from it what was protected."""
    unprotected = _unprotected(irritant, actor)
    return unprotected or (None if irritant.identity_kept else IdentityForgotten.title)


ABILITIES = Abilities(
    POLICY,
    "edit",
    "qualify",
    "decline",
    "merge",
    "resolve",
    "reopen",
    Step("vote", _no_vote),
    "comment",
    Step("write_message", _unprotected),
    Step("open_identity", _forgotten),
    lifecycle=LIFECYCLE,
)
