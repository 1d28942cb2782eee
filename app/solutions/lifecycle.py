"""The life of a solution, and of its adoption by a directorate."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class SolutionState(Labelled):
    DRAFT = "draft", _("en rédaction")
    PUBLISHED = "published", _("publiée")
    RETIRED = "retired", _("retirée, avec une raison")


class AdoptionState(Labelled):
    INTERESTED = "interested", _("intéressée")
    ADAPTING = "adapting", _("en cours d'adaptation")
    IN_USE = "in_use", _("en usage")
    DROPPED = "dropped", _("abandonnée, avec une raison")


S = SolutionState
A = AdoptionState
COACH = _("coach, laboratoire")
ADOPTER = _("direction qui adopte, sa personne contact")

SOLUTIONS = Lifecycle(
    "solution",
    S.DRAFT,
    title=_("Solution"),
    moves=[
        Move("publish", (S.DRAFT,), S.PUBLISHED, COACH, _("Publier")),
        Move("retire", (S.PUBLISHED,), S.RETIRED, COACH, _("Retirer la solution")),
    ],
)

ADOPTIONS = Lifecycle(
    "adoption",
    A.INTERESTED,
    title=_("Essaimage"),
    moves=[
        Move("adapt", (A.INTERESTED,), A.ADAPTING, ADOPTER, _("Commencer l'adaptation")),
        Move("use", (A.ADAPTING,), A.IN_USE, ADOPTER, _("Mettre en usage")),
        Move("drop", (A.INTERESTED, A.ADAPTING), A.DROPPED, ADOPTER, _("Abandonner")),
    ],
)

KNOWN = (S.PUBLISHED, S.RETIRED)
"""States in which everybody may read a solution: one retired is still in use where it was adopted."""
