"""What happens to half-days. Planning is one event of the mandate; every later change is one of the half-day.

Payloads carry who, when and which mandate, for those who keep count of time: HR, calendars, the bulletin. They never
say why an agent is away, nor what they wrote.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.half_days.lifecycle import Excuse
from app.journal.events import Event
from app.kit.calendar import Half


@dataclass(frozen=True, kw_only=True)
class HalfDaysPlanned(Event):
    """`subject_id` is the mandate's. What is not `owed` was planned `excused`."""

    type: ClassVar[str] = "mandate.half_days_planned"
    first_day: date
    last_day: date
    owed: int
    excused: int


@dataclass(frozen=True, kw_only=True)
class HalfDayEvent(Event):
    """What every event of a half-day says of it."""

    mandate_id: UUID
    agent_id: UUID
    day: date
    half: Half


@dataclass(frozen=True, kw_only=True)
class HalfDayTaken(HalfDayEvent):
    type: ClassVar[str] = "half_day.taken"


@dataclass(frozen=True, kw_only=True)
class HalfDayEncroached(HalfDayEvent):
    type: ClassVar[str] = "half_day.encroached"
    make_good_due: date


@dataclass(frozen=True, kw_only=True)
class HalfDayMadeGood(HalfDayEvent):
    """It is to be given back by `by_id`, `late` when that stands after the promised day."""

    type: ClassVar[str] = "half_day.made_good"
    by_id: UUID
    late: bool


@dataclass(frozen=True, kw_only=True)
class HalfDayReopened(HalfDayEvent):
    """The half-day meant to give it back is not owed any more: it is to be given back again."""

    type: ClassVar[str] = "half_day.reopened"


@dataclass(frozen=True, kw_only=True)
class HalfDayWaived(HalfDayEvent):
    type: ClassVar[str] = "half_day.waived"


@dataclass(frozen=True, kw_only=True)
class HalfDayMoved(HalfDayEvent):
    """`by_id` stands in its place."""

    type: ClassVar[str] = "half_day.moved"
    by_id: UUID


@dataclass(frozen=True, kw_only=True)
class HalfDayExcused(HalfDayEvent):
    type: ClassVar[str] = "half_day.excused"
    excuse: Excuse


@dataclass(frozen=True, kw_only=True)
class HalfDayRestored(HalfDayEvent):
    type: ClassVar[str] = "half_day.restored"


@dataclass(frozen=True, kw_only=True)
class HalfDayPlanned(HalfDayEvent):
    """One planned after the others: it stands in the place of `replaces_id`."""

    type: ClassVar[str] = "half_day.planned"
    replaces_id: UUID
