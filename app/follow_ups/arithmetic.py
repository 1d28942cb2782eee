"""When the follow-ups (*points de suivi*) of a mandate stand. Pure functions of local dates.

The nth stands `n` cadences after the first day of the mandate: its theoretical day. It is planned on that day
or, when nobody works then, on the next working day. The one after counts from the theoretical day, so nothing
drifts.

A follow-up belongs to the mandate when its theoretical day does. The last may thus be planned a few days
after the mandate's last day: it is moved on like any other, never brought forward, and never dropped.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from app.kit.calendar import HolidayCalendar

CADENCE_WEEKS: Final = 6
GRACE_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class PlannedFollowUp:
    """A follow-up of a mandate, numbered from 1: the day the cadence gives, and the working day for it."""

    ordinal: int
    theoretical: dt.date
    planned: dt.date


def plan_follow_ups(
    first_day: dt.date,
    last_day: dt.date,
    *,
    calendar: HolidayCalendar,
    cadence_weeks: int = CADENCE_WEEKS,
    count: int | None = None,
) -> list[PlannedFollowUp]:
    """The follow-ups of a mandate from `first_day` to `last_day` (both included), at most `count` of them."""
    return list(islice(_from(0, first_day, last_day, calendar, cadence_weeks), count))


def next_follow_up(
    previous: PlannedFollowUp,
    last_day: dt.date,
    *,
    calendar: HolidayCalendar,
    cadence_weeks: int = CADENCE_WEEKS,
) -> PlannedFollowUp | None:
    """The one after `previous`, whenever that one was held; none once the mandate is over.

    A cadence changed by an amendment (*avenant*) counts from the theoretical day of `previous`.
    """
    return next(_from(previous.ordinal, previous.theoretical, last_day, calendar, cadence_weeks), None)


def is_missed(planned: dt.date, today: dt.date, grace_days: int = GRACE_DAYS) -> bool:
    """Whether a follow-up not held is missed: more than `grace_days` calendar days after its planned day."""
    return today > planned + dt.timedelta(days=grace_days)


def _from(
    ordinal: int, theoretical: dt.date, last_day: dt.date, calendar: HolidayCalendar, cadence_weeks: int
) -> Iterator[PlannedFollowUp]:
    if cadence_weeks < 1:
        raise ValueError(f"a cadence is at least one week, not {cadence_weeks}")
    while (theoretical := theoretical + dt.timedelta(weeks=cadence_weeks)) <= last_day:
        ordinal += 1
        yield PlannedFollowUp(ordinal, theoretical, calendar.next_working_day(theoretical))
