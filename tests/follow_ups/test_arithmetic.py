"""Follow-ups every six weeks: by hand-checked dates, then what always holds."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.follow_ups.arithmetic import PlannedFollowUp, is_missed, next_follow_up, plan_follow_ups
from app.kit.calendar import Holiday, HolidayCalendar
from tests.support.slow_calendar import CODES, SlowCalendar, authorities, custom_names, days, each_day

PARIS = HolidayCalendar()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def told(found: list[PlannedFollowUp]) -> list[str]:
    """A follow-up as one reads it: its day and, when it was moved, where to."""
    return [
        f"{item.theoretical}" + (f" > {item.planned}" if item.planned != item.theoretical else "")
        for item in found
    ]


class TestPlan:
    @pytest.mark.parametrize(
        ("code", "first", "last", "expected"),
        [
            # a Friday: Christmas, moved over the weekend; the next one does not drift
            (
                "FR",
                "2026-11-13",
                "2027-05-31",
                ["2026-12-25 > 2026-12-28", "2027-02-05", "2027-03-19", "2027-04-30"],
            ),
            # the leap day itself
            ("FR", "2024-01-18", "2024-04-30", ["2024-02-29", "2024-04-11"]),
            # begun on a Saturday: always moved to the Monday, and to the Tuesday at Easter
            (
                "FR",
                "2026-02-21",
                "2026-06-30",
                ["2026-04-04 > 2026-04-07", "2026-05-16 > 2026-05-18", "2026-06-27 > 2026-06-29"],
            ),
            # New Year's Day, a Friday
            ("FR", "2026-11-20", "2027-01-31", ["2027-01-01 > 2027-01-04"]),
            # Saint Stephen's Day in Strasbourg, a Friday; an ordinary Friday in Paris
            ("6AE", "2025-11-14", "2026-01-31", ["2025-12-26 > 2025-12-29"]),
            ("FR", "2025-11-14", "2026-01-31", ["2025-12-26"]),
            # Good Friday to Easter Monday in Metz: four days on
            ("57", "2026-02-20", "2026-04-30", ["2026-04-03 > 2026-04-07"]),
            # abolition days
            ("GP", "2026-04-15", "2026-06-30", ["2026-05-27 > 2026-05-28"]),
            ("MQ", "2026-04-10", "2026-06-30", ["2026-05-22 > 2026-05-26"]),  # then Whit Monday
            ("GF", "2026-04-29", "2026-06-30", ["2026-06-10 > 2026-06-11"]),
            ("YT", "2026-03-16", "2026-05-30", ["2026-04-27 > 2026-04-28"]),
            ("RE", "2027-11-08", "2028-01-10", ["2027-12-20 > 2027-12-21"]),
        ],
    )
    def test_six_weeks_from_the_plan_moved_to_a_working_day(
        self, code: str, first: str, last: str, expected: list[str]
    ) -> None:
        found = plan_follow_ups(day(first), day(last), calendar=HolidayCalendar(code))
        assert told(found) == expected
        assert [item.ordinal for item in found] == list(range(1, len(expected) + 1))

    def test_a_holiday_worked_in_solidarity_does(self) -> None:
        calendar = HolidayCalendar(solidarity_day=Holiday.WHIT_MONDAY)
        assert told(plan_follow_ups(day("2026-04-13"), day("2026-06-01"), calendar=calendar)) == [
            "2026-05-25"
        ]

    @pytest.mark.parametrize(
        ("last", "expected"),
        [
            ("2026-12-24", []),
            ("2026-12-25", ["2026-12-25 > 2026-12-28"]),  # held after the mandate, and still there
            ("2026-12-28", ["2026-12-25 > 2026-12-28"]),
            ("2026-11-13", []),
            ("2026-11-01", []),
        ],
    )
    def test_the_theoretical_day_decides_whether_it_belongs(self, last: str, expected: list[str]) -> None:
        assert told(plan_follow_ups(day("2026-11-13"), day(last), calendar=PARIS)) == expected

    def test_another_cadence_and_a_number(self) -> None:
        found = plan_follow_ups(
            day("2026-11-13"), day("2027-05-31"), calendar=PARIS, cadence_weeks=4, count=2
        )
        assert told(found) == ["2026-12-11", "2027-01-08"]
        assert not plan_follow_ups(day("2026-11-13"), day("2027-05-31"), calendar=PARIS, count=0)

    @pytest.mark.parametrize("cadence", [0, -6])
    def test_a_cadence_goes_forward(self, cadence: int) -> None:
        with pytest.raises(ValueError, match="at least one week"):
            plan_follow_ups(day("2026-11-13"), day("2027-05-31"), calendar=PARIS, cadence_weeks=cadence)


class TestNext:
    first = PlannedFollowUp(1, day("2026-12-25"), day("2026-12-28"))

    def test_counts_from_the_theoretical_day(self) -> None:
        second = PlannedFollowUp(2, day("2027-02-05"), day("2027-02-05"))
        assert next_follow_up(self.first, day("2027-05-31"), calendar=PARIS) == second

    def test_with_the_cadence_of_an_amendment(self) -> None:
        found = next_follow_up(self.first, day("2027-05-31"), calendar=PARIS, cadence_weeks=8)
        assert found == PlannedFollowUp(2, day("2027-02-19"), day("2027-02-19"))

    def test_none_once_the_mandate_is_over(self) -> None:
        assert next_follow_up(self.first, day("2027-02-04"), calendar=PARIS) is None
        assert next_follow_up(self.first, day("2027-02-05"), calendar=PARIS) is not None


class TestMissed:
    @pytest.mark.parametrize(
        ("today", "grace", "missed"),
        [
            ("2026-12-27", 7, False),
            ("2026-12-28", 7, False),
            ("2027-01-04", 7, False),
            ("2027-01-05", 7, True),
            ("2026-12-28", 0, False),
            ("2026-12-29", 0, True),
        ],
    )
    def test_after_the_days_of_grace(self, today: str, grace: int, missed: bool) -> None:
        assert is_missed(day("2026-12-28"), day(today), grace) is missed

    def test_seven_days_unless_the_charter_says_otherwise(self) -> None:
        assert not is_missed(day("2026-12-28"), day("2027-01-04"))
        assert is_missed(day("2026-12-28"), day("2027-01-05"))


class TestProperties:
    @given(st.data(), days(1991, 2096), st.integers(-10, 900), st.integers(1, 20))
    def test_what_always_holds(
        self, data: st.DataObject, first: dt.date, length: int, cadence_weeks: int
    ) -> None:
        slow = data.draw(authorities(near=first))
        last = first + dt.timedelta(days=length)
        found = plan_follow_ups(first, last, calendar=slow.fast(), cadence_weeks=cadence_weeks)
        step = dt.timedelta(weeks=cadence_weeks)

        expected = [date for date in each_day(first, last) if date > first and not (date - first) % step]
        assert [item.theoretical for item in found] == expected
        assert [item.ordinal for item in found] == list(range(1, len(expected) + 1))
        for item in found:
            assert slow.works(item.planned)
            idle = each_day(item.theoretical, item.planned - dt.timedelta(days=1))
            assert not any(slow.works(date) for date in idle)

    @given(st.sampled_from(CODES), days(1991, 2096), st.integers(0, 900))
    def test_six_weeks_are_42_days_and_a_move_is_short(self, code: str, first: dt.date, length: int) -> None:
        calendar = SlowCalendar(code, frozenset(custom_names(code))).fast()
        found = plan_follow_ups(first, first + dt.timedelta(days=length), calendar=calendar)
        days_of = [first, *(item.theoretical for item in found)]
        assert {(after - before).days for before, after in pairwise(days_of)} <= {42}
        assert all(0 <= (item.planned - item.theoretical).days <= 5 for item in found)
        assert sorted(item.planned for item in found) == [item.planned for item in found]

    @given(st.data(), days(1991, 2096), st.integers(0, 900), st.integers(0, 10))
    def test_one_after_the_other_is_the_whole_plan(
        self, data: st.DataObject, first: dt.date, length: int, count: int
    ) -> None:
        calendar = data.draw(authorities(near=first)).fast()
        last = first + dt.timedelta(days=length)
        whole = plan_follow_ups(first, last, calendar=calendar)
        for before, after in pairwise([*whole, None]):
            assert before is not None
            assert next_follow_up(before, last, calendar=calendar) == after
        assert plan_follow_ups(first, last, calendar=calendar, count=count) == whole[:count]

    @given(days(), st.integers(0, 60))
    def test_once_missed_always_missed(self, planned: dt.date, grace: int) -> None:
        answers = [
            is_missed(planned, today, grace) for today in each_day(planned, planned + dt.timedelta(days=90))
        ]
        assert answers == sorted(answers)
        assert answers.count(False) == grace + 1
