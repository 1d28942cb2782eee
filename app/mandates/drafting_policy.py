"""Who may do what with the model mandate, and with comments on drafts."""

from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, exists
from sqlmodel import col

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.access.standing import Clauses
from app.kit.i18n import Text, _
from app.mandates.drafting_lifecycle import COMMENT_LIFECYCLE, MODEL_LIFECYCLE, ModelState
from app.mandates.drafting_models import MandateComment
from app.mandates.drafting_problems import ModelPublished
from app.mandates.models import Mandate
from app.mandates.policy import (
    FUTURE_PARTIES,
    IS_COACH,
    IS_HEAD,
    IS_MANAGER,
    IS_MEMBER,
    IS_PARTY,
    IS_SPONSOR,
    as_agent,
    binds,
)

EVERYBODY = (C.AGENT, C.LAB, C.HR, C.ELECTED, C.ADMINISTRATOR)
LAB_ONLY = _("Ce geste revient au laboratoire.")
LAB_COACH_AUTHOR = _(
    "Ce geste revient à la personne qui a fait la remarque, au laboratoire et au coach de l'équipe."
)

MODEL = Policy(
    "mandate_model",
    title=_("Mandat type"),
    actions=[
        Action("read", _("lire le mandat type et ses versions"), EVERYBODY,
               _("Le mandat type s'adresse aux agents de la collectivité."), scope="programme:read"),
        Action("write", _("préparer ou corriger une version du mandat type"), (C.LAB,), LAB_ONLY,
               scope="programme:write"),
        Action("discard", _("abandonner une version du mandat type en rédaction"), (C.LAB,), LAB_ONLY,
               scope="programme:write"),
        Action("publish", _("publier une version du mandat type"), (C.LAB,), LAB_ONLY, scope="programme:write"),
    ],
)  # fmt: skip


def _of_its_mandate(stands: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists(1).where(col(Mandate.id) == col(MandateComment.mandate_id), stands).correlate(MandateComment)
    )


TOWARDS_ITS_MANDATE: dict[C, ColumnElement[bool]] = {
    capacity: _of_its_mandate(stands)
    for capacity, stands in (
        (C.PARTY, IS_PARTY),
        (C.SPONSOR, IS_SPONSOR),
        (C.COACH, IS_COACH),
        (C.HEAD, IS_HEAD),
        (C.MEMBER, IS_MEMBER),
        (C.MANAGER, IS_MANAGER),
    )
}
"""How the viewer stands towards the mandate that a comment is on."""

COMMENT = Policy(
    "mandate_comment",
    title=_("Remarque sur un mandat"),
    clauses=Clauses(
        MandateComment,
        {
            **TOWARDS_ITS_MANDATE,
            C.OWNER: col(MandateComment.author_id) == bindparam("viewer_id", type_=Uuid()),
        },
        binds,
    ),
    actions=[
        Action("read", _("lire une remarque sur un mandat"), (C.LAB, C.PARTY, C.SPONSOR, *as_agent),
               FUTURE_PARTIES),
        Action("resolve", _("dire une remarque traitée"), (C.LAB, C.COACH, C.OWNER), LAB_COACH_AUTHOR),
        Action("reopen", _("reprendre une remarque traitée"), (C.LAB, C.COACH, C.OWNER), LAB_COACH_AUTHOR),
    ],
)  # fmt: skip


def _published(model: Any, _actor: Actor) -> Text | None:
    return None if model.state is ModelState.DRAFT else ModelPublished.title


MODEL_ABILITIES = Abilities(
    MODEL, Step("write", _published), Step("discard", _published), "publish", lifecycle=MODEL_LIFECYCLE
)
COMMENT_ABILITIES = Abilities(COMMENT, "resolve", "reopen", lifecycle=COMMENT_LIFECYCLE)
