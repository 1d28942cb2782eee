"""What happens to the model mandate and to comments on drafts."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class MandateModelDrafted(Event):
    """`based_on` is the number of the version that it begins as."""

    type: ClassVar[str] = "mandate_model.drafted"
    number: int
    based_on: int


@dataclass(frozen=True, kw_only=True)
class MandateModelEdited(Event):
    type: ClassVar[str] = "mandate_model.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MandateModelDiscarded(Event):
    type: ClassVar[str] = "mandate_model.discarded"
    number: int


@dataclass(frozen=True, kw_only=True)
class MandateModelPublished(Event):
    """Mandates drafted from now on cite this version. The first is the one that Essaim ships."""

    type: ClassVar[str] = "mandate_model.published"
    number: int


@dataclass(frozen=True, kw_only=True)
class MandateCommented(Event):
    """`clause_key` is None for a comment on the whole."""

    type: ClassVar[str] = "mandate.commented"
    comment_id: UUID
    clause_key: str | None


@dataclass(frozen=True, kw_only=True)
class MandateCommentResolved(Event):
    type: ClassVar[str] = "mandate.comment_resolved"
    comment_id: UUID


@dataclass(frozen=True, kw_only=True)
class MandateCommentReopened(Event):
    type: ClassVar[str] = "mandate.comment_reopened"
    comment_id: UUID
