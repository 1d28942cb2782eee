"""What mandates are written from and with: the versions of an authority's model mandate, and comments on drafts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.kit.columns import AuthorityRow, EditedRow, enum_field, instant_field
from app.mandates.drafting_lifecycle import CommentState, ModelState
from app.mandates.lifecycle import ClauseKind, PartyCapacity
from app.mandates.models import DEADLINE

_DRAFT = text("state = 'draft'")
_IN_FORCE = text("state = 'in_force'")


class MandateModel(EditedRow, table=True):
    """A version of the authority's model mandate, by its `number`: 1, 2, 3… `note` says what is new in it.

    Once published it does not change: a mandate cites the version that it was drafted from.
    """

    __tablename__ = "mandate_models"
    __table_args__ = (
        UniqueConstraint("authority_id", "number"),
        Index(
            "uq_mandate_models_draft",
            "authority_id",
            unique=True,
            postgresql_where=_DRAFT,
            sqlite_where=_DRAFT,
        ),
        Index(
            "uq_mandate_models_in_force",
            "authority_id",
            unique=True,
            postgresql_where=_IN_FORCE,
            sqlite_where=_IN_FORCE,
        ),
        CheckConstraint("(published_at IS NULL) = (state = 'draft')", name="published"),
        CheckConstraint("(replaced_at IS NULL) = (state <> 'former')", name="replaced"),
    )

    number: int
    state: ModelState = enum_field(ModelState, default=ModelState.DRAFT)
    title: str = Field(max_length=200)
    preamble: str = Field(sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    published_at: datetime | None = instant_field(default=None, nullable=True)
    replaced_at: datetime | None = instant_field(default=None, nullable=True)


class MandateModelClause(AuthorityRow, table=True):
    """A clause of a version of the model. Its deadline is a number of days after the first day of the mandate."""

    __tablename__ = "mandate_model_clauses"
    __table_args__ = (
        UniqueConstraint("model_id", "key"),
        UniqueConstraint("model_id", "position"),
        CheckConstraint(DEADLINE, name="deadline"),
    )

    model_id: UUID = Field(foreign_key="mandate_models.id")
    position: int
    key: str = Field(max_length=64)
    kind: ClauseKind = enum_field(ClauseKind)
    title: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    plain: str = Field(sa_type=Text)
    mandatory: bool = False
    deadline_days: int | None = None
    deadline_owner: PartyCapacity | None = enum_field(PartyCapacity, default=None, nullable=True)
    deadline_what: str | None = Field(default=None, max_length=200)


class MandateComment(EditedRow, table=True):
    """What somebody remarks on a draft: on one clause (`clause_key`) or on the whole."""

    __tablename__ = "mandate_comments"
    __table_args__ = (
        Index("ix_mandate_comments_mandate_id", "mandate_id", "created_at", "id"),
        Index("ix_mandate_comments_author_id", "author_id"),
        Index("ix_mandate_comments_resolved_by_id", "resolved_by_id"),
        CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    clause_key: str | None = Field(default=None, max_length=64)
    body: str = Field(sa_type=Text)
    author_id: UUID | None = Field(default=None, foreign_key="agents.id")
    state: CommentState = enum_field(CommentState, default=CommentState.OPEN)
    resolved_by_id: UUID | None = Field(default=None, foreign_key="agents.id")
    resolved_at: datetime | None = instant_field(default=None, nullable=True)
