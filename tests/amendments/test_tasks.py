"""A departed signatory raises a task, told once, closed by the successor's signature."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.access.actor import system
from app.access.capacity import Capacity
from app.amendments import service
from app.kit import clock
from app.people.models import Agent, Directorate, Position
from app.people.service import withdraw_capacity
from tests.amendments.builders import sign_all, signers
from tests.half_days import builders as half_days
from tests.support.world import World

MID = date(2026, 3, 3)


@pytest.fixture
def mandate(world: World) -> dict[str, Any]:
    with half_days.on(half_days.MONDAY):
        return half_days.active(world)


def review(world: World) -> int:
    """What the worker does each minute."""
    actor = system(world.authority.id, world.authority.time_zone)
    with world.database.transaction() as session:
        return service.review_all(session, actor, actor.today())


def hr_says(world: World, name: str, **fields: Any) -> None:
    """What an import from HR writes of somebody."""
    with world.database.transaction() as session:
        agent = session.get_one(Agent, world.people[name].agent.id)
        for field, value in fields.items():
            setattr(agent, field, value)


def head_of(world: World, code: str, name: str | None) -> None:
    with world.database.transaction() as session:
        row = session.get_one(Directorate, world.directorates[code].id)
        row.head_id = world.people[name].agent.id if name else None


def tasks(world: World, by: str = "lab", **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.people[by].get("/mandate-tasks", params=query)["items"]
    return items


def open_amendment(world: World, mandate: dict[str, Any]) -> dict[str, Any]:
    amendment_id = world.lab.get(f"/mandates/{mandate['id']}")["open_amendment_id"]
    seen: dict[str, Any] = world.lab.get(f"/amendments/{amendment_id}")
    return seen


def test_nothing_while_everybody_is_there(world: World, mandate: dict[str, Any]) -> None:
    with half_days.on(MID):
        assert review(world) == 0
        assert tasks(world) == []


def test_the_head_of_the_client_directorate_leaves(world: World, mandate: dict[str, Any]) -> None:
    with half_days.on(MID):
        hr_says(world, "head_dep", left_on=date(2026, 2, 28))
        head_of(world, "DEP", "david")
        hr_says(world, "alice", manager_id=world.david.agent.id)
        assert review(world) == 2
        assert review(world) == 0
        found = {
            (task["capacity"], task["agent_name"], task["former_name"], task["cause"])
            for task in tasks(world)
        }
        assert found == {
            ("client_directorate", "David DAVID", "Head_dep HEAD_DEP", "left"),
            ("releasing_manager", "David DAVID", "Head_dep HEAD_DEP", "left"),
        }
        # The successor sees theirs; nobody else does.
        assert len(tasks(world, by="david")) == 2
        assert tasks(world, by="bruno") == []
        assert world.lab.get(f"/mandates/{mandate['id']}")["state"] == "active"

        drafted = open_amendment(world, mandate)
        assert (drafted["state"], drafted["terms"]) == ("draft", {})
        asked = world.lab.post(f"/amendments/{drafted['id']}/submit")
        assert signers(world, asked) == [
            ("david", "releasing_manager"),
            ("david", "client_directorate"),
            ("lab", "guarantor"),
        ]
        assert sign_all(world, asked)["state"] == "in_force"
        assert {task["state"] for task in tasks(world)} == {"done"}
        assert tasks(world, state="open") == []
        assert review(world) == 0
        for task in tasks(world):
            assert world.event_types(task["id"]) == ["mandate_task.raised", "mandate_task.closed"]


def test_the_day_after_the_last_in_post(world: World, mandate: dict[str, Any]) -> None:
    """A departure that HR announces raises nothing until it is there."""
    with half_days.on(MID):
        hr_says(world, "dgs", left_on=MID)
        assert review(world) == 0
    with half_days.on(date(2026, 3, 4)):
        assert review(world) == 1
        (task,) = tasks(world)
        assert (task["capacity"], task["agent_id"], task["cause"]) == ("sponsor", None, "left")
        drafted = open_amendment(world, mandate)
        problem = world.lab.post(f"/amendments/{drafted['id']}/submit", expect=422)
        assert "sponsor_id" in {error["field"] for error in problem["errors"]}
        world.lab.patch(f"/amendments/{drafted['id']}", {"sponsor_id": world.head_dsi.id})
        assert sign_all(world, world.lab.post(f"/amendments/{drafted['id']}/submit"))["state"] == "in_force"
        assert tasks(world, state="open") == []


@pytest.mark.parametrize("zone", ["America/Cayenne", "Pacific/Noumea"])
def test_at_midnight_where_the_authority_is(world: World, mandate: dict[str, Any], zone: str) -> None:
    world.authority.time_zone = zone
    hr_says(world, "dgs", left_on=MID)
    midnight = datetime(2026, 3, 4, tzinfo=ZoneInfo(zone))
    with clock.at(midnight - timedelta(minutes=1)):
        assert review(world) == 0
    with clock.at(midnight):
        assert review(world) == 1


def test_a_position_that_frees_of_everything(world: World, mandate: dict[str, Any]) -> None:
    with half_days.on(MID):
        hr_says(world, "head_dej", position=Position.SECONDMENT)
        head_of(world, "DEJ", None)
        assert review(world) == 1
        (task,) = tasks(world)
        assert (task["capacity"], task["cause"], task["former_name"]) == (
            "releasing_manager",
            "position",
            "Head_dej HEAD_DEJ",
        )
        # Back in activity before anybody signed: there is nothing to sign any more.
        hr_says(world, "head_dej", position=Position.ACTIVE)
        assert review(world) == 1
        assert [task["state"] for task in tasks(world)] == ["moot"]


def test_another_manager(world: World, mandate: dict[str, Any]) -> None:
    with half_days.on(MID):
        hr_says(world, "bruno", manager_id=world.head_dsi.agent.id)
        assert review(world) == 1
        (task,) = tasks(world)
        assert (task["agent_name"], task["cause"]) == ("Head_dsi HEAD_DSI", "changed")
        asked = world.lab.post(f"/amendments/{open_amendment(world, mandate)['id']}/submit")
        assert signers(world, asked) == [("head_dsi", "releasing_manager"), ("lab", "guarantor")]


def test_the_term_of_an_elected_sponsor_ends(world: World) -> None:
    with half_days.on(half_days.MONDAY):
        made = half_days.active(world, sponsor_id=world.elected.id)
    with half_days.on(MID):
        actor = system(world.authority.id)
        with world.database.transaction() as session:
            agent = session.get_one(Agent, world.elected.agent.id)
            withdraw_capacity(session, actor, agent, Capacity.ELECTED)
        (task,) = tasks(world)
        assert (task["capacity"], task["cause"], task["former_id"]) == (
            "sponsor",
            "term_ended",
            world.elected.id,
        )
        assert review(world) == 0
        drafted = open_amendment(world, made)
        world.lab.patch(f"/amendments/{drafted['id']}", {"sponsor_id": world.dgs.id})
        assert sign_all(world, world.lab.post(f"/amendments/{drafted['id']}/submit"))["state"] == "in_force"
        assert [task["state"] for task in tasks(world)] == ["done"]


def test_an_open_amendment_asks_for_it_too(world: World, mandate: dict[str, Any]) -> None:
    with half_days.on(MID):
        made = world.lab.post(
            f"/mandates/{mandate['id']}/amendments", {"purpose": "Budget.", "budget_euros": 900}
        )
        hr_says(world, "bruno", manager_id=world.head_dsi.agent.id)
        assert review(world) == 1
        assert open_amendment(world, mandate)["id"] == made["id"]
        asked = world.lab.post(f"/amendments/{made['id']}/submit")
        assert ("head_dsi", "releasing_manager") in signers(world, asked)


def test_no_more_once_the_mandate_has_ended(world: World, mandate: dict[str, Any]) -> None:
    with half_days.on(MID):
        hr_says(world, "bruno", manager_id=world.head_dsi.agent.id)
        review(world)
        world.dgs.post(f"/mandates/{mandate['id']}/terminate", {"reason": "Fin.", "on_day": MID.isoformat()})
        assert [task["state"] for task in tasks(world)] == ["moot"]
        assert review(world) == 0


def test_one_statement_for_the_list(world: World, mandate: dict[str, Any]) -> None:
    with half_days.on(MID):
        with world.counted_queries() as none:
            tasks(world)
        hr_says(world, "bruno", manager_id=world.head_dsi.agent.id)
        review(world)
        with world.counted_queries() as some:
            tasks(world)
        assert len(none) == len(some)
