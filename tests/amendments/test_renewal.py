"""Renew a mandate: the next period is drafted with everything carried over."""

from datetime import date
from typing import Any

import pytest

from tests.follow_ups import builders as follow_ups
from tests.half_days import builders as half_days
from tests.mandates.builders import sign_all
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
JUNE = date(2026, 6, 2)
DECISION = {"decision": "Le sponsor et la direction cliente décident de continuer six mois."}


def active(world: World, **fields: Any) -> dict[str, Any]:
    with half_days.on(half_days.MONDAY):
        return half_days.active(world, **fields)


def test_everything_is_carried_over(world: World) -> None:
    made = active(world)
    with half_days.on(JUNE):
        seen = world.lab.post(f"/mandates/{made['id']}/renew", DECISION, expect=201)
        assert (seen["state"], seen["starts_on"], seen["ends_on"]) == ("draft", "2026-07-08", "2027-01-07")
        same = ("team_id", "sponsor_id", "purpose", "problem", "means", "budget_euros", "slots")
        assert {name: seen[name] for name in same} == {name: made[name] for name in same}
        keep = ("key", "kind", "title", "text", "plain", "mandatory")
        assert [[clause[name] for name in keep] for clause in seen["clauses"]] == [
            [clause[name] for name in keep] for clause in made["clauses"]
        ]
        both = [world.alice.get(f"/mandates/{each['id']}/renewal") for each in (made, seen)]
        assert both[0] == both[1]
        assert (both[0]["renews_id"], both[0]["decision"]) == (made["id"], DECISION["decision"])
        assert world.event_types(made["id"])[-1] == "mandate.renewed"


def test_signed_before_the_end_it_follows_without_a_gap(world: World) -> None:
    made = active(world)
    with half_days.on(JUNE):
        seen = world.lab.post(f"/mandates/{made['id']}/renew", DECISION)
        assert sign_all(world, world.lab.post(f"/mandates/{seen['id']}/submit"))["state"] == "active"
        days = [
            item["day"] for item in half_days.every(world, agent_id=world.alice.id, from_day="2026-06-29")
        ]
        assert days[:3] == ["2026-07-02", "2026-07-09", "2026-07-16"]
        # The first cannot be made to last into the second.
        drafted = world.lab.post(
            f"/mandates/{made['id']}/amendments", {"purpose": "Encore.", "ends_on": "2026-08-31"}
        )
        problem = world.lab.post(f"/amendments/{drafted['id']}/submit", expect=422)
        assert "ends_on" in {error["field"] for error in problem["errors"]}


@pytest.mark.parametrize(
    ("last", "first_day", "last_day"),
    [
        ("2026-02-28", "2026-03-01", "2026-08-31"),
        ("2026-08-31", "2026-09-01", "2027-02-28"),
    ],
)
def test_at_the_end_of_a_month(world: World, last: str, first_day: str, last_day: str) -> None:
    made = active(world, ends_on=last)
    with half_days.on(date.fromisoformat(last)):
        seen = world.lab.post(f"/mandates/{made['id']}/renew", DECISION)
        assert (seen["starts_on"], seen["ends_on"]) == (first_day, last_day)


def test_around_a_leap_day(world: World) -> None:
    made = active(world, ends_on="2027-08-31")
    with half_days.on(date(2027, 8, 31)):
        world.renew("lab")
        seen = world.lab.post(f"/mandates/{made['id']}/renew", DECISION)
        assert (seen["starts_on"], seen["ends_on"]) == ("2027-09-01", "2028-02-29")


def test_not_once_it_is_over(world: World) -> None:
    made = active(world)
    world.dgs.post(f"/mandates/{made['id']}/terminate", {"reason": "Fin.", "on_day": "2026-03-31"})
    problem = world.lab.post(f"/mandates/{made['id']}/renew", DECISION, expect=409)
    assert problem["type"].endswith("not-in-force")


def test_once(world: World) -> None:
    made = active(world)
    with half_days.on(JUNE):
        world.lab.post(f"/mandates/{made['id']}/renew", DECISION)
        problem = world.lab.post(f"/mandates/{made['id']}/renew", DECISION, expect=409)
        assert problem["type"].endswith("mandate-in-preparation")


def test_what_a_follow_up_decided(world: World) -> None:
    with half_days.on(half_days.MONDAY):
        held = follow_ups.held(world)
    body = {**DECISION, "follow_up_id": held["id"]}
    with half_days.on(follow_ups.SECOND):
        points = follow_ups.follow_ups(world, mandate_id=held["mandate_id"])
        path = f"/mandates/{held['mandate_id']}/renew"
        for wrong in (UNKNOWN, points[-1]["id"]):
            problem = world.lab.post(path, {**DECISION, "follow_up_id": wrong}, expect=422)
            assert [error["field"] for error in problem["errors"]] == ["follow_up_id"]
        world.coach.post(path, body, expect=201)
        seen = world.lab.get(f"/mandates/{held['mandate_id']}/renewal")
        assert seen["follow_up_id"] == held["id"]


@pytest.mark.parametrize(("name", "status"), [("chloe", 404), ("alice", 403), ("dgs", 403), ("hr", 403)])
def test_others(world: World, name: str, status: int) -> None:
    made = active(world)
    with half_days.on(JUNE):
        world.people[name].post(f"/mandates/{made['id']}/renew", DECISION, expect=status)


def test_anonymous(world: World) -> None:
    world.anonymous.post(f"/mandates/{UNKNOWN}/renew", {}, expect=401)
    world.anonymous.get(f"/mandates/{UNKNOWN}/renewal", expect=401)


def test_unknown(world: World) -> None:
    made = active(world)
    world.lab.get(f"/mandates/{made['id']}/renewal", expect=404)
    world.lab.get(f"/mandates/{UNKNOWN}/renewal", expect=404)
    world.chloe.get(f"/mandates/{made['id']}/renewal", expect=404)


def test_bad_field(world: World) -> None:
    made = active(world)
    with half_days.on(JUNE):
        path = f"/mandates/{made['id']}/renew"
        for change, field in (
            ({"decision": ""}, "decision"),
            ({"ends_on": "2026-01-01"}, "ends_on"),
            ({"sponsor_id": UNKNOWN}, "sponsor_id"),
        ):
            problem = world.lab.post(path, {**DECISION, **change}, expect=422)
            assert [error["field"] for error in problem["errors"]] == [field]
