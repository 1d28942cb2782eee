"""Protected half-days."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.half_days.lifecycle import Excuse, HalfDayState
from app.kit.calendar import Half
from app.kit.columns import EditedRow, enum_field

_STANDS = text("state NOT IN ('moved', 'excused', 'waived')")


class HalfDay(EditedRow, table=True):
    """One morning or afternoon of one agent, freed by a mandate and counted as work.

    `replaces_id` is the half-day in whose place it stands, because that one was moved or taken back; the other end is
    `replaced_by_id`. `gives_back`: somewhere up that line stands an encroachment, so that it is owed whatever becomes
    of the mandate. `make_good_due` is the last day to give it back once it is encroached; for one that gives another
    back, the last day that was promised for that; `late` when it stands after. `excuse_detail` is the holiday's name,
    or what whoever excused it by hand wrote.
    """

    __tablename__ = "half_days"
    __table_args__ = (
        Index(
            "uq_half_days_standing",
            "agent_id",
            "day",
            "half",
            unique=True,
            postgresql_where=_STANDS,
            sqlite_where=_STANDS,
        ),
        Index("ix_half_days_day", "authority_id", "day", "id"),
        Index("ix_half_days_agent_id", "agent_id", "day", "id"),
        Index("ix_half_days_mandate_id", "mandate_id", "day", "id"),
        Index("ix_half_days_team_id", "team_id", "day", "id"),
        CheckConstraint("(state = 'excused') = (excuse IS NOT NULL)", name="excuse"),
        CheckConstraint("state <> 'encroached' OR make_good_due IS NOT NULL", name="make_good_due"),
        CheckConstraint(
            "(state IN ('moved', 'made_good')) = (replaced_by_id IS NOT NULL)", name="replaced_by"
        ),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    team_id: UUID = Field(foreign_key="teams.id")
    agent_id: UUID = Field(foreign_key="agents.id")
    day: date
    half: Half = enum_field(Half)
    state: HalfDayState = enum_field(HalfDayState, default=HalfDayState.PLANNED)
    excuse: Excuse | None = enum_field(Excuse, default=None, nullable=True)
    excuse_detail: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    asked_by: str | None = Field(default=None, max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    waived_because: str | None = Field(default=None, sa_type=Text)
    make_good_due: date | None = None
    gives_back: bool = False
    late: bool = False
    replaces_id: UUID | None = Field(default=None, foreign_key="half_days.id")
    replaced_by_id: UUID | None = Field(default=None, foreign_key="half_days.id")


__all__ = ["HalfDay"]
