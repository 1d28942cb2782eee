"""What the worker says by itself of a mandate: once, in time, and to those it concerns."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.access.actor import system
from app.mandates import service
from app.mandates.models import MandateReminder, MandateSignature
from app.programmes.models import Charter
from tests.half_days.builders import END, MONDAY, active, on, slot, submitted
from tests.mandates import builders
from tests.mandates.builders import sign, sign_all
from tests.mandates.test_races import together
from tests.notices.builders import who_was_told
from tests.people.builders import interim
from tests.support.world import World

Chore = Callable[..., int]


def work(world: World, chore: Chore, day: date, hour: int = 9) -> int:
    """What the worker does on that day: how many acts; it does none of them twice."""
    actor = system(world.authority.id)
    with on(day, hour):
        with world.database.transaction() as session:
            done = chore(session, actor, actor.today())
        with world.database.transaction() as session:
            assert chore(session, actor, actor.today()) == 0, "twice"
    return done


@contextmanager
def back_then(world: World, day: date = MONDAY) -> Iterator[World]:
    with on(day):
        for name in world.people:
            world.renew(name)
        yield world


@pytest.fixture
def town(world: World) -> Iterator[World]:
    """The town, on Monday 5 January 2026."""
    with back_then(world):
        yield world


class TestAskAgain:
    def test_three_seven_twelve_working_days(self, town: World) -> None:
        made = submitted(town)
        days = [MONDAY + timedelta(days=n) for n in range(40)]
        told = [(day - MONDAY).days for day in days if work(town, service.ask_again, day)]
        # Thursday, Wednesday of the week after, Wednesday of the week after that.
        assert told == [3, 9, 16]
        assert town.event_types(made["id"]).count("mandate.signature_reminded") == 3

    def test_only_those_whose_turn_has_come(self, town: World) -> None:
        made = submitted(town)
        sign(town, made, "alice")
        work(town, service.ask_again, MONDAY + timedelta(days=3))
        assert set(who_was_told(town, made, "mandate.signature_reminded")) == {"bruno"}

    def test_from_the_day_their_turn_came(self, town: World) -> None:
        made = submitted(town)
        sign(town, made, "alice")
        with on(MONDAY + timedelta(days=2)):
            town.renew("bruno")
            sign(town, made, "bruno")
        assert work(town, service.ask_again, MONDAY + timedelta(days=4)) == 0
        assert work(town, service.ask_again, MONDAY + timedelta(days=7)) == 1
        assert set(who_was_told(town, made, "mandate.signature_reminded")) == {"head_dep", "head_dej"}

    def test_after_a_standstill_once(self, town: World) -> None:
        made = submitted(town)
        assert work(town, service.ask_again, MONDAY + timedelta(days=24)) == 1
        assert town.event_types(made["id"]).count("mandate.signature_reminded") == 1

    def test_not_on_a_sunday(self, town: World) -> None:
        submitted(town)
        assert work(town, service.ask_again, MONDAY + timedelta(days=6)) == 0

    def test_who_may_sign_in_their_name_too(self, town: World) -> None:
        made = submitted(town)
        interim(town, absent_id=town.head_dej.id)
        for name in ("alice", "bruno", "head_dep"):
            sign(town, made, name)
        with on(MONDAY + timedelta(days=3)):
            work(town, service.ask_again, MONDAY + timedelta(days=3))
            told = who_was_told(town, made, "mandate.signature_reminded")
        assert set(told) == {"head_dej", "david"}

    def test_two_workers_at_once(self, town: World) -> None:
        made = submitted(town)
        day = MONDAY + timedelta(days=3)
        actor = system(town.authority.id)

        def act() -> int:
            with on(day), town.database.transaction() as session:
                return service.ask_again(session, actor, day)

        assert together([act] * 4) == [0, 0, 0, 1]
        assert town.event_types(made["id"]).count("mandate.signature_reminded") == 1

    def test_constant_queries(self, town: World) -> None:
        submitted(town)
        with town.counted_queries() as few:
            work(town, service.ask_again, MONDAY)
        submitted(town, "chloe", slots=[slot(town, "chloe")])
        with town.counted_queries() as many:
            work(town, service.ask_again, MONDAY)
        assert len(few) == len(many)


class TestLapse:
    def test_after_the_charter_s_days(self, town: World) -> None:
        made = submitted(town)
        sign(town, made, "alice")
        assert work(town, service.lapse_late, MONDAY + timedelta(days=30)) == 0
        assert work(town, service.lapse_late, MONDAY + timedelta(days=31)) == 1
        seen = town.lab.get(f"/mandates/{made['id']}")
        assert (seen["state"], seen["document_hash"], seen["submitted_at"]) == ("draft", None, None)
        assert {party["state"] for party in seen["parties"]} == {"void"}
        assert town.event_types(made["id"])[-1] == "mandate.lapsed"
        told = who_was_told(town, made, "mandate.lapsed")
        assert set(told) == {"alice", "bruno", "head_dep", "head_dej", "dgs", "coach", "lab"}
        assert town.lab.post(f"/mandates/{made['id']}/submit")["submission"] == 2

    def test_a_charter_says_how_many(self, town: World) -> None:
        submitted(town)
        with town.database.transaction() as session:
            session.execute(update(Charter).values(signing_days=7))
        assert work(town, service.lapse_late, MONDAY + timedelta(days=8)) == 1

    def test_before_its_own_end(self, town: World) -> None:
        submitted(town, ends_on=(MONDAY + timedelta(days=10)).isoformat())
        assert work(town, service.lapse_late, MONDAY + timedelta(days=11)) == 1

    def test_what_is_signed_stays(self, town: World) -> None:
        active(town)
        assert work(town, service.lapse_late, MONDAY + timedelta(days=100)) == 0

    def test_against_the_last_signature(self, town: World) -> None:
        """Either it is active and stays so, or it lapsed and nobody signs it any more."""
        made = sign_all(town, submitted(town), but=("lab",))
        day = MONDAY + timedelta(days=31)
        actor = system(town.authority.id)

        def lapse() -> int:
            with on(day), town.database.transaction() as session:
                return service.lapse_late(session, actor, day)

        def last() -> int:
            with on(day):
                body = {"document_hash": made["document_hash"], "consent": True}
                return town.lab.request("POST", f"/mandates/{made['id']}/sign", json=body).status_code

        with on(day):
            town.renew("lab")
        outcome = together([lapse, last])
        state = town.lab.get(f"/mandates/{made['id']}")["state"]
        assert (outcome, state) in (([0, 200], "active"), ([1, 409], "draft"))


class TestEnds:
    def test_eight_weeks_and_two_weeks_before(self, town: World) -> None:
        made = active(town)
        days = [MONDAY + timedelta(days=n) for n in range((END - MONDAY).days + 2)]
        told = [(END - day).days for day in days if work(town, service.announce_ends, day)]
        assert told == [56, 14]
        assert town.event_types(made["id"]).count("mandate.ending") == 2

    def test_the_team_the_sponsor_the_client_the_lab(self, town: World) -> None:
        made = active(town)
        work(town, service.announce_ends, END - timedelta(weeks=8))
        told = who_was_told(town, made, "mandate.ending")
        assert set(told) == {"alice", "bruno", "coach", "dgs", "head_dep", "lab"}
        assert told["alice"] == "Le mandat de l'équipe « Les Portiers » prend fin le mardi 7 juillet 2026"

    def test_after_a_standstill_the_nearest(self, town: World) -> None:
        active(town)
        assert work(town, service.announce_ends, END - timedelta(days=5)) == 1
        assert work(town, service.announce_ends, END - timedelta(days=4)) == 0

    def test_a_short_mandate_is_not_announced_when_it_begins(self, town: World) -> None:
        active(town, ends_on=(MONDAY + timedelta(weeks=5)).isoformat())
        assert work(town, service.announce_ends, MONDAY + timedelta(days=1)) == 0
        assert work(town, service.announce_ends, MONDAY + timedelta(weeks=3)) == 1

    def test_a_suspended_mandate_ends_too(self, town: World) -> None:
        made = active(town)
        body = {"reason": "La crue mobilise toutes les équipes.", "from_day": made["starts_on"]}
        town.dgs.post(f"/mandates/{made['id']}/suspend", body)
        assert work(town, service.announce_ends, END - timedelta(weeks=2)) == 1

    def test_what_is_over_is_not(self, town: World) -> None:
        made = active(town)
        body = {"reason": "Le portail est remplacé.", "on_day": made["starts_on"]}
        town.dgs.post(f"/mandates/{made['id']}/terminate", body)
        assert work(town, service.announce_ends, END - timedelta(weeks=2)) == 0


class TestDeadlines:
    """Those of the model: 14 days for managers and the client directorate, 30 for agents, 60 for the sponsor."""

    def test_on_their_day_to_their_owners(self, town: World) -> None:
        made = active(town)
        first = date.fromisoformat(made["starts_on"])
        days = [first + timedelta(days=n) for n in range(70)]
        told = [((day - first).days, n) for day in days if (n := work(town, service.call_deadlines, day))]
        assert told == [(14, 2), (30, 1), (60, 1)]
        assert town.event_types(made["id"]).count("mandate.deadline_due") == 4
        with on(first + timedelta(days=70)):
            assert town.work() > 0
            for name in ("head_dep", "head_dej", "alice", "bruno", "dgs"):
                town.renew(name)
            titles = {
                name: [
                    item["body"]
                    for item in town.people[name].get("/notices?limit=200")["items"]
                    if item["kind"] == "mandate.deadline_due"
                ]
                for name in ("head_dep", "head_dej", "alice", "bruno", "dgs", "lab")
            }
        # The head of public spaces frees an agent, and is the client directorate besides.
        assert {name: len(found) for name, found in titles.items()} == {
            "head_dep": 2,
            "head_dej": 1,
            "alice": 1,
            "bruno": 1,
            "dgs": 1,
            "lab": 0,
        }
        assert "avoir fait la mesure de départ" in titles["alice"][0]

    def test_a_late_last_signature_moves_them(self, town: World) -> None:
        made = sign_all(town, submitted(town), but=("lab",))
        late = date.fromisoformat(made["starts_on"]) + timedelta(days=12)
        with on(late):
            town.renew("lab")
            sign(town, made, "lab")
        assert work(town, service.call_deadlines, late + timedelta(days=13)) == 0
        assert work(town, service.call_deadlines, late + timedelta(days=14)) == 2

    def test_not_while_it_is_suspended(self, town: World) -> None:
        made = active(town)
        first = date.fromisoformat(made["starts_on"])
        body = {"reason": "La crue mobilise toutes les équipes.", "from_day": made["starts_on"]}
        town.dgs.post(f"/mandates/{made['id']}/suspend", body)
        assert work(town, service.call_deadlines, first + timedelta(days=20)) == 0
        town.dgs.post(f"/mandates/{made['id']}/resume", {"from_day": made["starts_on"]})
        assert work(town, service.call_deadlines, first + timedelta(days=21)) == 2


def test_what_was_said_is_kept_with_its_day(town: World) -> None:
    made = active(town)
    work(town, service.announce_ends, END - timedelta(weeks=8))
    with town.database.read() as connection:
        row = connection.execute(select(MandateReminder)).one()
    assert (str(row.mandate_id), row.due_on) == (made["id"], END - timedelta(weeks=8))


def test_a_signature_keeps_the_address_it_came_from(world: World) -> None:
    sign(world, builders.submitted(world), "alice")
    with world.database.read() as connection:
        address = connection.execute(select(col(MandateSignature.address))).scalar_one()
    assert address == "testclient"
