"""The lives of what a mandate is written from and with: the authority's model mandate, and the parties' comments."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class ModelState(Labelled):
    """One version at most is being written, and one is in force; the former ones stay readable."""

    DRAFT = "draft", _("en rédaction")
    IN_FORCE = "in_force", _("en vigueur")
    FORMER = "former", _("remplacé")


class CommentState(Labelled):
    OPEN = "open", _("à traiter")
    RESOLVED = "resolved", _("traité")


MODEL_LIFECYCLE = Lifecycle(
    "mandate_model",
    ModelState.DRAFT,
    title=_("Mandat type"),
    moves=[
        Move(
            "publish",
            (ModelState.DRAFT,),
            ModelState.IN_FORCE,
            _("laboratoire"),
            _("Publier une version du mandat type"),
        ),
        Move(
            "replace",
            (ModelState.IN_FORCE,),
            ModelState.FORMER,
            _("publication de la version suivante"),
            _("Être remplacé"),
        ),
    ],
)

COMMENT_LIFECYCLE = Lifecycle(
    "mandate_comment",
    CommentState.OPEN,
    title=_("Remarque sur un mandat"),
    moves=[
        Move(
            "resolve",
            (CommentState.OPEN,),
            CommentState.RESOLVED,
            _("auteur·e de la remarque, laboratoire, coach"),
            _("Dire une remarque traitée"),
        ),
        Move(
            "reopen",
            (CommentState.RESOLVED,),
            CommentState.OPEN,
            _("auteur·e de la remarque, laboratoire, coach"),
            _("Reprendre une remarque"),
        ),
    ],
)
