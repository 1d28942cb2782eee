"""Half-days off as texts."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.half_days.service.ground import pattern_of
from app.kit.calendar import Half, Weekday
from app.kit.ids import new_id
from app.people.arithmetic import in_order, least_worked, worked_per_week
from app.people.models import Agent

slots = st.builds(
    "{}:{}{}".format,
    st.sampled_from([day for day in Weekday if not day.is_weekend]),
    st.sampled_from(Half),
    st.sampled_from(["", ":odd", ":even"]),
)


def test_order_and_repeats() -> None:
    off = ["friday:afternoon:odd", "wednesday:afternoon", "wednesday:morning", "wednesday:morning"]
    assert in_order(off) == ["wednesday:morning", "wednesday:afternoon", "friday:afternoon:odd"]


def test_odd_and_even_make_every_week() -> None:
    assert in_order(["monday:morning:even", "monday:morning:odd"]) == ["monday:morning"]
    assert in_order(["monday:morning", "monday:morning:odd"]) == ["monday:morning"]


@pytest.mark.parametrize(
    "off", ["", "monday", "Monday:morning", "saturday:morning", "monday:night", "monday:morning:x"]
)
def test_not_a_half_day(off: str) -> None:
    with pytest.raises(ValueError, match=f"^{off}$"):
        in_order(["monday:morning", off])


@given(st.lists(slots, max_size=12))
def test_agrees_with_the_half_days_room(off: list[str]) -> None:
    """Every text that is kept is one that the plan of half-days reads, and weighs the same."""
    kept = in_order(off)
    agent = Agent(authority_id=new_id(), hr_id="1", family_name="D", given_name="E", off_halves=kept)
    assert in_order(kept) == kept
    if len(kept) < 10:
        assert pattern_of(agent).worked_half_days_per_week == worked_per_week(kept)


@pytest.mark.parametrize(
    ("off", "worked"),
    [([], Fraction(10)), (["monday:morning"], Fraction(9)), (["monday:morning:odd"], Fraction(19, 2))],
)
def test_worked_per_week(off: list[str], worked: Fraction) -> None:
    assert worked_per_week(off) == worked


@pytest.mark.parametrize(
    ("percentage", "least"), [("100", 6), ("80", 5), ("50", 3), ("90.5", 6), ("0.01", 1)]
)
def test_least_worked(percentage: str, least: int) -> None:
    assert least_worked(Decimal(percentage)) == least
