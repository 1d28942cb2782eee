"""Half-days, holidays and zones: by hand-checked dates, then against the slow model."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.calendar import (
    SUBDIVISIONS,
    Half,
    HalfDay,
    Holiday,
    HolidayCalendar,
    Weekday,
    half_day_bounds,
    local_date,
    time_zone,
)
from tests.support.slow_calendar import CODES, SlowCalendar, authorities, custom_names, days, each_day, easter

MORNING, AFTERNOON = Half.MORNING, Half.AFTERNOON
METROPOLITAN_2026 = [
    "2026-01-01",
    "2026-04-06",
    "2026-05-01",
    "2026-05-08",
    "2026-05-14",
    "2026-05-25",
    "2026-07-14",
    "2026-08-15",
    "2026-11-01",
    "2026-11-11",
    "2026-12-25",
]
GUADELOUPE = frozenset({Holiday.MID_LENT, Holiday.GOOD_FRIDAY, Holiday.VICTOR_SCHOELCHER})
ZONES = sorted({zone for subdivision in SUBDIVISIONS.values() for zone in subdivision.zones})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


class TestHalfDay:
    def test_morning_comes_before_afternoon(self) -> None:
        first, second, third = (
            HalfDay(day("2026-11-26"), MORNING),
            HalfDay(day("2026-11-26"), AFTERNOON),
            HalfDay(day("2026-11-27"), MORNING),
        )
        assert sorted([third, second, first]) == [first, second, third]
        assert first < second <= third
        assert third > first
        assert {first, HalfDay(day("2026-11-26"), MORNING)} == {first}

    def test_reads_like_its_date_and_half(self) -> None:
        assert str(HalfDay(day("2026-11-26"), MORNING)) == "2026-11-26 morning"
        assert HalfDay(day("2026-11-26"), MORNING).weekday is Weekday.THURSDAY

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (("2026-12-31", AFTERNOON), ("2027-01-01", MORNING)),
            (("2024-02-28", AFTERNOON), ("2024-02-29", MORNING)),
            (("2024-02-29", MORNING), ("2024-02-29", AFTERNOON)),
            (("2024-02-29", AFTERNOON), ("2024-03-01", MORNING)),
            (("2100-02-28", AFTERNOON), ("2100-03-01", MORNING)),
        ],
    )
    def test_the_following_one(self, before: tuple[str, Half], after: tuple[str, Half]) -> None:
        assert HalfDay(day(before[0]), before[1]).following == HalfDay(day(after[0]), after[1])

    @given(st.dates(dt.date(1, 1, 2)), st.sampled_from(Half))
    def test_an_ordinal_names_one_half_day(self, date: dt.date, half: Half) -> None:
        half_day = HalfDay(date, half)
        assert HalfDay.at(half_day.ordinal) == half_day
        assert HalfDay.at(half_day.ordinal - 1) < half_day

    def test_an_instant_is_not_a_date(self) -> None:
        with pytest.raises(TypeError, match="local_date"):
            HalfDay(utc("2026-11-26T08:30"), MORNING)

    def test_is_not_compared_with_something_else(self) -> None:
        with pytest.raises(TypeError):
            assert HalfDay(day("2026-11-26"), MORNING) < day("2026-11-27")


class TestWeekday:
    def test_agrees_with_the_standard_library(self) -> None:
        assert [weekday.number for weekday in Weekday] == list(range(7))
        assert Weekday.on(day("2026-11-26")) == "thursday"
        for date in each_day(day("2026-12-21"), day("2027-01-10")):
            assert Weekday.on(date).number == date.weekday()
            assert Weekday.on(date).is_weekend == (date.weekday() >= 5)

    def test_has_french_words(self) -> None:
        assert str(Weekday("monday").label) == "lundi"
        assert [str(half.label) for half in Half] == ["matin", "après-midi"]


class TestHolidays:
    def test_metropolitan_france_has_eleven(self) -> None:
        assert list(HolidayCalendar().public_holidays(2026)) == [day(text) for text in METROPOLITAN_2026]

    @pytest.mark.parametrize(
        ("code", "text", "name"),
        [
            ("57", "2025-12-26", "Saint-Étienne"),  # Metz
            ("6AE", "2025-12-26", "Saint-Étienne"),  # Strasbourg
            ("57", "2026-04-03", "Vendredi saint"),
            ("6AE", "2026-04-03", "Vendredi saint"),
            ("GP", "2026-05-27", "Abolition de l’esclavage"),
            ("MQ", "2026-05-22", "Abolition de l’esclavage"),
            ("GF", "2026-06-10", "Abolition de l’esclavage"),
            ("RE", "2026-12-20", "Abolition de l’esclavage"),
            ("YT", "2026-04-27", "Abolition de l’esclavage"),
            ("BL", "2026-10-09", "Abolition de l’esclavage"),
            ("MF", "2026-05-28", "Abolition de l’esclavage"),
            ("PF", "2026-03-05", "Arrivée de l’Évangile"),
            ("PF", "2026-04-03", "Vendredi saint"),
            ("PF", "2024-06-29", "Fête de l’autonomie"),
            ("PF", "2026-11-20", "Matāri’i"),
            ("NC", "2026-09-24", "Fête de la Citoyenneté"),
            ("WF", "2026-04-28", "Saint Pierre Chanel"),
            ("WF", "2026-06-29", "Saints Pierre et Paul"),
            ("WF", "2026-07-29", "Fête du Territoire"),
        ],
    )
    def test_a_subdivision_has_its_own(self, code: str, text: str, name: str) -> None:
        assert HolidayCalendar(code).holiday_name(day(text)) == name
        assert HolidayCalendar().holiday_name(day(text)) is None

    @pytest.mark.parametrize("code", ["PM", "TF"])
    def test_some_have_none_of_their_own(self, code: str) -> None:
        assert HolidayCalendar(code).public_holidays(2026) == HolidayCalendar().public_holidays(2026)

    def test_polynesia_changed_its_day_in_2025(self) -> None:
        polynesia = HolidayCalendar("PF")
        assert not polynesia.is_public_holiday(day("2025-06-29"))
        assert not polynesia.is_public_holiday(day("2024-11-20"))

    @pytest.mark.parametrize(
        ("code", "texts"),
        [
            ("GP", ["2026-03-12", "2026-04-03", "2026-07-21"]),
            ("MQ", ["2026-07-21"]),
            ("MF", ["2026-07-21"]),
        ],
    )
    def test_a_local_custom_counts_when_the_authority_says_so(self, code: str, texts: list[str]) -> None:
        by_law = set(HolidayCalendar(code).public_holidays(2026))
        kept = HolidayCalendar(code, local_customs=SUBDIVISIONS[code].customs)
        assert set(kept.public_holidays(2026)) - by_law == {day(text) for text in texts}

    def test_one_custom_may_be_kept_without_the_others(self) -> None:
        calendar = HolidayCalendar("GP", local_customs=frozenset({Holiday.MID_LENT}))
        assert calendar.holiday_name(day("2026-03-12")) == "Mi-Carême"
        assert not calendar.is_public_holiday(day("2026-04-03"))

    def test_good_friday_in_alsace_needs_a_temple(self) -> None:
        without = HolidayCalendar("57", protestant_temple=False)
        assert without.is_working_day(day("2026-04-03"))
        assert without.is_public_holiday(day("2025-12-26"))
        assert HolidayCalendar("PF", protestant_temple=False).is_public_holiday(day("2026-04-03"))

    def test_two_on_one_date_are_both_named(self) -> None:
        name = HolidayCalendar("MQ").holiday_name(day("2031-05-22"))
        assert name == "Ascension et Abolition de l’esclavage"
        assert HolidayCalendar().public_holidays(2008)[day("2008-05-01")] == "Fête du Travail et Ascension"


class TestAuthorityChoices:
    def test_a_solidarity_day_is_worked(self) -> None:
        calendar = HolidayCalendar(solidarity_day=Holiday.WHIT_MONDAY)
        assert calendar.is_working_day(day("2026-05-25"))
        assert len(calendar.public_holidays(2026)) == 10

    def test_unless_another_holiday_falls_on_it(self) -> None:
        guyane = HolidayCalendar("GF", solidarity_day=Holiday.WHIT_MONDAY)
        assert guyane.holiday_name(day("2030-06-10")) == "Abolition de l’esclavage"

    def test_or_the_authority_gives_that_date_off(self) -> None:
        given_off = HolidayCalendar(
            solidarity_day=Holiday.WHIT_MONDAY, custom_days={day("2026-05-25"): "Fête locale"}
        )
        assert given_off.holiday_name(day("2026-05-25")) == "Fête locale"

    @pytest.mark.parametrize(
        ("code", "holiday"),
        [
            ("FR", Holiday.LABOUR_DAY),
            ("FR", Holiday.GOOD_FRIDAY),
            ("57", Holiday.GOOD_FRIDAY),
            ("6AE", Holiday.CHRISTMAS),
            ("6AE", Holiday.SAINT_STEPHEN),
            ("PF", Holiday.AUTONOMY_DAY),
            ("MQ", Holiday.VICTOR_SCHOELCHER),
        ],
    )
    def test_not_every_holiday_may_be_worked(self, code: str, holiday: Holiday) -> None:
        with pytest.raises(ValueError, match=f"unknown solidarity day '{holiday}'.*whit_monday"):
            HolidayCalendar(code, solidarity_day=holiday)

    def test_a_custom_that_is_kept_may_be(self) -> None:
        kept = frozenset({Holiday.VICTOR_SCHOELCHER})
        calendar = HolidayCalendar("MQ", local_customs=kept, solidarity_day=Holiday.VICTOR_SCHOELCHER)
        assert calendar.is_working_day(day("2026-07-21"))

    def test_days_are_added_by_date(self) -> None:
        added = {day("2026-02-17"): "Mardi gras", day("2027-05-07"): "Pont de l’Ascension"}
        calendar = HolidayCalendar("GF", custom_days=added)
        added.clear()
        assert calendar.holiday_name(day("2026-02-17")) == "Mardi gras"
        assert not calendar.is_working_day(day("2027-05-07"))
        assert calendar.is_working_day(day("2027-02-09"))
        by_law = HolidayCalendar("GF").public_holidays(2026)
        assert list(calendar.public_holidays(2026)) == sorted({*by_law, day("2026-02-17")})

    def test_an_added_day_joins_the_holiday_of_its_date(self) -> None:
        calendar = HolidayCalendar(custom_days={day("2026-11-11"): "Saint-Martin"})
        assert calendar.holiday_name(day("2026-11-11")) == "Armistice et Saint-Martin"

    def test_equal_choices_are_equal_calendars(self) -> None:
        one, other = HolidayCalendar("GP"), HolidayCalendar("GP")
        one.public_holidays(2026)
        assert one == other
        assert hash(one) == hash(other)
        assert one != HolidayCalendar("GP", local_customs=GUADELOUPE)

    def test_an_answer_may_be_changed_without_harm(self) -> None:
        calendar = HolidayCalendar()
        calendar.public_holidays(2026).clear()
        assert len(calendar.public_holidays(2026)) == 11


class TestRefusals:
    def test_an_unknown_subdivision_names_the_possible_ones(self) -> None:
        with pytest.raises(
            ValueError, match=r"unknown subdivision '971': choose among 57, 6AE, BL, FR, .*YT"
        ):
            HolidayCalendar("971")

    @pytest.mark.parametrize(
        ("code", "choices"), [("FR", "none"), ("GP", "good_friday, mid_lent, victor_schoelcher")]
    )
    def test_a_custom_of_elsewhere_names_the_possible_ones(self, code: str, choices: str) -> None:
        with pytest.raises(ValueError, match=f"custom of {code} 'matarii': choose among {choices}$"):
            HolidayCalendar(code, local_customs=frozenset({Holiday.MATARII}))

    @pytest.mark.parametrize("year", [1989, 2101])
    def test_years_out_of_range(self, year: int) -> None:
        with pytest.raises(ValueError, match=f"1990 to 2100, not {year}"):
            HolidayCalendar().public_holidays(year)

    def test_an_instant_is_not_a_day(self) -> None:
        with pytest.raises(TypeError, match="local_date"):
            HolidayCalendar().is_working_day(utc("2026-11-11T10:00"))
        with pytest.raises(TypeError, match="local_date"):
            HolidayCalendar(custom_days={utc("2026-11-11T10:00"): "Saint-Martin"})


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("code", "text", "expected"),
        [
            ("FR", "2026-11-26", "2026-11-26"),
            ("FR", "2026-11-28", "2026-11-30"),  # Saturday
            ("FR", "2026-12-25", "2026-12-28"),  # Christmas, a Friday
            ("FR", "2027-01-01", "2027-01-04"),
            ("FR", "2024-02-29", "2024-02-29"),
            ("FR", "2025-12-26", "2025-12-26"),
            ("6AE", "2025-12-25", "2025-12-29"),  # Christmas, Saint Stephen, Saturday, Sunday
            ("FR", "2026-04-03", "2026-04-03"),
            ("57", "2026-04-03", "2026-04-07"),  # Good Friday to Easter Monday
            ("FR", "2026-05-23", "2026-05-26"),  # the Saturday before Whit Monday
        ],
    )
    def test_the_next_one(self, code: str, text: str, expected: str) -> None:
        assert HolidayCalendar(code).next_working_day(day(text)) == day(expected)

    def test_there_is_none_after_the_last_year(self) -> None:
        with pytest.raises(ValueError, match="not 2101"):
            HolidayCalendar(custom_days={day("2100-12-31"): "fin"}).next_working_day(day("2100-12-31"))


class TestAgainstTheSlowModel:
    @pytest.mark.parametrize(
        ("year", "text"),
        [
            (1990, "04-15"),
            (2000, "04-23"),
            (2008, "03-23"),
            (2011, "04-24"),
            (2019, "04-21"),
            (2024, "03-31"),
            (2026, "04-05"),
            (2027, "03-28"),
            (2038, "04-25"),
            (2049, "04-18"),
            (2076, "04-19"),
            (2100, "03-28"),
        ],
    )
    def test_the_model_knows_easter(self, year: int, text: str) -> None:
        assert easter(year) == day(f"{year}-{text}")

    def test_the_model_knows_the_same_places(self) -> None:
        assert set(CODES) == set(SUBDIVISIONS)
        for code, subdivision in SUBDIVISIONS.items():
            assert subdivision.code == code
            assert {str(custom) for custom in subdivision.customs} == custom_names(code)

    @pytest.mark.parametrize("code", CODES)
    def test_every_year_of_every_place(self, code: str) -> None:
        customs = frozenset(custom_names(code))
        for slow in {SlowCalendar(code), SlowCalendar(code, customs, temple=code not in {"57", "6AE"})}:
            fast = slow.fast()
            for year in range(1990, 2101):
                expected = [
                    date for date in each_day(dt.date(year, 1, 1), dt.date(year, 12, 31)) if slow.names(date)
                ]
                assert list(fast.public_holidays(year)) == expected

    @given(st.data(), days())
    def test_names_and_working_days(self, data: st.DataObject, around: dt.date) -> None:
        slow = data.draw(authorities(near=around))
        fast = slow.fast()
        for date in each_day(around, around + dt.timedelta(days=30)):
            assert (fast.holiday_name(date) or "") == _words(slow.names(date), date.year)
            assert fast.is_public_holiday(date) == bool(slow.names(date))
            assert fast.is_working_day(date) == slow.works(date)
            following = fast.next_working_day(date)
            assert slow.works(following)
            assert not any(slow.works(idle) for idle in each_day(date, following - dt.timedelta(days=1)))

    @pytest.mark.parametrize("code", CODES)
    def test_nobody_waits_more_than_five_days(self, code: str) -> None:
        calendar = SlowCalendar(code, frozenset(custom_names(code))).fast()
        idle = longest = 0
        for date in each_day(day("1990-01-01"), day("2100-12-31")):
            idle = 0 if calendar.is_working_day(date) else idle + 1
            longest = max(longest, idle)
        assert 3 <= longest <= 5


def _words(names: set[str], year: int) -> str:
    """The French words for what the model names: in the order of `Holiday`, and added days last."""
    labels = [str(holiday.label) for holiday in Holiday if str(holiday) in names]
    if "citizenship_day" in names and year < 2004:
        labels = [str(Holiday.ANNEXATION_DAY.label)]
    return " et ".join([*labels, *(name for name in names if name == "pont")])


class TestLocalTime:
    @pytest.mark.parametrize(
        ("zone", "date", "half", "starts", "ends"),
        [
            # Paris: clocks go forward on Sunday 29 March 2026, back on Sunday 25 October
            ("Europe/Paris", "2026-03-27", MORNING, "2026-03-27T07:30", "2026-03-27T11:00"),
            ("Europe/Paris", "2026-03-29", MORNING, "2026-03-29T06:30", "2026-03-29T10:00"),
            ("Europe/Paris", "2026-03-30", MORNING, "2026-03-30T06:30", "2026-03-30T10:00"),
            ("Europe/Paris", "2026-10-23", AFTERNOON, "2026-10-23T11:30", "2026-10-23T15:00"),
            ("Europe/Paris", "2026-10-25", AFTERNOON, "2026-10-25T12:30", "2026-10-25T16:00"),
            ("Europe/Paris", "2026-10-26", AFTERNOON, "2026-10-26T12:30", "2026-10-26T16:00"),
            # Miquelon follows North America: 8 March and 1 November 2026
            ("America/Miquelon", "2026-03-06", MORNING, "2026-03-06T11:30", "2026-03-06T15:00"),
            ("America/Miquelon", "2026-03-09", MORNING, "2026-03-09T10:30", "2026-03-09T14:00"),
            ("America/Miquelon", "2026-10-30", MORNING, "2026-10-30T10:30", "2026-10-30T14:00"),
            ("America/Miquelon", "2026-11-02", MORNING, "2026-11-02T11:30", "2026-11-02T15:00"),
            ("America/Cayenne", "2026-07-01", MORNING, "2026-07-01T11:30", "2026-07-01T15:00"),
            ("America/Guadeloupe", "2026-01-05", MORNING, "2026-01-05T12:30", "2026-01-05T16:00"),
            ("Indian/Reunion", "2026-07-01", MORNING, "2026-07-01T04:30", "2026-07-01T08:00"),
            ("Indian/Mayotte", "2026-07-01", AFTERNOON, "2026-07-01T10:30", "2026-07-01T14:00"),
            # the day before, in UTC
            ("Pacific/Noumea", "2027-01-04", MORNING, "2027-01-03T21:30", "2027-01-04T01:00"),
            ("Pacific/Wallis", "2026-03-02", MORNING, "2026-03-01T20:30", "2026-03-02T00:00"),
            # the day after, in UTC
            ("Pacific/Tahiti", "2026-12-31", AFTERNOON, "2026-12-31T23:30", "2027-01-01T03:00"),
            ("Pacific/Marquesas", "2024-02-29", AFTERNOON, "2024-02-29T23:00", "2024-03-01T02:30"),
        ],
    )
    def test_bounds(self, zone: str, date: str, half: Half, starts: str, ends: str) -> None:
        bounds = half_day_bounds(HalfDay(day(date), half), zone)
        assert bounds == (utc(starts), utc(ends))
        assert all(bound.tzinfo is dt.UTC for bound in bounds)

    def test_an_authority_may_keep_other_hours(self) -> None:
        hours = (dt.time(7, 0), dt.time(13, 0)), (dt.time(13, 0), dt.time(14, 0))
        morning = half_day_bounds(HalfDay(day("2026-11-26"), MORNING), "America/Cayenne", morning=hours[0])
        afternoon = half_day_bounds(
            HalfDay(day("2026-11-26"), AFTERNOON), "America/Cayenne", afternoon=hours[1]
        )
        assert morning == (utc("2026-11-26T10:00"), utc("2026-11-26T16:00"))
        assert afternoon == (utc("2026-11-26T16:00"), utc("2026-11-26T17:00"))

    @pytest.mark.parametrize(
        "hours",
        [
            (dt.time(12, 0), dt.time(8, 30)),
            (dt.time(8, 30), dt.time(8, 30)),
            (dt.time(8, 30, tzinfo=dt.UTC), dt.time(12, 0, tzinfo=dt.UTC)),
        ],
    )
    def test_hours_out_of_order_or_with_a_zone_are_refused(self, hours: tuple[dt.time, dt.time]) -> None:
        with pytest.raises(ValueError, match="local hours"):
            half_day_bounds(HalfDay(day("2026-11-26"), MORNING), "Europe/Paris", morning=hours)

    @pytest.mark.parametrize(
        ("zone", "expected"),
        [
            ("Europe/Paris", "2027-01-01"),
            ("Pacific/Noumea", "2027-01-01"),
            ("Indian/Reunion", "2027-01-01"),
            ("America/Cayenne", "2026-12-31"),
            ("America/Miquelon", "2026-12-31"),
            ("Pacific/Tahiti", "2026-12-31"),
        ],
    )
    def test_the_date_depends_on_where(self, zone: str, expected: str) -> None:
        assert local_date(utc("2026-12-31T23:30"), zone) == day(expected)

    def test_an_instant_of_another_zone_is_an_instant(self) -> None:
        instant = dt.datetime(2026, 12, 31, 12, 30, tzinfo=ZoneInfo("Pacific/Noumea"))
        assert local_date(instant, "Pacific/Tahiti") == day("2026-12-30")

    def test_a_naive_instant_is_refused(self) -> None:
        naive = utc("2026-12-31T23:30").replace(tzinfo=None)
        with pytest.raises(ValueError, match="aware"):
            local_date(naive, "Europe/Paris")

    @pytest.mark.parametrize("name", ["", "America", "Europe/Lutetia", "../etc/passwd", "/etc/passwd", "\0"])
    def test_an_unknown_zone_is_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match="unknown time zone"):
            time_zone(name)

    def test_every_place_has_its_zones(self) -> None:
        zones = {code: subdivision.zones for code, subdivision in SUBDIVISIONS.items()}
        assert {code: names for code, names in zones.items() if names != ("Europe/Paris",)} == {
            "GP": ("America/Guadeloupe",),
            "MQ": ("America/Martinique",),
            "GF": ("America/Cayenne",),
            "RE": ("Indian/Reunion",),
            "YT": ("Indian/Mayotte",),
            "BL": ("America/St_Barthelemy",),
            "MF": ("America/Marigot",),
            "PM": ("America/Miquelon",),
            "WF": ("Pacific/Wallis",),
            "PF": ("Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier"),
            "NC": ("Pacific/Noumea",),
            "TF": ("Indian/Kerguelen",),
        }
        assert {*FIXED_OFFSETS, "Europe/Paris", "America/Miquelon"} == set(ZONES)

    @given(st.sampled_from(ZONES), days(2010, 2098), st.sampled_from(Half))
    @settings(max_examples=400)
    def test_every_zone_by_offsets_written_out(self, zone: str, date: dt.date, half: Half) -> None:
        starts, ends = half_day_bounds(HalfDay(date, half), zone)
        local = dt.datetime.combine(date, dt.time(8, 30) if half == MORNING else dt.time(13, 30), dt.UTC)
        assert starts == local - dt.timedelta(hours=_offset(zone, date))
        assert ends - starts == dt.timedelta(hours=3, minutes=30)
        assert local_date(starts, zone) == local_date(ends, zone) == date


FIXED_OFFSETS = {
    "America/Guadeloupe": -4,
    "America/Martinique": -4,
    "America/Marigot": -4,
    "America/St_Barthelemy": -4,
    "America/Cayenne": -3,
    "Indian/Reunion": 4,
    "Indian/Mayotte": 3,
    "Indian/Kerguelen": 5,
    "Pacific/Noumea": 11,
    "Pacific/Wallis": 12,
    "Pacific/Tahiti": -10,
    "Pacific/Marquesas": -9.5,
    "Pacific/Gambier": -9,
}


def _offset(zone: str, date: dt.date) -> float:
    """Hours ahead of UTC during the day, from 2010 on."""
    if zone == "Europe/Paris":
        summer = _sundays(date.year, 3)[-1] <= date < _sundays(date.year, 10)[-1]
        return 2 if summer else 1
    if zone == "America/Miquelon":
        summer = _sundays(date.year, 3)[1] <= date < _sundays(date.year, 11)[0]
        return -2 if summer else -3
    return FIXED_OFFSETS[zone]


def _sundays(year: int, month: int) -> list[dt.date]:
    first = dt.date(year, month, 1)
    return [
        date
        for date in each_day(first, first + dt.timedelta(days=30))
        if (date.month, date.strftime("%w")) == (month, "0")
    ]
