"""Who stands for whom on a day: first and last days, time zones, and the ways in which a power ends by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from app.access.actor import system
from app.access.capacity import Capacity
from app.kit import clock
from app.main import do_chores
from app.people.delegation_models import Interim, PowerEnd, SigningDelegation
from app.people.delegations import acts_for, citing, power_of
from app.people.hr_import import import_people
from app.people.models import Agent, Authority, Directorate, Position
from tests.people.builders import delegation, export, interim, line
from tests.support.world import World

LEAP_DAY = date(2028, 2, 29)


def day(shift: int) -> str:
    return (clock.today("Europe/Paris") + timedelta(days=shift)).isoformat()


def held(world: World, who: str, on: date) -> list[UUID]:
    with world.database.read() as connection:
        return [power.id for power in power_of(connection, world.people[who].agent.id, on)]


def may(world: World, who: str) -> bool:
    """Does the person hold a power now, by what they read of themselves?"""
    return bool(world.people[who].get("/me")["powers"])


class TestDays:
    def test_first_and_last_included_across_a_leap_day(self, world: World) -> None:
        dates: dict[str, Any] = {"starts_on": LEAP_DAY.isoformat(), "ends_on": LEAP_DAY.isoformat()}
        made = UUID(interim(world, **dates)["id"])
        assert held(world, "david", LEAP_DAY - timedelta(days=1)) == []
        assert held(world, "david", LEAP_DAY) == [made]
        assert held(world, "david", date(2028, 3, 1)) == []
        problem = interim(world, starts_on="2027-02-29", ends_on="2027-03-01", expect=422)
        assert problem["errors"][0]["field"] == "starts_on"

    def test_delegation_until_the_last_day_of_the_term(self, world: World) -> None:
        made = UUID(delegation(world, term_ends_on=LEAP_DAY.isoformat(), ends_on="2028-03-05")["id"])
        assert held(world, "david", LEAP_DAY) == [made]
        assert held(world, "david", date(2028, 3, 1)) == []

    @pytest.mark.parametrize(
        ("zone", "before", "first", "last", "after"),
        [
            # Cayenne is three hours behind UTC, Nouméa eleven ahead.
            ("America/Cayenne", "06-02T02:59", "06-02T03:00", "06-04T02:59", "06-04T03:00"),
            ("Pacific/Noumea", "06-01T12:59", "06-01T13:00", "06-03T12:59", "06-03T13:00"),
        ],
    )
    def test_where_the_authority_is(
        self, world: World, zone: str, before: str, first: str, last: str, after: str
    ) -> None:
        with world.database.transaction() as session:
            session.get_one(Authority, world.authority.id).time_zone = zone
        interim(world, starts_on="2027-06-02", ends_on="2027-06-03")
        actor = system(world.authority.id, zone)
        for instant, expected in ((before, 0), (first, 1), (last, 1), (after, 0)):
            with clock.at(datetime.fromisoformat(f"2027-{instant}:00+00:00")):
                assert len(held(world, "david", actor.today())) == expected, instant

    def test_both_at_once_the_first_to_end_first(self, world: World) -> None:
        given, named = delegation(world), interim(world)
        powers = world.david.get("/me")["powers"]
        assert [(power["kind"], power["id"]) for power in powers] == [
            ("interim", named["id"]),
            ("delegation", given["id"]),
        ]
        assert (powers[1]["for_name"], powers[1]["field"]) == ("Dgs DGS", "mandates")


@pytest.fixture(autouse=True)
def _settled(world: World) -> None:
    """What the worker does once for a new authority is done."""
    do_chores(world.database)


class TestEnds:
    """Each is true at once, and noted for good by the day's chores."""

    @pytest.mark.parametrize(
        ("who", "change", "cause"),
        [
            ("david", {"left_on": -1}, "holder_left"),
            ("dgs", {"left_on": -1}, "principal_left"),
            ("david", {"directorate": "DEJ"}, "holder_moved"),
            ("david", {"position": Position.AVAILABILITY}, "holder_moved"),
        ],
    )
    def test_delegation(self, world: World, who: str, change: dict[str, Any], cause: str) -> None:
        made = delegation(world)
        other = delegation(world, holder_id=world.bruno.id, giver_id=world.elected.id)
        with world.database.transaction() as session:
            agent = session.get_one(Agent, world.people[who].agent.id)
            if "left_on" in change:
                agent.left_on = clock.today("Europe/Paris") + timedelta(days=change["left_on"])
            if "directorate" in change:
                agent.directorate_id = world.directorates[change["directorate"]].id
            if "position" in change:
                agent.position = change["position"]
        assert held(world, "david", clock.today("Europe/Paris")) == []
        assert do_chores(world.database) >= 1
        seen = world.hr.get(f"/delegations/{made['id']}")
        assert (seen["state"], seen["end_cause"], seen["last_day"]) == ("ended", cause, day(-1))
        assert world.event_types(made["id"])[-1] == "delegation.ended"
        assert world.hr.get(f"/delegations/{other['id']}")["state"] == "in_force"
        assert do_chores(world.database) == 0

    @pytest.mark.parametrize(
        ("who", "cause"), [("david", PowerEnd.HOLDER_LEFT), ("head_dep", PowerEnd.PRINCIPAL_LEFT)]
    )
    def test_interim(self, world: World, who: str, cause: PowerEnd) -> None:
        made = interim(world)
        with world.database.transaction() as session:
            session.get_one(Agent, world.people[who].agent.id).left_on = date.fromisoformat(day(-1))
        assert held(world, "david", clock.today("Europe/Paris")) == []
        assert do_chores(world.database) >= 1
        assert world.hr.get(f"/interims/{made['id']}")["end_cause"] == cause
        assert world.event_types(made["id"]) == ["interim.named", "interim.ended"]

    def test_somebody_who_will_leave_holds_it_to_their_last_day(self, world: World) -> None:
        made = delegation(world)
        with world.database.transaction() as session:
            session.get_one(Agent, world.david.agent.id).left_on = date.fromisoformat(day(3))
        assert do_chores(world.database) == 0
        assert held(world, "david", date.fromisoformat(day(3))) == [UUID(made["id"])]
        assert held(world, "david", date.fromisoformat(day(4))) == []

    def test_its_term(self, world: World) -> None:
        made = interim(world, ends_on=day(2))
        with clock.at(datetime.now(UTC) + timedelta(days=3)):
            assert do_chores(world.database) >= 1
            assert do_chores(world.database) == 0
        seen = world.hr.get(f"/interims/{made['id']}")
        assert (seen["end_cause"], seen["last_day"]) == ("expired", day(2))

    def test_does_not_come_back_with_the_function(self, world: World) -> None:
        delegation(world, holder_id=world.head_dep.id, holder_function="head_of_service")
        for head_id in (world.david.agent.id, world.head_dep.agent.id):
            with world.database.transaction() as session:
                session.get_one(Directorate, world.directorates["DEP"].id).head_id = head_id
            do_chores(world.database)
        assert not may(world, "head_dep")

    def test_one_to_come_is_for_the_function_of_its_first_day(self, world: World) -> None:
        made = delegation(world, starts_on=day(3))
        with world.database.transaction() as session:
            session.get_one(Agent, world.david.agent.id).directorate_id = world.directorates["DSI"].id
        assert do_chores(world.database) == 0
        assert held(world, "david", date.fromisoformat(day(3))) == [UUID(made["id"])]

    def test_by_an_import(self, world: World) -> None:
        """HR says that the delegate works elsewhere, and that the absent head has left."""
        with world.database.transaction() as session:
            people = {name: person.agent for name, person in world.people.items()}
            rows = [
                line("1", **{"Code direction": "DGS", "Direction": "Direction générale"}),
                *(line(people[who].hr_id, "1") for who in ("david", "head_dep")),
                line(people["alice"].hr_id, people["head_dep"].hr_id),
            ]
            import_people(session, system(world.authority.id), export(*rows))
        given, named = delegation(world), interim(world, holder_id=world.alice.id)
        rows[1] |= {"Code direction": "DEJ", "Direction": "Direction de l'éducation"}
        rows[2] |= {"Date de sortie": "01/02/2026"}
        with world.database.transaction() as session:
            import_people(session, system(world.authority.id), export(*rows))
        assert world.hr.get(f"/delegations/{given['id']}")["end_cause"] == "holder_moved"
        assert world.hr.get(f"/interims/{named['id']}")["end_cause"] == "principal_left"
        assert world.event_types(given["id"]) == ["delegation.given", "delegation.ended"]


class TestActing:
    def test_cites_the_act(self, world: World) -> None:
        made = interim(world)
        actor = world.actor("david")
        with world.database.session() as session:
            assert acts_for(session, actor, world.head_dep.agent.id)
            assert not acts_for(session, actor, world.head_dej.agent.id)
            assert not acts_for(session, actor, None)
            acting = citing(session, actor, world.head_dep.agent.id, Capacity.HEAD)
            assert (acting.delegation_id, acting.acting_as) == (UUID(made["id"]), Capacity.HEAD)
            assert citing(session, actor, world.head_dej.agent.id, Capacity.HEAD) is actor
            assert citing(session, actor, actor.agent_id, Capacity.HEAD) is actor

    def test_goes_no_further_than_the_person_replaced(self, world: World) -> None:
        """Whoever replaces a delegate, or the giver, has no delegation by that."""
        delegation(world, holder_id=world.head_dep.id)
        interim(world)
        assert [power["for_id"] for power in world.david.get("/me")["powers"]] == [world.head_dep.id]


class TestConstraints:
    """What the database itself refuses, whoever asks."""

    def test_dates_and_people(self, world: World) -> None:
        today = clock.today("Europe/Paris")
        common: dict[str, Any] = {
            "authority_id": world.authority.id,
            "holder_id": world.david.agent.id,
            "act_reference": "x",
            "starts_on": today,
        }
        given: dict[str, Any] = {
            **common,
            "giver_id": world.dgs.agent.id,
            "holder_function": "deputy_general_director",
            "holder_directorate_id": world.directorates["DEP"].id,
            "field": "mandates",
            "field_text": "x",
            "published_on": today,
            "notified_on": today,
            "transmitted_on": today,
            "term_ends_on": today,
            "last_day": today,
        }
        tomorrow = today + timedelta(days=1)
        refused: list[Any] = [
            SigningDelegation(**{**given, **change})
            for change in (
                {"giver_id": world.david.agent.id},
                {"published_on": tomorrow},
                {"last_day": tomorrow},
                {"field": "directorate_mandates"},
                {"end_cause": "withdrawn"},
            )
        ]
        named: dict[str, Any] = {
            **common,
            "absent_id": world.head_dep.agent.id,
            "ends_on": today,
            "last_day": today,
        }
        refused += [
            Interim(**{**named, **change})
            for change in (
                {"absent_id": world.david.agent.id},
                {"starts_on": tomorrow},
                {"last_day": tomorrow},
            )
        ]
        for row in refused:
            with pytest.raises(IntegrityError), world.database.transaction() as session:
                session.add(row)
        with world.database.transaction() as session:
            session.add_all([SigningDelegation(**given), Interim(**named)])
