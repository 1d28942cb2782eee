"""The life of an amendment, and of the task that asks a successor to sign."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class AmendmentState(Labelled):
    DRAFT = "draft", _("en rédaction")
    IN_SIGNATURE = "in_signature", _("en signature")
    IN_FORCE = "in_force", _("en vigueur")
    DROPPED = "dropped", _("laissé sans suite")


class TaskState(Labelled):
    OPEN = "open", _("signature à demander")
    DONE = "done", _("signé par la personne qui succède")
    MOOT = "moot", _("sans objet")


class Cause(Labelled):
    """Why a mandate in force waits for a new signature."""

    LEFT = "left", _("la personne qui avait signé n'est plus en poste")
    POSITION = "position", _("la position de la personne qui avait signé la libère de ses fonctions")
    CHANGED = "changed", _("une autre personne exerce cette fonction")
    TERM_ENDED = "term_ended", _("le mandat électif de la personne qui avait signé a pris fin")


S, T = AmendmentState, TaskState
LAB_COACH = _("laboratoire, coach")

LIFECYCLE = Lifecycle(
    "amendment",
    S.DRAFT,
    title=_("Avenant"),
    moves=[
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
        Move("drop", (S.DRAFT,), S.DROPPED, LAB_COACH, _("Laisser sans suite")),
        Move("take_effect", (S.IN_SIGNATURE,), S.IN_FORCE, _("dernière signature"), _("Entrer en vigueur")),
        Move("lapse", (S.DRAFT, S.IN_SIGNATURE), S.DROPPED, _("fin du mandat"), _("Devenir sans objet")),
    ],
)

TASKS = Lifecycle(
    "resigning_task",
    T.OPEN,
    title=_("Signature d'un successeur"),
    moves=[
        Move("close", (T.OPEN,), T.DONE, _("signature de qui succède"), _("Clore")),
        Move(
            "void",
            (T.OPEN,),
            T.MOOT,
            _("fin du mandat, retour à la situation signée"),
            _("Rendre sans objet"),
        ),
    ],
)

OPEN = (S.DRAFT, S.IN_SIGNATURE)
"""States before the last signature. A mandate has at most one amendment in them."""
