"""Which half-days a mandate frees, which of them are owed, and what they weigh. Pure functions of dates.

A week has ten half-days, Monday morning to Friday afternoon. A weekly half-day (*demi-journée*) is a tenth of
a full-time post; weights and hours are exact fractions, rounded only by `rounded`, for display.

Working time: CGFP L.611-2, décret 2001-623 (35 hours a week by default).
Part-time: CGFP L.612-1, décret 2004-777.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering
from typing import Final

from app.kit.calendar import Half, HalfDay, HolidayCalendar, Weekday
from app.kit.columns import Labelled
from app.kit.i18n import _

HALF_DAYS_PER_WEEK: Final = 10
WEEKLY_HOURS: Final = Decimal(35)


class Weeks(Labelled):
    """The weeks in which a slot stands, by the parity of their ISO number.

    A year of 53 weeks ends on an odd week and the next begins on one: two odd weeks in a row.
    """

    EVERY = "every", _("toutes les semaines")
    ODD = "odd", _("semaines impaires")
    EVEN = "even", _("semaines paires")

    def include(self, day: dt.date) -> bool:
        """Whether that day is in one of these weeks."""
        return self == Weeks.EVERY or (self == Weeks.ODD) == (day.isocalendar().week % 2 == 1)


@total_ordering
@dataclass(frozen=True, slots=True)
class Slot:
    """A half-day that comes back every week, or every odd or even week. Monday to Friday, in that order."""

    weekday: Weekday
    half: Half
    weeks: Weeks = Weeks.EVERY

    def __post_init__(self) -> None:
        if self.weekday.is_weekend:
            raise ValueError(f"a slot stands from monday to friday, not on {self.weekday}")

    def covers(self, half_day: HalfDay) -> bool:
        """Whether that half-day is one of its occurrences."""
        same = half_day.weekday == self.weekday and half_day.half == self.half
        return same and self.weeks.include(half_day.date)

    def occurrences(self, first_day: dt.date, last_day: dt.date) -> Iterator[HalfDay]:
        """Its half-days from `first_day` to `last_day`, both included, in order; none in an empty period."""
        lead = (self.weekday.number - first_day.weekday()) % 7
        for ordinal in range(first_day.toordinal() + lead, last_day.toordinal() + 1, 7):
            day = dt.date.fromordinal(ordinal)
            if self.weeks.include(day):
                yield HalfDay(day, self.half)

    def __lt__(self, other: object) -> bool:
        return self._rank < other._rank if isinstance(other, Slot) else NotImplemented

    @property
    def _rank(self) -> tuple[int, bool, str]:
        return self.weekday.number, self.half == Half.AFTERNOON, self.weeks


def half_days_per_week(slots: Iterable[Slot]) -> Fraction:
    """How many half-days the slots make in an average week: one of odd weeks is half a one, twice is once."""
    stood_in = {
        (slot.weekday, slot.half, parity)
        for slot in slots
        for parity in (Weeks.ODD, Weeks.EVEN)
        if slot.weeks in {Weeks.EVERY, parity}
    }
    return Fraction(len(stood_in), 2)


@dataclass(frozen=True, slots=True)
class WorkingPattern:
    """How an agent works: the share of full time, in per cent (`Decimal("80")`), and the half-days off.

    80 % with Wednesdays off is two slots; 90 % is one slot, or two in odd or even weeks. Share and slots need
    not agree: an agent may work shorter days instead (see `surplus_off`).
    """

    working_percentage: Decimal = Decimal(100)
    not_worked: frozenset[Slot] = frozenset()

    def __post_init__(self) -> None:
        if not (self.working_percentage.is_finite() and 0 < self.working_percentage <= 100):
            raise ValueError(f"a percentage is above 0 and at most 100, not {self.working_percentage}")
        if not self.worked_half_days_per_week:
            raise ValueError("a working pattern leaves something worked")

    def works(self, half_day: HalfDay) -> bool:
        """Whether the agent usually works then. Says nothing of holidays, absences or weekends."""
        return not any(slot.covers(half_day) for slot in self.not_worked)

    @property
    def worked_half_days_per_week(self) -> Fraction:
        """Half-days worked in an average week, out of ten."""
        return HALF_DAYS_PER_WEEK - half_days_per_week(self.not_worked)

    @property
    def expected_off(self) -> Fraction:
        """Half-days off in an average week if days keep their length: 2 at 80 %, 1 at 90 %, 3/2 at 85 %."""
        return HALF_DAYS_PER_WEEK * (1 - self._share)

    @property
    def surplus_off(self) -> Fraction:
        """Half-days off declared beyond what the percentage explains. Nought when the two agree.

        Above nought something is wrong in the pattern (or days are longer); below, days are shorter.
        """
        return half_days_per_week(self.not_worked) - self.expected_off

    @property
    def full_time_share_of_a_half_day(self) -> Fraction:
        """One worked half-day, as a share of a full-time week: a tenth when percentage and slots agree."""
        return self._share / self.worked_half_days_per_week

    @property
    def _share(self) -> Fraction:
        return Fraction(self.working_percentage) / 100


FULL_TIME: Final = WorkingPattern()


class AbsenceKind(Labelled):
    """Why an agent is away. Its kind stays with the absence: a plan says only that there is one."""

    LEAVE = "leave", _("congé")
    SICKNESS = "sickness", _("maladie")
    PARENTAL_LEAVE = "parental_leave", _("congé parental")
    SECONDMENT = "secondment", _("détachement")
    AVAILABILITY = "availability", _("disponibilité")
    OTHER = "other", _("autre absence")


@dataclass(frozen=True, slots=True)
class Absence:
    """An agent is away from `start` to `end`, both half-days included."""

    start: HalfDay
    end: HalfDay
    kind: AbsenceKind = AbsenceKind.OTHER

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"an absence ends after it starts: {self.start} to {self.end}")

    def covers(self, half_day: HalfDay) -> bool:
        """Whether the agent is away then."""
        return self.start.ordinal <= half_day.ordinal <= self.end.ordinal


class Status(Labelled):
    """What a planned half-day is to the agent."""

    OWED = "owed", _("due")
    EXCUSED = "excused", _("non due")


class Excuse(Labelled):
    """Why a half-day is not owed. When several hold, the first of them is given."""

    WEEKEND = "weekend", _("week-end")
    PUBLIC_HOLIDAY = "public_holiday", _("jour férié ou chômé")
    NOT_WORKED = "not_worked", _("temps non travaillé")
    ABSENCE = "absence", _("absence")


@dataclass(frozen=True, slots=True)
class PlannedHalfDay:
    """A half-day of a plan: owed, or excused, and by which holiday (`detail_fr`) when it is one."""

    half_day: HalfDay
    excuse: Excuse | None = None
    detail_fr: str | None = None

    @property
    def status(self) -> Status:
        """Owed unless excused."""
        return Status.EXCUSED if self.excuse else Status.OWED


def plan(
    slots: Iterable[Slot],
    first_day: dt.date,
    last_day: dt.date,
    *,
    calendar: HolidayCalendar,
    pattern: WorkingPattern = FULL_TIME,
    absences: Collection[Absence] = (),
) -> list[PlannedHalfDay]:
    """Every half-day of the slots from `first_day` to `last_day`, both included, in order, each once.

    Slots may repeat or overlap. Nothing is left out: what is not owed is there, excused. An empty
    period plans nothing.
    """
    half_days = (half_day for slot in slots for half_day in slot.occurrences(first_day, last_day))
    return plan_half_days(half_days, calendar=calendar, pattern=pattern, absences=absences)


def plan_half_days(
    half_days: Iterable[HalfDay],
    *,
    calendar: HolidayCalendar,
    pattern: WorkingPattern = FULL_TIME,
    absences: Collection[Absence] = (),
) -> list[PlannedHalfDay]:
    """The same from an explicit list of half-days, in any order; those on a weekend are excused."""
    ordered = sorted(set(half_days), key=lambda half_day: half_day.ordinal)
    return [_planned(half_day, calendar, pattern, absences) for half_day in ordered]


def _planned(
    half_day: HalfDay, calendar: HolidayCalendar, pattern: WorkingPattern, absences: Collection[Absence]
) -> PlannedHalfDay:
    if half_day.weekday.is_weekend:
        return PlannedHalfDay(half_day, Excuse.WEEKEND)
    if (holiday := calendar.holiday_name(half_day.date)) is not None:
        return PlannedHalfDay(half_day, Excuse.PUBLIC_HOLIDAY, holiday)
    if not pattern.works(half_day):
        return PlannedHalfDay(half_day, Excuse.NOT_WORKED)
    if any(absence.covers(half_day) for absence in absences):
        return PlannedHalfDay(half_day, Excuse.ABSENCE)
    return PlannedHalfDay(half_day)


def make_good_deadline(encroached_on: dt.date, calendar: HolidayCalendar, days: int = 15) -> dt.date:
    """The last day to give an encroached half-day back (*compensation*).

    `days` calendar days later, the day itself not counted, moved on to the next working day, as in code de
    procédure civile 641 and 642.
    """
    return calendar.next_working_day(encroached_on + dt.timedelta(days=days))


def free_half_days(
    after: HalfDay,
    until: dt.date,
    *,
    calendar: HolidayCalendar,
    pattern: WorkingPattern = FULL_TIME,
    absences: Collection[Absence] = (),
    taken: Collection[HalfDay] = (),
) -> Iterator[HalfDay]:
    """The half-days on which one could be given back: later than `after`, up to `until` included, in order.

    Working days only, worked by the agent, who is not absent, and not among `taken`: those already protected.
    """
    already = frozenset(taken)
    half_day = after.following
    while half_day.date <= until:
        if half_day not in already and not _planned(half_day, calendar, pattern, absences).excuse:
            yield half_day
        half_day = half_day.following


def full_time_equivalent(half_days: Fraction | int, pattern: WorkingPattern = FULL_TIME) -> Fraction:
    """`half_days` a week, in full-time posts (*ETP*): a tenth each, or less where days are shorter."""
    return half_days * pattern.full_time_share_of_a_half_day


def share_of_own_time(half_days: Fraction | int, pattern: WorkingPattern) -> Fraction:
    """`half_days` a week, as a share of what this agent works: one of eight at 80 % with Wednesdays off."""
    return half_days / pattern.worked_half_days_per_week


def half_day_hours(pattern: WorkingPattern = FULL_TIME, weekly_hours: Decimal = WEEKLY_HOURS) -> Fraction:
    """The hours of one worked half-day; `weekly_hours` is the full-time week of the agent's cycle."""
    return Fraction(weekly_hours) * pattern.full_time_share_of_a_half_day


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """For display only: halves go away from zero, as one rounds by hand."""
    scaled = abs(value) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(f"{-units if value < 0 else units}e-{places}")
