"""The half-days that an agent does not work, as texts: `wednesday:morning`, or `friday:afternoon:odd` one week in two.

The parity is that of ISO weeks. Pure functions.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from app.kit.calendar import Half, Weekday

HALF_DAYS_PER_WEEK: Final = 10
WEEKLY_HOURS: Final = 35
LONGEST_HALF_DAY: Final = 6
"""Hours. A day is at most ten hours long, twelve where the service may depart from it (décret 2000-815, art. 3)."""

_WEEKDAYS: Final = tuple(weekday for weekday in Weekday if not weekday.is_weekend)
PATTERN: Final = f"^({'|'.join(_WEEKDAYS)}):({'|'.join(Half)})(:odd|:even)?$"


def in_order(off_halves: Iterable[str]) -> list[str]:
    """The half-days off from Monday to Friday, each once; odd and even together are every week.

    Raises `ValueError` naming the first that is not one.
    """
    weeks: dict[str, set[str]] = {}
    for off in off_halves:
        if not re.fullmatch(PATTERN, off):
            raise ValueError(off)
        weekday, half, *parity = off.split(":")
        weeks.setdefault(f"{weekday}:{half}", set()).update(parity or ("odd", "even"))
    return [
        slot if len(weeks[slot]) == 2 else f"{slot}:{weeks[slot].pop()}"
        for slot in (f"{weekday}:{half}" for weekday in _WEEKDAYS for half in Half)
        if slot in weeks
    ]


def worked_per_week(off_halves: Iterable[str]) -> Fraction:
    """Half-days worked in an average week. `off_halves` are `in_order`."""
    off = sum((Fraction(1, text.count(":")) for text in off_halves), Fraction(0))
    return HALF_DAYS_PER_WEEK - off


def least_worked(working_percentage: Decimal) -> int:
    """The half-days a week that this share of a full-time post takes, were each as long as the law lets it be."""
    return ceil(Fraction(working_percentage) / 100 * WEEKLY_HOURS / LONGEST_HALF_DAY)
