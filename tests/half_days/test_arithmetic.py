"""Half-days owed and excused: by hand-checked dates, then against a model that walks day by day."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.half_days.arithmetic import (
    FULL_TIME,
    Absence,
    AbsenceKind,
    Excuse,
    PlannedHalfDay,
    Slot,
    Status,
    Weeks,
    WorkingPattern,
    free_half_days,
    full_time_equivalent,
    half_day_hours,
    half_days_per_week,
    make_good_deadline,
    plan,
    plan_half_days,
    rounded,
    share_of_own_time,
)
from app.kit.calendar import Half, HalfDay, Holiday, HolidayCalendar, Weekday
from tests.support.slow_calendar import CODES, SlowCalendar, authorities, custom_names, days, each_day

MORNING, AFTERNOON = Half.MORNING, Half.AFTERNOON
PARIS = HolidayCalendar()
TUESDAY_MORNING = Slot(Weekday.TUESDAY, MORNING)
WEDNESDAYS = frozenset({Slot(Weekday.WEDNESDAY, MORNING), Slot(Weekday.WEDNESDAY, AFTERNOON)})
ODD_FRIDAYS = frozenset(
    {Slot(Weekday.FRIDAY, MORNING, Weeks.ODD), Slot(Weekday.FRIDAY, AFTERNOON, Weeks.ODD)}
)
ALL_SLOTS = [Slot(*choice) for choice in product(list(Weekday)[:5], Half, Weeks)]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def at(text: str) -> HalfDay:
    """`at("2026-11-26 morning")`."""
    date, half = text.split()
    return HalfDay(day(date), Half(half))


def told(planned: Iterable[PlannedHalfDay]) -> list[str]:
    """A plan as one reads it: the date, then why it is excused."""
    return [
        f"{item.half_day.date}" + (f" {item.detail_fr or item.excuse}" if item.excuse else "")
        for item in planned
    ]


class TestSlot:
    def test_stands_on_a_working_weekday(self) -> None:
        with pytest.raises(ValueError, match="monday to friday, not on saturday"):
            Slot(Weekday.SATURDAY, MORNING)

    def test_sorts_in_the_order_of_the_week(self) -> None:
        morning, afternoon = Slot(Weekday.MONDAY, MORNING), Slot(Weekday.MONDAY, AFTERNOON)
        assert sorted([TUESDAY_MORNING, afternoon, morning]) == [morning, afternoon, TUESDAY_MORNING]

    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            ("2026-11-17", "2026-12-08", ["2026-11-17", "2026-11-24", "2026-12-01", "2026-12-08"]),
            ("2026-11-18", "2026-12-07", ["2026-11-24", "2026-12-01"]),
            ("2026-11-17", "2026-11-17", ["2026-11-17"]),
            ("2026-11-18", "2026-11-23", []),
            ("2026-11-24", "2026-11-17", []),
        ],
    )
    def test_occurrences_include_both_ends(self, first: str, last: str, expected: list[str]) -> None:
        found = TUESDAY_MORNING.occurrences(day(first), day(last))
        assert [str(half_day) for half_day in found] == [f"{date} morning" for date in expected]

    def test_odd_weeks_over_a_year_of_53(self) -> None:
        odd, even = (Slot(Weekday.THURSDAY, MORNING, weeks) for weeks in (Weeks.ODD, Weeks.EVEN))
        period = day("2026-12-17"), day("2027-01-21")
        assert [str(half_day.date) for half_day in odd.occurrences(*period)] == [
            "2026-12-17",  # week 51
            "2026-12-31",  # week 53
            "2027-01-07",  # week 1
            "2027-01-21",
        ]
        assert [str(half_day.date) for half_day in even.occurrences(*period)] == ["2026-12-24", "2027-01-14"]


class TestPlan:
    @pytest.mark.parametrize(
        ("code", "slot", "first", "last", "expected"),
        [
            (
                "FR",
                Slot(Weekday.FRIDAY, AFTERNOON),
                "2026-12-18",
                "2027-01-08",
                ["2026-12-18", "2026-12-25 Noël", "2027-01-01 Jour de l’an", "2027-01-08"],
            ),
            (
                "FR",
                Slot(Weekday.THURSDAY, MORNING),
                "2024-02-22",
                "2024-03-07",
                ["2024-02-22", "2024-02-29", "2024-03-07"],
            ),
            (
                "6AE",  # Strasbourg
                Slot(Weekday.FRIDAY, MORNING),
                "2025-12-19",
                "2026-01-02",
                ["2025-12-19", "2025-12-26 Saint-Étienne", "2026-01-02"],
            ),
            (
                "57",  # Metz
                Slot(Weekday.FRIDAY, MORNING),
                "2026-03-27",
                "2026-04-10",
                ["2026-03-27", "2026-04-03 Vendredi saint", "2026-04-10"],
            ),
            (
                "FR",
                Slot(Weekday.FRIDAY, MORNING),
                "2026-03-27",
                "2026-04-10",
                ["2026-03-27", "2026-04-03", "2026-04-10"],
            ),
            (
                "GP",
                Slot(Weekday.WEDNESDAY, MORNING),
                "2026-05-20",
                "2026-06-03",
                ["2026-05-20", "2026-05-27 Abolition de l’esclavage", "2026-06-03"],
            ),
            (
                "MQ",
                Slot(Weekday.FRIDAY, AFTERNOON),
                "2026-05-15",
                "2026-05-29",
                ["2026-05-15", "2026-05-22 Abolition de l’esclavage", "2026-05-29"],
            ),
            (
                "GF",
                Slot(Weekday.WEDNESDAY, AFTERNOON),
                "2026-06-03",
                "2026-06-17",
                ["2026-06-03", "2026-06-10 Abolition de l’esclavage", "2026-06-17"],
            ),
            (
                "RE",
                Slot(Weekday.MONDAY, MORNING),
                "2027-12-13",
                "2027-12-27",
                ["2027-12-13", "2027-12-20 Abolition de l’esclavage", "2027-12-27"],
            ),
            (
                "YT",
                Slot(Weekday.MONDAY, MORNING),
                "2026-04-20",
                "2026-05-04",
                ["2026-04-20", "2026-04-27 Abolition de l’esclavage", "2026-05-04"],
            ),
        ],
    )
    def test_holidays_are_shown_excused(
        self, code: str, slot: Slot, first: str, last: str, expected: list[str]
    ) -> None:
        planned = plan([slot], day(first), day(last), calendar=HolidayCalendar(code))
        assert told(planned) == expected
        assert {item.half_day.half for item in planned} == {slot.half}

    def test_a_holiday_worked_in_solidarity_is_owed(self) -> None:
        calendar = HolidayCalendar(solidarity_day=Holiday.WHIT_MONDAY)
        monday = Slot(Weekday.MONDAY, MORNING)
        assert told(plan([monday], day("2026-05-25"), day("2026-05-25"), calendar=calendar)) == ["2026-05-25"]
        assert told(plan([monday], day("2026-05-25"), day("2026-05-25"), calendar=PARIS)) == [
            "2026-05-25 Lundi de Pentecôte"
        ]

    def test_a_day_off_needs_no_name(self) -> None:
        calendar = HolidayCalendar(custom_days={day("2026-11-24"): ""})
        (item,) = plan([TUESDAY_MORNING], day("2026-11-24"), day("2026-11-24"), calendar=calendar)
        assert item.excuse is Excuse.PUBLIC_HOLIDAY

    def test_slots_may_repeat_and_overlap(self) -> None:
        slots = [
            Slot(Weekday.TUESDAY, AFTERNOON),
            TUESDAY_MORNING,
            TUESDAY_MORNING,
            Slot(Weekday.TUESDAY, MORNING, Weeks.ODD),
        ]
        planned = plan(slots, day("2026-11-16"), day("2026-11-29"), calendar=PARIS)
        assert [str(item.half_day) for item in planned] == [
            "2026-11-17 morning",
            "2026-11-17 afternoon",
            "2026-11-24 morning",
            "2026-11-24 afternoon",
        ]

    def test_part_time(self) -> None:
        eighty = WorkingPattern(Decimal(80), WEDNESDAYS)
        wednesday = Slot(Weekday.WEDNESDAY, MORNING)
        planned = plan([wednesday], day("2026-11-11"), day("2026-11-18"), calendar=PARIS, pattern=eighty)
        assert told(planned) == ["2026-11-11 Armistice", "2026-11-18 not_worked"]

    def test_one_day_off_every_two_weeks(self) -> None:
        ninety = WorkingPattern(Decimal(90), ODD_FRIDAYS)
        friday = Slot(Weekday.FRIDAY, MORNING)
        planned = plan([friday], day("2026-11-20"), day("2026-12-11"), calendar=PARIS, pattern=ninety)
        # 20 November is in week 47
        assert told(planned) == ["2026-11-20 not_worked", "2026-11-27", "2026-12-04 not_worked", "2026-12-11"]

    def test_an_absence_excuses_from_its_first_half_day_to_its_last(self) -> None:
        away = Absence(at("2026-12-22 afternoon"), at("2027-01-05 morning"), AbsenceKind.LEAVE)
        slots = [TUESDAY_MORNING, Slot(Weekday.TUESDAY, AFTERNOON)]
        planned = plan(slots, day("2026-12-22"), day("2027-01-05"), calendar=PARIS, absences=[away])
        assert [(str(item.half_day), str(item.status)) for item in planned] == [
            ("2026-12-22 morning", "owed"),
            ("2026-12-22 afternoon", "excused"),
            ("2026-12-29 morning", "excused"),
            ("2026-12-29 afternoon", "excused"),
            ("2027-01-05 morning", "excused"),
            ("2027-01-05 afternoon", "owed"),
        ]

    def test_a_plan_does_not_tell_why_an_agent_is_away(self) -> None:
        sick = Absence(at("2026-11-24 morning"), at("2026-11-24 morning"), AbsenceKind.SICKNESS)
        (item,) = plan(
            [TUESDAY_MORNING], day("2026-11-24"), day("2026-11-24"), calendar=PARIS, absences=[sick]
        )
        assert item == PlannedHalfDay(at("2026-11-24 morning"), Excuse.ABSENCE, None)
        assert item.status is Status.EXCUSED

    def test_an_absence_ends_after_it_starts(self) -> None:
        with pytest.raises(ValueError, match="2026-11-24 afternoon to 2026-11-24 morning"):
            Absence(at("2026-11-24 afternoon"), at("2026-11-24 morning"))

    def test_an_explicit_list(self) -> None:
        texts = ["2026-11-28 morning", "2026-11-11 morning", "2026-11-26 afternoon", "2026-11-26 morning"]
        planned = plan_half_days([at(text) for text in [*texts, *texts]], calendar=PARIS)
        assert told(planned) == ["2026-11-11 Armistice", "2026-11-26", "2026-11-26", "2026-11-28 weekend"]
        assert [str(item.half_day.half) for item in planned[1:3]] == ["morning", "afternoon"]

    def test_everything_has_french_words(self) -> None:
        for words in (Weeks, AbsenceKind, Status, Excuse):
            assert all(str(member.label) for member in words)


class TestMakingGood:
    @pytest.mark.parametrize(
        ("code", "encroached", "days_later", "expected"),
        [
            ("FR", "2026-04-20", 15, "2026-05-05"),
            ("FR", "2026-04-16", 15, "2026-05-04"),  # 1 May is a Friday
            ("FR", "2026-12-10", 15, "2026-12-28"),  # Christmas is a Friday
            ("FR", "2025-12-11", 15, "2025-12-26"),
            ("57", "2025-12-11", 15, "2025-12-29"),  # Saint Stephen is a Friday
            ("FR", "2024-02-14", 15, "2024-02-29"),
            ("FR", "2026-11-12", 30, "2026-12-14"),  # 12 December is a Saturday
            ("FR", "2026-11-12", 0, "2026-11-12"),
        ],
    )
    def test_the_deadline(self, code: str, encroached: str, days_later: int, expected: str) -> None:
        assert make_good_deadline(day(encroached), HolidayCalendar(code), days_later) == day(expected)

    def test_fifteen_days_unless_the_charter_says_otherwise(self) -> None:
        assert make_good_deadline(day("2026-04-20"), PARIS) == day("2026-05-05")

    def test_free_half_days(self) -> None:
        found = free_half_days(
            at("2026-12-22 morning"),
            day("2026-12-31"),
            calendar=PARIS,
            pattern=WorkingPattern(Decimal(80), WEDNESDAYS),
            absences=[Absence(at("2026-12-28 morning"), at("2026-12-28 morning"))],
            taken=[at("2026-12-29 morning"), at("2026-12-31 afternoon")],
        )
        assert [str(half_day) for half_day in found] == [
            "2026-12-22 afternoon",
            "2026-12-24 morning",
            "2026-12-24 afternoon",
            "2026-12-28 afternoon",
            "2026-12-29 afternoon",
            "2026-12-31 morning",
        ]

    def test_none_when_the_time_is_over(self) -> None:
        assert not list(free_half_days(at("2026-12-22 afternoon"), day("2026-12-22"), calendar=PARIS))


class TestWorkingPattern:
    @pytest.mark.parametrize(
        ("percentage", "not_worked", "worked", "expected_off", "surplus"),
        [
            ("100", frozenset[Slot](), 10, 0, 0),
            ("80", WEDNESDAYS, 8, 2, 0),
            ("90", ODD_FRIDAYS, 9, 1, 0),
            ("90", frozenset({Slot(Weekday.FRIDAY, AFTERNOON)}), 9, 1, 0),
            ("90", frozenset[Slot](), 10, 1, -1),  # shorter days
            ("50", frozenset(slot for slot in ALL_SLOTS if slot.weeks == Weeks.ODD), 5, 5, 0),
            ("100", WEDNESDAYS, 8, 0, 2),  # something is wrong
            ("85", WEDNESDAYS, 8, Fraction(3, 2), Fraction(1, 2)),
            ("57.14", frozenset[Slot](), 10, Fraction(2143, 500), Fraction(-2143, 500)),
        ],
    )
    def test_off_and_expected_off(
        self,
        percentage: str,
        not_worked: frozenset[Slot],
        worked: int,
        expected_off: Fraction,
        surplus: Fraction,
    ) -> None:
        pattern = WorkingPattern(Decimal(percentage), not_worked)
        assert pattern.worked_half_days_per_week == worked
        assert pattern.expected_off == expected_off
        assert pattern.surplus_off == surplus

    @pytest.mark.parametrize("percentage", ["0", "-1", "100.01", "NaN", "Infinity"])
    def test_impossible_percentages(self, percentage: str) -> None:
        with pytest.raises(ValueError, match="at most 100"):
            WorkingPattern(Decimal(percentage))

    def test_something_is_worked(self) -> None:
        with pytest.raises(ValueError, match="something worked"):
            WorkingPattern(Decimal(50), frozenset(ALL_SLOTS))

    def test_overlapping_slots_count_once(self) -> None:
        odd, every = Slot(Weekday.FRIDAY, MORNING, Weeks.ODD), Slot(Weekday.FRIDAY, MORNING)
        even = Slot(Weekday.FRIDAY, MORNING, Weeks.EVEN)
        assert half_days_per_week([odd]) == Fraction(1, 2)
        assert half_days_per_week([odd, even]) == half_days_per_week([every, odd, every]) == 1
        assert half_days_per_week([]) == 0


class TestWeights:
    @pytest.mark.parametrize(
        ("pattern", "posts", "own", "hours"),
        [
            (FULL_TIME, Fraction(1, 10), Fraction(1, 10), Fraction(7, 2)),
            (WorkingPattern(Decimal(80), WEDNESDAYS), Fraction(1, 10), Fraction(1, 8), Fraction(7, 2)),
            (WorkingPattern(Decimal(90), ODD_FRIDAYS), Fraction(1, 10), Fraction(1, 9), Fraction(7, 2)),
            # 90 % by shorter days: 6 h 18 a day
            (WorkingPattern(Decimal(90)), Fraction(9, 100), Fraction(1, 10), Fraction(63, 20)),
        ],
    )
    def test_one_half_day_a_week(
        self, pattern: WorkingPattern, posts: Fraction, own: Fraction, hours: Fraction
    ) -> None:
        assert full_time_equivalent(1, pattern) == posts
        assert share_of_own_time(1, pattern) == own
        assert half_day_hours(pattern) == hours

    def test_two_half_days_a_week_are_a_fifth_of_a_post(self) -> None:
        assert full_time_equivalent(2) == Fraction(1, 5)
        assert full_time_equivalent(half_days_per_week([TUESDAY_MORNING])) == Fraction(1, 10)

    def test_a_team_adds_up_without_rounding(self) -> None:
        assert sum((full_time_equivalent(Fraction(1, 3)) for _agent in range(30)), Fraction(0)) == 1

    @pytest.mark.parametrize(
        ("weekly", "hours"), [("35", "3.50"), ("37.5", "3.75"), ("39", "3.90"), ("36", "3.60")]
    )
    def test_hours_follow_the_cycle(self, weekly: str, hours: str) -> None:
        assert rounded(half_day_hours(weekly_hours=Decimal(weekly))) == Decimal(hours)

    @pytest.mark.parametrize(
        ("value", "places", "text"),
        [
            (Fraction(1, 3), 2, "0.33"),
            (Fraction(1, 8), 2, "0.13"),
            (Fraction(5, 2), 0, "3"),
            (Fraction(-5, 2), 0, "-3"),
            (Fraction(7, 2), 2, "3.50"),
            (Fraction(0), 2, "0.00"),
            (Fraction(-1, 1000), 2, "0.00"),
            (Fraction(1, 3), 30, "0." + "3" * 30),
        ],
    )
    def test_rounding_is_for_display(self, value: Fraction, places: int, text: str) -> None:
        assert str(rounded(value, places)) == text


# Against a model that walks day by day.


@cache
def place_in_the_week(date: dt.date) -> tuple[str, Weeks]:
    weekday = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"][
        date.isoweekday() - 1
    ]
    return weekday, Weeks.ODD if int(date.strftime("%V")) % 2 else Weeks.EVEN


def slow_covers(slot: Slot, date: dt.date, half: Half) -> bool:
    weekday, parity = place_in_the_week(date)
    return (slot.weekday, slot.half) == (weekday, half) and slot.weeks in {Weeks.EVERY, parity}


def slow_plan(
    slots: Iterable[Slot],
    first: dt.date,
    last: dt.date,
    *,
    calendar: SlowCalendar,
    pattern: WorkingPattern,
    absences: Iterable[Absence],
) -> list[tuple[dt.date, Half, str]]:
    """Date, half and why it is not owed ("" when it is)."""
    slots, absences = list(slots), list(absences)
    found = []
    for date, half in product(each_day(first, last), (MORNING, AFTERNOON)):
        if not any(slow_covers(slot, date, half) for slot in slots):
            continue
        moment = (date, half == AFTERNOON)
        away = any(
            (absence.start.date, absence.start.half == AFTERNOON)
            <= moment
            <= (absence.end.date, absence.end.half == AFTERNOON)
            for absence in absences
        )
        if calendar.names(date):
            why = "public_holiday"
        elif any(slow_covers(slot, date, half) for slot in pattern.not_worked):
            why = "not_worked"
        else:
            why = "absence" if away else ""
        found.append((date, half, why))
    return found


def as_slow(planned: Iterable[PlannedHalfDay]) -> list[tuple[dt.date, Half, str]]:
    return [(item.half_day.date, item.half_day.half, str(item.excuse or "")) for item in planned]


slots = st.lists(st.sampled_from(ALL_SLOTS), min_size=1, max_size=4)
patterns = st.builds(
    WorkingPattern,
    st.decimals(1, 100, places=2),
    st.frozensets(st.sampled_from(ALL_SLOTS), max_size=4),
)


@st.composite
def absences_near(draw: st.DrawFn, near: dt.date) -> list[Absence]:
    starts = draw(st.lists(st.integers(-10, 400), max_size=3))
    first = HalfDay(near, MORNING).ordinal
    lengths = st.integers(0, 60)
    return [Absence(HalfDay.at(first + at), HalfDay.at(first + at + draw(lengths))) for at in starts]


@st.composite
def cases(
    draw: st.DrawFn,
) -> tuple[list[Slot], dt.date, dt.date, SlowCalendar, WorkingPattern, list[Absence]]:
    first = draw(days())
    last = first + dt.timedelta(days=draw(st.integers(-1, 200)))
    return (
        draw(slots),
        first,
        last,
        draw(authorities(near=first)),
        draw(patterns),
        draw(absences_near(first)),
    )


Case = tuple[list[Slot], dt.date, dt.date, SlowCalendar, WorkingPattern, list[Absence]]


class TestProperties:
    @given(cases())
    def test_a_plan_is_what_the_model_finds(self, case: Case) -> None:
        weekly, first, last, slow, pattern, absences = case
        planned = plan(weekly, first, last, calendar=slow.fast(), pattern=pattern, absences=absences)
        assert as_slow(planned) == slow_plan(
            weekly, first, last, calendar=slow, pattern=pattern, absences=absences
        )

    @pytest.mark.parametrize("code", CODES)
    def test_every_slot_of_every_place(self, code: str) -> None:
        slow = SlowCalendar(code, frozenset(custom_names(code)))
        period = day("2026-07-01"), day("2028-06-30")  # week 53, a leap day
        for weeks in Weeks:
            weekly = [slot for slot in ALL_SLOTS if slot.weeks == weeks]
            found = plan(weekly, *period, calendar=slow.fast())
            assert as_slow(found) == slow_plan(weekly, *period, calendar=slow, pattern=FULL_TIME, absences=[])

    @given(cases())
    def test_it_is_sorted_unique_within_bounds_and_on_its_slots(self, case: Case) -> None:
        weekly, first, last, slow, pattern, absences = case
        planned = plan(weekly, first, last, calendar=slow.fast(), pattern=pattern, absences=absences)
        half_days = [item.half_day for item in planned]
        assert half_days == sorted(set(half_days))
        assert all(first <= half_day.date <= last for half_day in half_days)
        assert all(any(slot.covers(half_day) for slot in weekly) for half_day in half_days)
        for item in planned:
            if item.status is Status.OWED:
                assert slow.works(item.half_day.date)
                assert pattern.works(item.half_day)
            assert (item.detail_fr is not None) == (item.excuse is Excuse.PUBLIC_HOLIDAY)

    @given(cases(), st.integers(-1, 201))
    def test_it_may_be_cut_at_any_day(self, case: Case, cut_after: int) -> None:
        weekly, first, last, slow, pattern, absences = case
        calendar = slow.fast()
        cut = min(last, first + dt.timedelta(days=cut_after))
        whole = plan(weekly, first, last, calendar=calendar, pattern=pattern, absences=absences)
        before = plan(weekly, first, cut, calendar=calendar, pattern=pattern, absences=absences)
        after = plan(
            weekly, cut + dt.timedelta(days=1), last, calendar=calendar, pattern=pattern, absences=absences
        )
        assert before + after == whole

    @given(cases())
    def test_absences_only_ever_excuse(self, case: Case) -> None:
        weekly, first, last, slow, pattern, absences = case
        without = plan(weekly, first, last, calendar=slow.fast(), pattern=pattern)
        with_them = plan(weekly, first, last, calendar=slow.fast(), pattern=pattern, absences=absences)
        for before, after in zip(without, with_them, strict=True):
            away = before.status is Status.OWED and any(
                absence.covers(before.half_day) for absence in absences
            )
            assert after == (PlannedHalfDay(before.half_day, Excuse.ABSENCE) if away else before)

    @given(cases())
    def test_a_list_of_half_days_plans_like_the_slots(self, case: Case) -> None:
        weekly, first, last, slow, pattern, absences = case
        calendar = slow.fast()
        planned = plan(weekly, first, last, calendar=calendar, pattern=pattern, absences=absences)
        backwards_twice = [item.half_day for item in planned][::-1] * 2
        assert (
            plan_half_days(backwards_twice, calendar=calendar, pattern=pattern, absences=absences) == planned
        )

    @given(cases())
    def test_free_half_days_are_all_those_that_would_be_owed(self, case: Case) -> None:
        weekly, first, last, slow, pattern, absences = case
        calendar = slow.fast()
        taken = [item.half_day for item in plan(weekly, first, last, calendar=calendar)]
        after = HalfDay(first, MORNING)
        free = free_half_days(after, last, calendar=calendar, pattern=pattern, absences=absences, taken=taken)
        every = [slot for slot in ALL_SLOTS if slot.weeks == Weeks.EVERY]
        owed = slow_plan(every, first, last, calendar=slow, pattern=pattern, absences=absences)
        assert [(half_day.date, half_day.half) for half_day in free] == [
            (date, half)
            for date, half, why in owed
            if not why and (date, half) != (first, MORNING) and HalfDay(date, half) not in taken
        ]

    @given(st.data(), days(), st.integers(0, 90))
    def test_a_deadline_is_the_first_working_day_from_there(
        self, data: st.DataObject, encroached: dt.date, days_later: int
    ) -> None:
        slow = data.draw(authorities(near=encroached))
        deadline = make_good_deadline(encroached, slow.fast(), days_later)
        due = encroached + dt.timedelta(days=days_later)
        assert slow.works(deadline)
        assert deadline >= due
        assert not any(slow.works(idle) for idle in each_day(due, deadline - dt.timedelta(days=1)))

    @given(slots, st.sampled_from(CODES), st.integers(1991, 2098))
    @settings(max_examples=50)
    def test_a_year_holds_each_slot_52_or_53_times(self, weekly: list[Slot], code: str, year: int) -> None:
        found = plan(weekly, dt.date(year, 1, 1), dt.date(year, 12, 31), calendar=HolidayCalendar(code))
        whole = half_days_per_week(weekly)
        assert 52 * whole - 1 <= len(found) <= 53 * whole + 1

    @given(patterns, st.decimals(1, 60, places=2))
    def test_a_week_of_half_days_is_the_agents_share_of_the_full_week(
        self, pattern: WorkingPattern, weekly_hours: Decimal
    ) -> None:
        worked = pattern.worked_half_days_per_week
        share = Fraction(pattern.working_percentage) / 100
        assert worked * half_day_hours(pattern, weekly_hours) == Fraction(weekly_hours) * share
        assert full_time_equivalent(worked, pattern) == share
        assert share_of_own_time(worked, pattern) == 1
        if pattern.surplus_off == 0:
            assert half_day_hours(pattern, weekly_hours) == Fraction(weekly_hours) / 10

    @given(st.fractions(-1000, 1000, max_denominator=10_000), st.integers(0, 6))
    def test_rounding_is_the_nearest(self, value: Fraction, places: int) -> None:
        shown = rounded(value, places)
        assert abs(Fraction(shown) - value) <= Fraction(1, 2 * 10**places)
        assert shown.as_tuple().exponent == -places
