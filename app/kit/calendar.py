"""Days, half-days and holidays of a French authority, and the instants they stand for.

Days are local dates of the authority; instants are aware datetimes. Nothing here knows what time it is.

Which days are public holidays:

- the eleven of metropolitan France: code du travail L.3133-1;
- Alsace and Moselle: code du travail L.3134-13, to which the CGFP refers for public agents (Good Friday only
  where the commune has a Protestant temple or a mixed church);
- the overseas abolition days: loi 83-550, décret 83-1003, CGFP L.651-2;
- French Polynesia, New Caledonia, Wallis and Futuna: their own texts;
- the local customs of the Antilles and the days an authority adds: its own decision;
- a holiday worked as *journée de solidarité*: CGFP L.621-10 and L.621-11.

The dates come from the `holidays` library, which mixes law and custom; `SUBDIVISIONS` says which are custom.
It leaves Whit Monday out for 2005 to 2007, and gives Saint-Martin and Saint-Barthélemy a day since 2012.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, total_ordering
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from app.kit.columns import Labelled
from app.kit.i18n import Text, _

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100


class Weekday(Labelled):
    """A day of the week, in ISO order when iterated."""

    MONDAY = "monday", _("lundi")
    TUESDAY = "tuesday", _("mardi")
    WEDNESDAY = "wednesday", _("mercredi")
    THURSDAY = "thursday", _("jeudi")
    FRIDAY = "friday", _("vendredi")
    SATURDAY = "saturday", _("samedi")
    SUNDAY = "sunday", _("dimanche")

    @classmethod
    def on(cls, day: dt.date) -> "Weekday":
        """The weekday of a date."""
        return _WEEK[day.weekday()]

    @property
    def number(self) -> int:
        """What `date.weekday()` says of it: Monday is 0, Sunday is 6."""
        return _WEEK.index(self)

    @property
    def is_weekend(self) -> bool:
        """Saturday or Sunday."""
        return self in {Weekday.SATURDAY, Weekday.SUNDAY}


_WEEK: Final = tuple(Weekday)


class Half(Labelled):
    """Half of a day. As texts they sort the wrong way round: compare `HalfDay`s, or `ORDER BY half DESC`."""

    MORNING = "morning", _("matin")
    AFTERNOON = "afternoon", _("après-midi")


@total_ordering
@dataclass(frozen=True, slots=True)
class HalfDay:
    """One morning or afternoon of one local date, in the order of time."""

    date: dt.date
    half: Half

    def __post_init__(self) -> None:
        _refuse_instant(self.date)

    @classmethod
    def at(cls, ordinal: int) -> "HalfDay":
        """The half-day of an ordinal: the inverse of `ordinal`."""
        day, half = divmod(ordinal, 2)
        return cls(dt.date.fromordinal(day), Half.AFTERNOON if half else Half.MORNING)

    @property
    def ordinal(self) -> int:
        """Its rank in time, one more for each half-day."""
        return 2 * self.date.toordinal() + (self.half == Half.AFTERNOON)

    @property
    def following(self) -> "HalfDay":
        """The half-day that comes next, on whatever day it falls."""
        return HalfDay.at(self.ordinal + 1)

    @property
    def weekday(self) -> Weekday:
        """The weekday it falls on."""
        return Weekday.on(self.date)

    def __lt__(self, other: object) -> bool:
        return self.ordinal < other.ordinal if isinstance(other, HalfDay) else NotImplemented

    def __str__(self) -> str:
        return f"{self.date.isoformat()} {self.half}"


class Holiday(Labelled):
    """Every holiday some part of France knows, law or custom. National ones first."""

    NEW_YEAR = "new_year", _("Jour de l’an")
    EASTER_MONDAY = "easter_monday", _("Lundi de Pâques")
    LABOUR_DAY = "labour_day", _("Fête du Travail")
    VICTORY_DAY = "victory_day", _("Fête de la Victoire")
    ASCENSION = "ascension", _("Ascension")
    WHIT_MONDAY = "whit_monday", _("Lundi de Pentecôte")
    NATIONAL_DAY = "national_day", _("Fête nationale")
    ASSUMPTION = "assumption", _("Assomption")
    ALL_SAINTS = "all_saints", _("Toussaint")
    ARMISTICE = "armistice", _("Armistice")
    CHRISTMAS = "christmas", _("Noël")
    GOOD_FRIDAY = "good_friday", _("Vendredi saint")
    SAINT_STEPHEN = "saint_stephen", _("Saint-Étienne")
    ABOLITION_OF_SLAVERY = "abolition_of_slavery", _("Abolition de l’esclavage")
    MID_LENT = "mid_lent", _("Mi-Carême")
    VICTOR_SCHOELCHER = "victor_schoelcher", _("Fête de Victor Schoelcher")
    ARRIVAL_OF_THE_GOSPEL = "arrival_of_the_gospel", _("Arrivée de l’Évangile")
    AUTONOMY_DAY = "autonomy_day", _("Fête de l’autonomie")
    MATARII = "matarii", _("Matāri’i")
    SAINT_PETER_CHANEL = "saint_peter_chanel", _("Saint Pierre Chanel")
    SAINTS_PETER_AND_PAUL = "saints_peter_and_paul", _("Saints Pierre et Paul")
    TERRITORY_DAY = "territory_day", _("Fête du Territoire")
    ANNEXATION_DAY = "annexation_day", _("Fête de la prise de possession")
    CITIZENSHIP_DAY = "citizenship_day", _("Fête de la Citoyenneté")


_RANK: Final = {holiday: rank for rank, holiday in enumerate(Holiday)}
_BY_LIBRARY_NAME: Final = {str(holiday.label).replace("’", "'"): holiday for holiday in Holiday}


@dataclass(frozen=True, slots=True)
class Subdivision:
    """A part of France with holidays of its own.

    `zones` are its IANA time zones, the usual one first. `customs` are the days that the library gives for it
    and no law does. `local_law`: Alsace and Moselle, whose days date from the ordinance of 16 August 1892.
    """

    code: str
    label: Text
    zones: tuple[str, ...]
    library_code: str | None = None
    customs: frozenset[Holiday] = frozenset()
    local_law: bool = False


_GUADELOUPE: Final = frozenset({Holiday.MID_LENT, Holiday.GOOD_FRIDAY, Holiday.VICTOR_SCHOELCHER})
_SCHOELCHER: Final = frozenset({Holiday.VICTOR_SCHOELCHER})
_POLYNESIAN_ZONES: Final = ("Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier")
_NEVER_SOLIDARITY: Final = frozenset({Holiday.LABOUR_DAY})
_NEVER_SOLIDARITY_BY_LOCAL_LAW: Final = frozenset(  # code du travail L.3134-16
    {Holiday.GOOD_FRIDAY, Holiday.CHRISTMAS, Holiday.SAINT_STEPHEN}
)

SUBDIVISIONS: Final[Mapping[str, Subdivision]] = {
    subdivision.code: subdivision
    for subdivision in (
        Subdivision("FR", _("France métropolitaine"), ("Europe/Paris",)),
        Subdivision("57", _("Moselle"), ("Europe/Paris",), "57", local_law=True),
        Subdivision("6AE", _("Alsace"), ("Europe/Paris",), "6AE", local_law=True),
        Subdivision("GP", _("Guadeloupe"), ("America/Guadeloupe",), "971", customs=_GUADELOUPE),
        Subdivision("MQ", _("Martinique"), ("America/Martinique",), "972", customs=_SCHOELCHER),
        Subdivision("GF", _("Guyane"), ("America/Cayenne",), "973"),
        Subdivision("RE", _("La Réunion"), ("Indian/Reunion",), "974"),
        Subdivision("YT", _("Mayotte"), ("Indian/Mayotte",), "976"),
        Subdivision("BL", _("Saint-Barthélemy"), ("America/St_Barthelemy",), "BL"),
        Subdivision("MF", _("Saint-Martin"), ("America/Marigot",), "MF", customs=_SCHOELCHER),
        Subdivision("PM", _("Saint-Pierre-et-Miquelon"), ("America/Miquelon",), "PM"),
        Subdivision("WF", _("Wallis-et-Futuna"), ("Pacific/Wallis",), "WF"),
        Subdivision("PF", _("Polynésie française"), _POLYNESIAN_ZONES, "PF"),
        Subdivision("NC", _("Nouvelle-Calédonie"), ("Pacific/Noumea",), "NC"),
        Subdivision("TF", _("Terres australes françaises"), ("Indian/Kerguelen",), "TF"),
    )
}


@dataclass(frozen=True)
class HolidayCalendar:
    """The holidays of one authority, from 1990 to 2100.

    - `subdivision`: a key of `SUBDIVISIONS`. What its law makes a holiday always counts.
    - `local_customs`: which of its customs the authority keeps as holidays.
    - `solidarity_day`: the holiday that the authority works as journée de solidarité, if it chose that form.
      It is then no holiday; another holiday on the same date still is.
    - `custom_days`: dated days off that the authority adds, with their French names. Always off.
    - `protestant_temple`: whether the commune has a Protestant temple or a mixed church, without which Good
      Friday is not a holiday in Alsace and Moselle. Read nowhere else.
    """

    subdivision: str = "FR"
    local_customs: frozenset[Holiday] = frozenset()
    solidarity_day: Holiday | None = None
    custom_days: Mapping[dt.date, str] = field(default_factory=dict, hash=False)
    protestant_temple: bool = True
    _years: dict[int, dict[dt.date, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.subdivision not in SUBDIVISIONS:
            raise ValueError(_choose("subdivision", self.subdivision, SUBDIVISIONS))
        where = SUBDIVISIONS[self.subdivision]
        for custom in self.local_customs:
            if custom not in where.customs:
                raise ValueError(_choose(f"local custom of {where.code}", custom, where.customs))
        if self.solidarity_day is not None and self.solidarity_day not in self.solidarity_choices:
            raise ValueError(_choose("solidarity day", self.solidarity_day, self.solidarity_choices))
        for day in self.custom_days:
            _refuse_instant(day)
        object.__setattr__(self, "custom_days", dict(self.custom_days))

    @property
    def solidarity_choices(self) -> frozenset[Holiday]:
        """The holidays that the authority may work: any but 1 May and those that local law excludes."""
        where = SUBDIVISIONS[self.subdivision]
        excluded = _NEVER_SOLIDARITY | (_NEVER_SOLIDARITY_BY_LOCAL_LAW if where.local_law else frozenset())
        in_force = {holiday for _day, holiday in _library_days(where.library_code, LAST_YEAR)}
        return frozenset(holiday for holiday in in_force - excluded if self._holds(holiday))

    def public_holidays(self, year: int) -> dict[dt.date, str]:
        """The days off of a year, in order, with their French names; two on one date are both named."""
        return dict(self._days_off(year))

    def holiday_name(self, day: dt.date) -> str | None:
        """The French name of the holiday on that day, if it is one."""
        _refuse_instant(day)
        return self._days_off(day.year).get(day)

    def is_public_holiday(self, day: dt.date) -> bool:
        """Whether that day is a holiday, on whatever weekday it falls."""
        return self.holiday_name(day) is not None

    def is_working_day(self, day: dt.date) -> bool:
        """Monday to Friday, and not a holiday."""
        return not self.is_public_holiday(day) and not Weekday.on(day).is_weekend

    def next_working_day(self, day: dt.date) -> dt.date:
        """That very day if it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += dt.timedelta(days=1)
        return day

    def _days_off(self, year: int) -> dict[dt.date, str]:
        if year not in self._years:
            self._years[year] = self._compute(year)
        return self._years[year]

    def _compute(self, year: int) -> dict[dt.date, str]:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"the calendar covers {FIRST_YEAR} to {LAST_YEAR}, not {year}")
        names: dict[dt.date, list[str]] = {}
        for day, holiday in _library_days(SUBDIVISIONS[self.subdivision].library_code, year):
            if self._holds(holiday) and holiday != self.solidarity_day:
                names.setdefault(day, []).append(str(holiday.label))
        for day, name in self.custom_days.items():
            if day.year == year:
                names.setdefault(day, []).append(name)
        return {day: " et ".join(names[day]) for day in sorted(names)}

    def _holds(self, holiday: Holiday) -> bool:
        where = SUBDIVISIONS[self.subdivision]
        if where.local_law and holiday == Holiday.GOOD_FRIDAY:
            return self.protestant_temple
        return holiday not in where.customs or holiday in self.local_customs


@cache
def _library_days(library_code: str | None, year: int) -> tuple[tuple[dt.date, Holiday], ...]:
    """What the library gives, law and custom alike, by date and then in the order of `Holiday`."""
    found = holidays.country_holidays("FR", library_code, years=year, expand=False, language="fr")
    pairs = [(day, _BY_LIBRARY_NAME[name]) for day, names in found.items() for name in names.split("; ")]
    return tuple(sorted(pairs, key=lambda pair: (pair[0], _RANK[pair[1]])))


Hours = tuple[dt.time, dt.time]

MORNING_HOURS: Final[Hours] = (dt.time(8, 30), dt.time(12, 0))
AFTERNOON_HOURS: Final[Hours] = (dt.time(13, 30), dt.time(17, 0))


def time_zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; a clear refusal when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}: an IANA name is expected") from None


def local_date(instant: dt.datetime, zone: str) -> dt.date:
    """The date that calendars on the wall show in `zone` at an aware instant."""
    if instant.utcoffset() is None:
        raise ValueError(f"an aware instant is expected, not {instant!r}")
    return instant.astimezone(time_zone(zone)).date()


def half_day_bounds(
    half_day: HalfDay,
    zone: str,
    *,
    morning: Hours = MORNING_HOURS,
    afternoon: Hours = AFTERNOON_HOURS,
) -> tuple[dt.datetime, dt.datetime]:
    """When a half-day begins and ends, in UTC, from the hours on the wall in `zone` that day.

    The hours are naive local times. Clocks change on Sunday nights: no working hours fall into the change.
    """
    start, end = hours = morning if half_day.half == Half.MORNING else afternoon
    if start.tzinfo or end.tzinfo or start >= end:
        raise ValueError(f"local hours are expected, the first before the second, not {hours!r}")
    local = time_zone(zone)
    begins = dt.datetime.combine(half_day.date, start, local)
    ends = dt.datetime.combine(half_day.date, end, local)
    return begins.astimezone(dt.UTC), ends.astimezone(dt.UTC)


def _refuse_instant(day: dt.date) -> None:
    """A datetime is a date to Python, and not to us: which date it is depends on a zone."""
    if isinstance(day, dt.datetime):
        raise TypeError(f"a date is expected, not the instant {day!r}: see local_date()")


def _choose(what: str, found: str, choices: Iterable[str]) -> str:
    return f"unknown {what} {str(found)!r}: choose among {', '.join(sorted(choices)) or 'none'}"
