"""Capacities given and taken back by the administrators of an authority."""

import threading
from typing import Any

import pytest
from typer.testing import CliRunner

from app.access.capacity import GRANTED, Capacity
from app.cli import main
from app.people.schemas import GrantedCapacity
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


@pytest.fixture
def town(world: World) -> World:
    world.add_person("admin", "DGS", capacity=Capacity.ADMINISTRATOR)
    return world


def trusted_persons(world: World, reader: str = "bruno") -> list[Any]:
    seen = world.people[reader].get(f"/authorities/{world.authority.id}")
    return [person["name"] for person in seen["trusted_persons"]]


def test_the_contract_names_those_that_can_be_granted() -> None:
    assert set(GrantedCapacity.__args__) == {capacity.value for capacity in GRANTED}  # type: ignore[attr-defined]


def test_who_may(town: World) -> None:
    path = f"/agents/{town.david.id}/capacities/trusted"
    town.anonymous.put(path, expect=401)
    town.anonymous.delete(path, expect=401)
    for stranger in (town.alice, town.elected):
        stranger.put(path, expect=404)
        stranger.delete(path, expect=404)
    for known in (town.lab, town.hr, town.head_dep, town.david):
        known.put(path, expect=403)
        known.delete(path, expect=403)
    town.machine("hr:read", "hr:write", "programme:write").put(path, expect=403)
    town.admin.put(path, expect=204)


def test_given_and_taken_back(town: World) -> None:
    path = f"/agents/{town.david.id}/capacities/trusted"
    for _again in range(2):
        town.admin.put(path, expect=204)
    assert "trusted" in town.david.get("/me")["capacities"]
    assert trusted_persons(town) == ["David DAVID"]
    for _again in range(2):
        town.admin.delete(path)
    assert "trusted" not in town.david.get("/me")["capacities"]
    assert trusted_persons(town) == []
    assert town.event_types(town.david.id) == ["agent.capacity_granted", "agent.capacity_withdrawn"]


def test_an_elected_member_reads_no_name(town: World) -> None:
    town.admin.put(f"/agents/{town.david.id}/capacities/trusted", expect=204)
    assert trusted_persons(town, "elected") == [None]


def test_nobody_gives_themselves_any(town: World) -> None:
    problem = town.admin.put(f"/agents/{town.admin.id}/capacities/trusted", expect=403)
    assert "soi-même" in problem["detail"]
    assert "trusted" not in town.admin.get("/me")["capacities"]


@pytest.mark.parametrize("capacity", ["manager", "agent", "TRUSTED", "x", "system"])
def test_what_follows_from_facts_is_not_given(town: World, capacity: str) -> None:
    problem = town.admin.put(f"/agents/{town.david.id}/capacities/{capacity}", expect=422)
    assert [error["field"] for error in problem["errors"]] == ["capacity"]


def test_another_authority(app: Any, town: World) -> None:
    with World.build(app, town.database, slug="haute-arlene") as other:
        for agent_id in (other.david.id, UNKNOWN):
            town.admin.put(f"/agents/{agent_id}/capacities/lab", expect=404)
            town.admin.delete(f"/agents/{agent_id}/capacities/lab", expect=404)
        assert trusted_persons(other) == []


def test_at_once(town: World) -> None:
    path = f"/agents/{town.david.id}/capacities/lab"
    threads = [threading.Thread(target=town.admin.put, args=(path,)) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert town.event_types(town.david.id) == ["agent.capacity_granted"]


def test_the_command(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.settings import get_settings  # noqa: PLC0415 the cache is what the command reads

    monkeypatch.setenv("ESSAIM_DATABASE_URL", town.database.url.render_as_string(hide_password=False))
    get_settings.cache_clear()
    try:
        arguments = ["grant", "--agent", town.david.agent.hr_id, "trusted"]
        assert CliRunner().invoke(main, arguments).exit_code == 0
        assert trusted_persons(town) == ["David DAVID"]
        assert CliRunner().invoke(main, [*arguments, "--withdraw"]).exit_code == 0
        assert (
            CliRunner().invoke(main, ["grant", "--agent", town.david.agent.hr_id, "manager"]).exit_code == 1
        )
    finally:
        get_settings.cache_clear()
    assert trusted_persons(town) == []
    assert town.event_types(town.david.id) == ["agent.capacity_granted", "agent.capacity_withdrawn"]


def test_leavers_are_not_named(town: World) -> None:
    town.admin.put(f"/agents/{town.david.id}/capacities/trusted", expect=204)
    with town.database.transaction() as session:
        leaver = session.merge(town.david.agent)
        leaver.left_on = leaver.created_at.date().replace(year=2020)
    assert trusted_persons(town) == []
