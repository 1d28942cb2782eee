"""The feed of events, and the commands that prove the journal."""

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.access.capacity import Capacity
from app.cli import main
from app.settings import get_settings
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


class TestCommands:
    @pytest.fixture(autouse=True)
    def settings(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESSAIM_DATABASE_URL", database_url)
        monkeypatch.setattr("app.settings.get_settings", get_settings.__wrapped__)

    def test_whole(self, world: World) -> None:
        qualified(world)
        world.work()
        report(world)
        result = CliRunner().invoke(main, ["audit", "verify"])
        assert (result.exit_code, result.stdout) == (
            0,
            "valmoret: 2 events, whole; 1 more wait to be sealed\n",
        )

    def test_broken(self, world: World) -> None:
        qualified(world)
        world.work()
        with world.database.transaction() as session:
            session.execute(text("UPDATE events SET payload = '{}' WHERE position = 1"))
        result = CliRunner().invoke(main, ["audit", "verify", "--authority", "valmoret"])
        assert result.exit_code == 1
        assert "position 1 was changed" in result.stdout

    def test_unknown_authority(self, world: World) -> None:
        assert CliRunner().invoke(main, ["audit", "verify", "--authority", "nowhere"]).exit_code == 2

    def test_export(self, world: World) -> None:
        qualified(world)
        world.work()
        result = CliRunner().invoke(main, ["audit", "export", "--authority", "valmoret"])
        lines = [json.loads(line) for line in result.stdout_bytes.splitlines()]
        assert [line["position"] for line in lines] == [1, 2]
        assert lines[1]["previous_hash"] == lines[0]["hash"]
