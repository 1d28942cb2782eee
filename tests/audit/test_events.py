"""The feed of events, single ones, the checkpoints."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.access.capacity import Capacity
from app.journal import keys
from app.journal.checkpoints import make
from app.journal.digest import checkpoint_message
from app.journal.keys import Keyring
from app.journal.models import JournalEvent
from app.journal.proof import verify
from app.kit import clock
from app.kit.ids import new_id
from app.main import do_chores
from tests.support.world import World, qualified, report


class TestFeed:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/events", expect=401)

    @pytest.mark.parametrize("who", ["alice", "head_dep", "hr", "elected"])
    def test_not_for_everybody(self, world: World, who: str) -> None:
        world.people[who].get("/events", expect=403)

    def test_only_once_sealed(self, world: World) -> None:
        irritant = qualified(world)
        assert world.lab.get("/events")["items"] == []
        world.work()
        items = world.lab.get("/events")["items"]
        assert [item["type"] for item in items] == ["irritant.reported", "irritant.qualified"]
        assert [item["position"] for item in items] == [1, 2]
        assert items[0]["payload"] == {"directorate_id": irritant["directorate_id"]}
        assert items[0]["agent_id"] == world.alice.id

    def test_a_reader_goes_on_from_where_it_stopped(self, world: World) -> None:
        for n in range(5):
            report(world, title=f"Irritant {n}")
        world.work()
        machine = world.machine("events:read")
        seen: list[int] = []
        while items := machine.get(f"/events?limit=2&after={seen[-1] if seen else 0}")["items"]:
            seen += [item["position"] for item in items]
        assert seen == [1, 2, 3, 4, 5]
        report(world)
        world.work()
        assert [item["position"] for item in machine.get("/events?after=5")["items"]] == [6]

    def test_filters(self, world: World) -> None:
        irritant = qualified(world)
        report(world)
        world.work()
        of_it = world.lab.get(f"/events?subject_id={irritant['id']}")["items"]
        assert len(of_it) == 2
        assert len(world.lab.get("/events?type=irritant.qualified")["items"]) == 1
        world.lab.get("/events?after=-1", expect=422)

    def test_who_reported_an_irritant_stays_with_the_lab(self, world: World) -> None:
        irritant = qualified(world)
        world.bruno.post(f"/irritants/{irritant['id']}/comments", {"body": "Pareil."})
        world.work()
        world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)
        for reader in (world.machine("events:read"), world.admin):
            items = reader.get("/events")["items"]
            assert [item["agent_id"] for item in items] == [None, world.lab.id, world.bruno.id]
        assert world.lab.get("/events")["items"][0]["agent_id"] == world.alice.id

    def test_another_authority(self, world: World) -> None:
        qualified(world)
        world.work()
        with World.build(world.app, world.database, slug="haute-arlene") as other:
            assert other.lab.get("/events")["items"] == []

    def test_constant_queries(self, world: World) -> None:
        for n in range(3):
            report(world, title=f"Irritant {n}")
        world.work()
        with world.counted_queries() as seen:
            world.lab.get("/events?limit=50")
        assert len(seen) == 2

    def test_who_did_it_in_what_capacity_from_where(self, world: World) -> None:
        irritant = qualified(world)
        world.work()
        reported, done = world.lab.get("/events")["items"]
        assert (reported["agent_id"], reported["acting_as"]) == (world.alice.id, "agent")
        assert (done["agent_id"], done["acting_as"]) == (world.lab.id, "lab")
        assert (done["address"], done["delegation_id"]) == ("testclient", None)
        assert done["subject_id"] == irritant["id"]

    def test_where_people_call_from_is_not_for_machines(self, world: World) -> None:
        qualified(world)
        world.work()
        world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)
        seen = {
            name: [item["address"] for item in reader.get("/events")["items"]]
            for name, reader in (("machine", world.machine("events:read")), ("admin", world.admin))
        }
        assert seen == {"machine": [None, None], "admin": [None, "testclient"]}

    def test_by_agent(self, world: World) -> None:
        qualified(world)
        report(world, by="bruno")
        world.work()
        by_lab = world.lab.get(f"/events?agent_id={world.lab.id}")["items"]
        assert [item["type"] for item in by_lab] == ["irritant.qualified"]
        both = world.lab.get(f"/events?agent_id={world.alice.id}&agent_id={world.bruno.id}")["items"]
        assert [item["type"] for item in both] == ["irritant.reported"] * 2
        world.lab.get("/events?agent_id=alice", expect=422)

    def test_asking_by_agent_does_not_tell_who_reports(self, world: World) -> None:
        irritant = qualified(world)
        world.alice.post(f"/irritants/{irritant['id']}/comments", {"body": "Pareil."})
        world.work()
        world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)
        for reader in (world.machine("events:read"), world.admin):
            items = reader.get(f"/events?agent_id={world.alice.id}")["items"]
            assert [item["type"] for item in items] == ["irritant.commented"]
        assert len(world.lab.get(f"/events?agent_id={world.alice.id}")["items"]) == 2

    def test_since(self, world: World) -> None:
        report(world)
        with clock.at(clock.now() + timedelta(days=2)):
            report(world, by="bruno")
        world.work()
        tomorrow = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert [item["agent_id"] for item in world.lab.get(f"/events?since={tomorrow}")["items"]] == [
            world.bruno.id
        ]
        for wrong in (
            "tomorrow",
            "2026-11-26T08:30:00",
            "0001-01-01T00:00:00%2B01:00",
            "9999-12-31T23:59:59-01:00",
        ):
            problem = world.lab.get(f"/events?since={wrong}", expect=422)
            assert [error["field"] for error in problem["errors"]] == ["since"]


class TestEvent:
    @pytest.fixture
    def event(self, world: World) -> dict[str, Any]:
        qualified(world)
        world.work()
        found: dict[str, Any] = world.lab.get("/events?type=irritant.reported")["items"][0]
        return found

    def test_anonymous(self, world: World, event: dict[str, Any]) -> None:
        world.anonymous.get(f"/events/{event['id']}", expect=401)

    def test_whoever_reads_the_journal(self, world: World, event: dict[str, Any]) -> None:
        assert world.lab.get(f"/events/{event['id']}") == event
        world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)
        for reader in (world.machine("events:read"), world.admin):
            assert reader.get(f"/events/{event['id']}") == {**event, "agent_id": None, "address": None}

    def test_whom_it_concerns(self, world: World, event: dict[str, Any]) -> None:
        assert world.alice.get(f"/events/{event['id']}") == event

    @pytest.mark.parametrize("who", ["bruno", "head_dep", "hr", "elected"])
    def test_nobody_else(self, world: World, event: dict[str, Any], who: str) -> None:
        world.people[who].get(f"/events/{event['id']}", expect=404)
        world.machine("hr:read").get(f"/events/{event['id']}", expect=404)

    def test_not_before_it_is_sealed(self, world: World) -> None:
        report(world)
        with world.database.read() as connection:
            waiting = connection.execute(select(col(JournalEvent.id))).scalar_one()
        world.lab.get(f"/events/{waiting}", expect=404)

    def test_bad_id(self, world: World) -> None:
        world.lab.get("/events/one", expect=422)
        world.lab.get(f"/events/{new_id()}", expect=404)

    def test_another_authority(self, world: World, event: dict[str, Any]) -> None:
        with World.build(world.app, world.database, slug="haute-arlene") as other:
            for who in (other.lab, other.alice):
                who.get(f"/events/{event['id']}", expect=404)

    def test_constant_queries(self, world: World, event: dict[str, Any]) -> None:
        with world.counted_queries() as seen:
            world.alice.get(f"/events/{event['id']}")
        assert len(seen) == 2


class TestCheckpoints:
    @pytest.fixture
    def keyring(self, tmp_path: Path) -> Keyring:
        return keys.create(tmp_path / "journal.pem")

    def test_who_may(self, world: World) -> None:
        world.anonymous.get("/checkpoints", expect=401)
        for who in ("alice", "head_dep", "hr", "elected"):
            world.people[who].get("/checkpoints", expect=403)
        assert world.machine("events:read").get("/checkpoints")["items"] == []

    def test_newest_first(self, world: World, keyring: Keyring) -> None:
        for _ in range(3):
            report(world)
            world.work()
            make(world.database, keyring, world.authority.id)
        first = world.lab.get("/checkpoints?limit=2")
        second = world.lab.get(f"/checkpoints?limit=2&cursor={first['next_cursor']}")
        assert [item["position"] for item in first["items"] + second["items"]] == [3, 2, 1]
        events = {item["position"]: item["hash"] for item in world.lab.get("/events")["items"]}
        for item in first["items"]:
            assert item["hash"] == events[item["position"]]
            assert item["key_id"] == keyring.key_id
            made_at = datetime.fromisoformat(item["made_at"])
            message = checkpoint_message(
                world.authority.id, item["position"], item["hash"], made_at, item["key_id"]
            )
            assert keyring.holds(item["key_id"], message, item["signature"])
        with World.build(world.app, world.database, slug="haute-arlene") as other:
            assert other.lab.get("/checkpoints")["items"] == []

    def test_constant_queries(self, world: World) -> None:
        with world.counted_queries() as seen:
            world.lab.get("/checkpoints")
        assert len(seen) == 2


class TestForgetting:
    def test_addresses_go_in_time(self, world: World) -> None:
        def ours() -> list[Any]:
            told = ("irritant.", "journal.")
            return [item for item in world.lab.get("/events")["items"] if item["type"].startswith(told)]

        start = clock.now()
        report(world)
        with clock.at(start + timedelta(days=2)):
            report(world)
        world.work()
        with clock.at(start + timedelta(days=365)):
            do_chores(world.database)
        world.work()
        assert [item["address"] for item in ours()] == ["testclient"] * 2
        with clock.at(start + timedelta(days=366)):
            do_chores(world.database)
            do_chores(world.database)
        world.work()
        first, second, purge = ours()
        assert (first["address"], second["address"]) == (None, "testclient")
        assert purge["type"] == "journal.addresses_forgotten"
        assert purge["payload"]["count"] == 1
        assert purge["acting_as"] == "system"
        assert verify(world.database, world.authority.id).fault is None
