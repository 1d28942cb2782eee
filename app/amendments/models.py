"""Amendments to mandates in force, the signatures that successors owe, and renewals.

The text of an amendment, its parties and their signatures are those of a submission of the mandate (`mandates.models`).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.amendments.lifecycle import AmendmentState, Cause, TaskState
from app.kit import clock
from app.kit.columns import AuthorityRow, EditedRow, enum_field, instant_field
from app.mandates.lifecycle import PartyCapacity

_PREPARED = text("state IN ('draft', 'in_signature')")
_OPEN = text("state = 'open'")


class Amendment(EditedRow, table=True):
    """What is to change of a mandate in force, and why (`purpose`).

    `terms` is the JSON of `terms.Terms`. `base_submission` is the text that it amends; `submission` the one that its
    parties sign, whose SHA-256 is `document_hash`, from its first submission on. `reason` is why it was refused.
    `in_force_from` is the first day of its terms.
    """

    __tablename__ = "mandate_amendments"
    __table_args__ = (
        Index("ix_mandate_amendments_created_at", "authority_id", "created_at", "id"),
        Index("ix_mandate_amendments_mandate_id", "mandate_id"),
        Index(
            "uq_mandate_amendments_open",
            "mandate_id",
            unique=True,
            postgresql_where=_PREPARED,
            sqlite_where=_PREPARED,
        ),
        CheckConstraint(
            "state NOT IN ('in_signature', 'in_force') OR document_hash IS NOT NULL", name="document"
        ),
        CheckConstraint("document_hash IS NULL OR submission IS NOT NULL", name="submission"),
        CheckConstraint("(state = 'in_force') = (in_force_from IS NOT NULL)", name="in_force"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    state: AmendmentState = enum_field(AmendmentState, default=AmendmentState.DRAFT)
    purpose: str = Field(sa_type=Text)
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, nullable=False)
    base_submission: int
    submission: int | None = None
    document_hash: str | None = Field(default=None, max_length=64)
    reason: str | None = Field(default=None, sa_type=Text)
    submitted_at: datetime | None = instant_field(default=None, nullable=True)
    in_force_from: date | None = None


class ResigningTask(EditedRow, table=True):
    """A mandate in force waits for somebody's signature, because who gave it holds the function no longer.

    `agent_id` is who holds it now, null while nobody does; `former_id` who had signed, null where nobody had. `since`
    is the submission in force when it was raised: a later one, signed in that capacity, closes it.
    """

    __tablename__ = "mandate_tasks"
    __table_args__ = (
        Index("ix_mandate_tasks_created_at", "authority_id", "created_at", "id"),
        Index("ix_mandate_tasks_agent_id", "agent_id", "state"),
        Index("ix_mandate_tasks_former_id", "former_id"),
        Index("ix_mandate_tasks_open", "mandate_id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    capacity: PartyCapacity = enum_field(PartyCapacity)
    agent_id: UUID | None = Field(default=None, foreign_key="agents.id")
    former_id: UUID | None = Field(default=None, foreign_key="agents.id")
    cause: Cause = enum_field(Cause)
    state: TaskState = enum_field(TaskState, default=TaskState.OPEN)
    since: int
    closed_at: datetime | None = instant_field(default=None, nullable=True)


class Renewal(AuthorityRow, table=True):
    """That a mandate was drafted to follow another: who decided what, and at which follow-up."""

    __tablename__ = "mandate_renewals"
    __table_args__ = (
        Index("uq_mandate_renewals_mandate_id", "mandate_id", unique=True),
        Index("ix_mandate_renewals_renews_id", "renews_id"),
        Index("ix_mandate_renewals_follow_up_id", "follow_up_id"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    renews_id: UUID = Field(foreign_key="mandates.id")
    follow_up_id: UUID | None = Field(default=None, foreign_key="follow_ups.id")
    decision: str = Field(sa_type=Text)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)


__all__ = ["Amendment", "Renewal", "ResigningTask"]
