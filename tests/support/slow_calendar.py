"""An independent model of French holidays, to hold `app.kit.calendar` against.

Slow and plain on purpose: one day at a time, its own Easter, its own tables, neither the `holidays` library nor our
own tables. Names are the values of `Holiday`, written out.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from hypothesis import strategies as st

from app.kit.calendar import Holiday, HolidayCalendar

FIXED = {
    (1, 1): "new_year",
    (5, 1): "labour_day",
    (5, 8): "victory_day",
    (7, 14): "national_day",
    (8, 15): "assumption",
    (11, 1): "all_saints",
    (11, 11): "armistice",
    (12, 25): "christmas",
}
FROM_EASTER = {1: "easter_monday", 39: "ascension", 50: "whit_monday"}

LAW_FIXED = {
    "57": {(12, 26): "saint_stephen"},
    "6AE": {(12, 26): "saint_stephen"},
    "GP": {(5, 27): "abolition_of_slavery"},
    "MQ": {(5, 22): "abolition_of_slavery"},
    "GF": {(6, 10): "abolition_of_slavery"},
    "RE": {(12, 20): "abolition_of_slavery"},
    "YT": {(4, 27): "abolition_of_slavery"},
    "BL": {(10, 9): "abolition_of_slavery"},
    "MF": {(5, 28): "abolition_of_slavery"},
    "WF": {(4, 28): "saint_peter_chanel", (6, 29): "saints_peter_and_paul", (7, 29): "territory_day"},
    "PF": {(3, 5): "arrival_of_the_gospel", (6, 29): "autonomy_day", (11, 20): "matarii"},
    "NC": {(9, 24): "citizenship_day"},
}
LAW_FROM_EASTER = {"57": {-2: "good_friday"}, "6AE": {-2: "good_friday"}, "PF": {-2: "good_friday"}}
CUSTOM_FIXED = {code: {(7, 21): "victor_schoelcher"} for code in ("GP", "MQ", "MF")}
CUSTOM_FROM_EASTER = {"GP": {-24: "mid_lent", -2: "good_friday"}}
CODES = ("FR", "57", "6AE", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM", "WF", "PF", "NC", "TF")


@cache
def easter(year: int) -> dt.date:
    """Easter Sunday by golden number and epact (Knuth, The Art of Computer Programming, 1.3.2, exercise 14)."""
    golden = year % 19 + 1
    century = year // 100 + 1
    skipped = 3 * century // 4 - 12
    moon = (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - skipped - 10
    epact = (11 * golden + 20 + moon - skipped) % 30
    if (epact == 25 and golden > 11) or epact == 24:
        epact += 1
    full = 44 - epact
    if full < 21:
        full += 30
    return dt.date(year, 3, 1) + dt.timedelta(days=full + 7 - (sunday + full) % 7 - 1)


@cache
def _tables(code: str) -> tuple[dict[tuple[int, int], str], dict[int, str]]:
    """Fixed and moving days of a subdivision, law and custom together."""
    return (
        FIXED | LAW_FIXED.get(code, {}) | CUSTOM_FIXED.get(code, {}),
        FROM_EASTER | LAW_FROM_EASTER.get(code, {}) | CUSTOM_FROM_EASTER.get(code, {}),
    )


@dataclass(frozen=True)
class SlowCalendar:
    """The choices of an authority, and the answers of the model."""

    code: str = "FR"
    customs: frozenset[str] = frozenset()
    solidarity: str | None = None
    temple: bool = True
    added: dict[dt.date, str] = field(default_factory=dict, hash=False)

    def names(self, day: dt.date) -> set[str]:
        """What makes that day a holiday."""
        if day.year < 1990 or day.year > 2100:
            raise AssertionError("the model is not asked about other years")
        fixed, from_easter = _tables(self.code)
        found = fixed.get((day.month, day.day)), from_easter.get((day - easter(day.year)).days)
        names = {name for name in found if name and self._in_force(name, day.year)}
        return names | {name for added, name in self.added.items() if added == day}

    def _in_force(self, name: str, year: int) -> bool:
        if name == "whit_monday" and 2005 <= year <= 2007:
            return False
        if (
            name in {"abolition_of_slavery", "victor_schoelcher"}
            and self.code in {"BL", "MF"}
            and year < 2012
        ):
            return False
        if (name == "autonomy_day" and year > 2024) or (name == "matarii" and year < 2025):
            return False
        if name == "good_friday" and self.code in {"57", "6AE"} and not self.temple:
            return False
        return name != self.solidarity and (name not in custom_names(self.code) or name in self.customs)

    def works(self, day: dt.date) -> bool:
        """Monday to Friday and no holiday."""
        return day.strftime("%w") not in {"0", "6"} and not self.names(day)

    def fast(self) -> HolidayCalendar:
        """The calendar under test, with the same choices."""
        return HolidayCalendar(
            self.code,
            local_customs=frozenset(Holiday(name) for name in self.customs),
            solidarity_day=Holiday(self.solidarity) if self.solidarity else None,
            custom_days=self.added,
            protestant_temple=self.temple,
        )


def custom_names(code: str) -> set[str]:
    """The local customs of a subdivision."""
    return {*CUSTOM_FIXED.get(code, {}).values(), *CUSTOM_FROM_EASTER.get(code, {}).values()}


def each_day(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every day from the first to the last, both included."""
    for number in range((last - first).days + 1):
        yield first + dt.timedelta(days=number)


def days(first_year: int = 1991, last_year: int = 2098) -> st.SearchStrategy[dt.date]:
    """Any day, more often near a year's end, the end of February and Easter."""
    years = st.integers(first_year, last_year)
    shifts = st.integers(-10, 10)
    near = st.sampled_from([lambda year: dt.date(year, 12, 31), lambda year: dt.date(year, 3, 1), easter])
    anywhere = st.dates(dt.date(first_year, 1, 1), dt.date(last_year, 12, 31))
    return anywhere | st.builds(
        lambda around, year, shift: around(year) + dt.timedelta(days=shift), near, years, shifts
    )


@st.composite
def authorities(draw: st.DrawFn, near: dt.date | None = None) -> SlowCalendar:
    """An authority anywhere in France, with choices of its own, and a few days added around `near`."""
    code = draw(st.sampled_from(CODES))
    customs = (
        draw(st.frozensets(st.sampled_from(sorted(custom_names(code)))))
        if custom_names(code)
        else frozenset()
    )
    temple = draw(st.booleans())
    solidarity = draw(st.none() | st.sampled_from(["whit_monday", "easter_monday", "ascension", "armistice"]))
    added: dict[dt.date, str] = {}
    if near:
        shifts = draw(st.lists(st.integers(0, 200), max_size=3))
        added = {near + dt.timedelta(days=shift): "pont" for shift in shifts}
    return SlowCalendar(code, customs, solidarity, temple, added)
