"""What each kind of data becomes at its term."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app.irritants.models import Irritant
from app.kit.bounds import within
from app.privacy.models import Erasure
from app.privacy.queries import due
from tests.calls.builders import application
from tests.half_days.builders import MONDAY, on
from tests.irritants.test_hunt import dump
from tests.notices.builders import inbox
from tests.privacy.builders import (
    FAMILY,
    RUNS_ON,
    TODAY,
    chores,
    eleonore,
    gone,
    renewed,
)
from tests.support.world import World, report


def test_a_declined_irritant_loses_its_text_and_its_author(world: World) -> None:
    with on(MONDAY):
        declined = report(world, "alice")
        world.lab.post(f"/irritants/{declined['id']}/decline", {"reason": "Déjà réparé."})
        kept = report(world, "bruno")
    chores(world, TODAY)
    chores(world, RUNS_ON)
    with world.database.session() as session:
        rows = {str(row.id): row for row in session.execute(select(Irritant)).scalars()}
    gone_one = rows[declined["id"]]
    assert (gone_one.title, gone_one.description, gone_one.impact) == ("Irritant effacé", "", "")
    assert (gone_one.reason, gone_one.reporter_id, gone_one.search) == (None, None, "")
    assert gone_one.state == "declined"
    assert rows[kept["id"]].reporter_id == world.bruno.agent.id
    assert "declined_irritants" not in {item["kind"] for item in _due(world, RUNS_ON + timedelta(days=40))}
    renewed(world, "lab").lab.get(f"/irritants/{declined['id']}")


def test_applications_that_came_to_nothing_go_and_others_stay(world: World) -> None:
    with on(MONDAY):
        application(world, by="bruno", state="declined")
        application(world, by="chloe", state="withdrawn")
        application(world, by="david", state="accepted")
    chores(world, TODAY)
    chores(world, RUNS_ON)
    assert [row["state"] for row in dump(world.database)["applications"]] == ["accepted"]


def test_notices_go_in_time(world: World) -> None:
    with on(MONDAY):
        declined = report(world, "alice")
        world.lab.post(f"/irritants/{declined['id']}/decline", {"reason": "Déjà réparé."})
        world.work()
    assert inbox(world, "alice")
    chores(world, TODAY)
    chores(world, RUNS_ON)
    assert inbox(renewed(world, "alice"), "alice") == []


def test_tokens_that_ended_go_and_those_of_machines_stay(world: World) -> None:
    world.machine("hr:read")
    issued = len(dump(world.database)["access_tokens"])
    chores(world, TODAY)
    chores(world, RUNS_ON)
    left = dump(world.database)["access_tokens"]
    assert issued > len(left) == 1
    assert left[0]["agent_id"] is None


def test_who_left_long_ago_is_erased(world: World) -> None:
    eleonore(world)
    gone(world, date(2022, 12, 31))
    chores(world, TODAY)
    assert chores(world, RUNS_ON) == 1
    with world.database.session() as session:
        erasure = session.execute(select(Erasure)).scalar_one()
    assert (erasure.agent_id, erasure.by_id) == (world.eleonore.agent.id, None)
    assert not [row for row in dump(world.database)["agents"] if row["family_name"] == FAMILY]
    later = RUNS_ON + timedelta(days=1)
    assert "leavers" not in {item["kind"] for item in _due(world, later)}


def _due(world: World, day: date) -> list[dict[str, Any]]:
    with within(world.authority.id), world.database.session() as session:
        return due(session, world.authority.id, day)
