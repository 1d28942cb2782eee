"""Calls to volunteers, the irritants they are about, and what agents answer."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.calls.lifecycle import ApplicationState, CallState
from app.kit.columns import AuthorityRow, EditedRow, enum_field, instant_field

_STANDING = text("state <> 'withdrawn'")


class Call(EditedRow, table=True):
    """A call of a programme. Applications come in from `opens_on` to `closes_on`, both included.

    `opened_at` is null as long as only the lab knows of it.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_created_at", "authority_id", "created_at", "id"),
        Index("ix_calls_programme_id", "programme_id"),
        Index("ix_calls_state", "authority_id", "state", "closes_on"),
        CheckConstraint("opens_on <= closes_on", name="dates"),
    )

    programme_id: UUID = Field(foreign_key="programmes.id")
    title: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    state: CallState = enum_field(CallState, default=CallState.DRAFT)
    opens_on: date
    closes_on: date
    opened_at: datetime | None = instant_field(default=None, nullable=True)
    reason: str | None = Field(default=None, sa_type=Text)


class CallIrritant(AuthorityRow, table=True):
    """An irritant that a call is about."""

    __tablename__ = "call_irritants"
    __table_args__ = (
        UniqueConstraint("call_id", "irritant_id"),
        Index("ix_call_irritants_irritant_id", "irritant_id"),
    )

    call_id: UUID = Field(foreign_key="calls.id")
    irritant_id: UUID = Field(foreign_key="irritants.id")


class Application(EditedRow, table=True):
    """An agent's offer to work on one irritant of a call.

    `manager_id` is whoever was the agent's manager that day: they are informed, and cannot refuse.
    """

    __tablename__ = "applications"
    __table_args__ = (
        ForeignKeyConstraint(
            ["call_id", "irritant_id"],
            ["call_irritants.call_id", "call_irritants.irritant_id"],
            name="fk_applications_call_id_call_irritants",
        ),
        Index(
            "uq_applications_standing",
            "call_id",
            "irritant_id",
            "agent_id",
            unique=True,
            postgresql_where=_STANDING,
            sqlite_where=_STANDING,
        ),
        Index("ix_applications_created_at", "authority_id", "created_at", "id"),
        Index("ix_applications_agent_id", "agent_id"),
        Index("ix_applications_manager_id", "manager_id"),
        Index("ix_applications_irritant_id", "irritant_id", "state"),
    )

    call_id: UUID
    irritant_id: UUID
    agent_id: UUID = Field(foreign_key="agents.id")
    manager_id: UUID | None = Field(default=None, foreign_key="agents.id")
    motivation: str = Field(sa_type=Text)
    state: ApplicationState = enum_field(ApplicationState, default=ApplicationState.SUBMITTED)
    reason: str | None = Field(default=None, sa_type=Text)


__all__ = ["Application", "Call", "CallIrritant"]
