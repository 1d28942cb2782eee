"""The life of an irritant: nothing is ever silently dropped."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class IrritantState(Labelled):
    SUBMITTED = "submitted", _("signalé")
    QUALIFIED = "qualified", _("qualifié")
    SELECTED = "selected", _("retenu")
    IN_PROGRESS = "in_progress", _("pris en charge")
    RESOLVED = "resolved", _("résolu")
    REOPENED = "reopened", _("rouvert")
    MERGED = "merged", _("réuni à un autre")
    DECLINED = "declined", _("écarté, avec une raison")


class Side(Labelled):
    """Who writes in the dialogue with a protected reporter."""

    REPORTER = "reporter", _("auteur·e du signalement")
    LAB = "lab", _("laboratoire")


S = IrritantState
LAB = _("laboratoire")

LIFECYCLE = Lifecycle(
    "irritant",
    S.SUBMITTED,
    title=_("Irritant"),
    moves=[
        Move("qualify", (S.SUBMITTED, S.REOPENED), S.QUALIFIED, LAB, _("Qualifier")),
        Move("select", (S.QUALIFIED,), S.SELECTED, _("ouverture d'un appel"), _("Retenir")),
        Move("start", (S.SELECTED,), S.IN_PROGRESS, _("mandat actif"), _("Prendre en charge")),
        Move(
            "release",
            (S.SELECTED, S.IN_PROGRESS),
            S.QUALIFIED,
            _("fin d'un appel ou d'une équipe"),
            _("Rendre"),
        ),
        Move("resolve", (S.IN_PROGRESS,), S.RESOLVED, LAB, _("Déclarer résolu")),
        Move("reopen", (S.RESOLVED,), S.REOPENED, _("auteur·e, laboratoire"), _("Rouvrir")),
        Move("merge", (S.SUBMITTED, S.QUALIFIED, S.REOPENED), S.MERGED, LAB, _("Réunir à un autre")),
        Move("decline", (S.SUBMITTED, S.QUALIFIED, S.REOPENED), S.DECLINED, LAB, _("Écarter")),
    ],
)

OPEN = (S.QUALIFIED, S.SELECTED, S.IN_PROGRESS)
"""States in which an irritant is known to all and can be voted for."""
