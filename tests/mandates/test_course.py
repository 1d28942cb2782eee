"""Suspend a mandate in force, resume it, and end it in each of the ways there are."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.access.actor import system
from app.kit import clock
from app.main import do_chores
from app.mandates import service
from tests.half_days import builders as half_days
from tests.mandates.builders import START, TODAY, active, mandate, sign_all, submitted, suspended, team
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
REASON = "La crue mobilise toutes les équipes."
CLOSING = {"starts_on": (TODAY - timedelta(days=30)).isoformat(), "ends_on": TODAY.isoformat()}


def day(offset: int) -> str:
    """So many days after the first day of the mandate."""
    return (START + timedelta(days=offset)).isoformat()


def named(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


class TestSuspend:
    def path(self, made: dict[str, Any]) -> str:
        return f"/mandates/{made['id']}/suspend"

    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/suspend", {}, expect=401)

    @pytest.mark.parametrize(
        ("name", "status"), [("chloe", 404), ("alice", 403), ("head_dep", 403), ("coach", 403), ("hr", 403)]
    )
    def test_others(self, world: World, name: str, status: int) -> None:
        body = {"reason": REASON, "from_day": day(0)}
        world.people[name].post(self.path(active(world)), body, expect=status)

    @pytest.mark.parametrize("name", ["dgs", "lab"])
    def test_rightful(self, world: World, name: str) -> None:
        made = active(world)
        body = {"reason": REASON, "from_day": day(7), "until_day": day(30)}
        seen = world.people[name].post(self.path(made), body)
        assert (seen["state"], seen["reason"]) == ("suspended", REASON)
        assert (seen["suspended_from"], seen["suspended_until"]) == (day(7), day(30))
        assert world.event_types(made["id"])[-1] == "mandate.suspended"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"reason": ""}, "reason"),
            ({"from_day": day(-1)}, "from_day"),
            ({"from_day": day(400)}, "from_day"),
            ({"from_day": "2101-01-01"}, "from_day"),
            ({"until_day": day(-1)}, "until_day"),
            ({"until_day": day(400)}, "until_day"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        body = {"reason": REASON, "from_day": day(0), **change}
        assert named(world.dgs.post(self.path(active(world)), body, expect=422)) == [field]


class TestResume:
    def path(self, made: dict[str, Any]) -> str:
        return f"/mandates/{made['id']}/resume"

    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/resume", {}, expect=401)

    @pytest.mark.parametrize(("name", "status"), [("chloe", 404), ("alice", 403), ("coach", 403)])
    def test_others(self, world: World, name: str, status: int) -> None:
        world.people[name].post(self.path(suspended(world)), {"from_day": day(9)}, expect=status)

    @pytest.mark.parametrize("name", ["dgs", "lab"])
    def test_rightful(self, world: World, name: str) -> None:
        made = suspended(world)
        seen = world.people[name].post(self.path(made), {"from_day": day(9)})
        assert (seen["state"], seen["reason"], seen["suspended_from"]) == ("active", None, None)
        assert seen["ends_on"] == made["ends_on"]
        assert world.event_types(made["id"])[-1] == "mandate.resumed"

    @pytest.mark.parametrize("offset", [-1, 400])
    def test_bad_day(self, world: World, offset: int) -> None:
        problem = world.lab.post(self.path(suspended(world)), {"from_day": day(offset)}, expect=422)
        assert named(problem) == ["from_day"]


class TestTerminate:
    def path(self, made: dict[str, Any]) -> str:
        return f"/mandates/{made['id']}/terminate"

    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/terminate", {}, expect=401)

    @pytest.mark.parametrize(
        ("name", "status"), [("chloe", 404), ("alice", 403), ("head_dep", 403), ("coach", 403)]
    )
    def test_others(self, world: World, name: str, status: int) -> None:
        body = {"reason": REASON, "on_day": day(9)}
        world.people[name].post(self.path(active(world)), body, expect=status)

    @pytest.mark.parametrize("name", ["dgs", "lab"])
    @pytest.mark.parametrize("last_day", [TODAY.isoformat(), day(9)])
    def test_rightful(self, world: World, name: str, last_day: str) -> None:
        made = active(world)
        seen = world.people[name].post(self.path(made), {"reason": REASON, "on_day": last_day})
        assert (seen["state"], seen["reason"], seen["ended_on"]) == ("terminated", REASON, last_day)
        assert seen["possible_moves"] == []
        assert world.event_types(made["id"])[-1] == "mandate.terminated"

    @pytest.mark.parametrize("last_day", [(TODAY - timedelta(days=1)).isoformat(), day(400)])
    def test_bad_day(self, world: World, last_day: str) -> None:
        body = {"reason": REASON, "on_day": last_day}
        assert named(world.dgs.post(self.path(active(world)), body, expect=422)) == ["on_day"]

    def test_while_suspended(self, world: World) -> None:
        body = {"reason": "La mission n'a plus d'objet.", "on_day": day(0)}
        assert world.dgs.post(self.path(suspended(world)), body)["state"] == "terminated"

    def test_makes_room_for_another(self, world: World) -> None:
        made = active(world)
        world.dgs.post(self.path(made), {"reason": REASON, "on_day": TODAY.isoformat()})
        again = submitted(world, team_id=made["team_id"])
        assert sign_all(world, again)["state"] == "active"


class TestComplete:
    def path(self, made: dict[str, Any]) -> str:
        return f"/mandates/{made['id']}/complete"

    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/complete", expect=401)

    @pytest.mark.parametrize(("name", "status"), [("chloe", 404), ("dgs", 403), ("coach", 403)])
    def test_others(self, world: World, name: str, status: int) -> None:
        world.people[name].post(self.path(active(world, **CLOSING)), expect=status)

    def test_on_its_last_day(self, world: World) -> None:
        made = active(world, **CLOSING)
        seen = world.lab.post(self.path(made))
        assert (seen["state"], seen["ended_on"]) == ("completed", TODAY.isoformat())
        assert world.event_types(made["id"])[-1] == "mandate.completed"

    def test_before(self, world: World) -> None:
        problem = world.lab.post(self.path(active(world)), expect=409)
        assert problem["type"].endswith("not-over")

    @pytest.mark.parametrize("outcome", ["stopped", "transferred"])
    def test_by_a_team_that_concludes(self, world: World, outcome: str) -> None:
        made = active(world)
        path = f"/teams/{made['team_id']}"
        if outcome != "stopped":
            world.lab.post(f"{path}/enter-phase", {"phase": "construction", "learned": "Le gel."})
        world.coach.post(f"{path}/conclude", {"outcome": outcome, "learned": "Un ressort suffit."})
        seen = world.lab.get(f"/mandates/{made['id']}")
        assert (seen["state"], seen["ended_on"]) == ("completed", TODAY.isoformat())
        assert world.event_types(made["id"])[-1] == "mandate.completed"

    def test_a_concluded_team_asks_for_no_signature(self, world: World) -> None:
        made = submitted(world)
        body = {"outcome": "stopped", "learned": "Le portail est neuf."}
        world.coach.post(f"/teams/{made['team_id']}/conclude", body)
        assert world.lab.get(f"/mandates/{made['id']}")["state"] == "draft"
        problem = world.lab.post(f"/mandates/{made['id']}/submit", expect=422)
        assert "team_id" in named(problem)


class TestExpire:
    def turn(self, world: World, days: int) -> int:
        with world.database.transaction() as session:
            actor = system(world.authority.id, world.authority.time_zone)
            return service.turn_pages(session, actor, TODAY + timedelta(days=days))

    def test_after_its_last_day_and_once(self, world: World) -> None:
        made = active(world, **CLOSING)
        held = suspended(
            world,
            team_id=team(world, ("chloe",))["id"],
            members=("chloe",),
            ends_on=day(1),
        )
        later = active(world, team_id=team(world, ("david",))["id"], members=("david",))
        assert self.turn(world, 0) == 0
        assert self.turn(world, 1) == 1
        seen = world.lab.get(f"/mandates/{made['id']}")
        assert (seen["state"], seen["ended_on"]) == ("expired", TODAY.isoformat())
        assert self.turn(world, 1) == 0
        assert self.turn(world, 60) == 1
        assert world.lab.get(f"/mandates/{held['id']}")["state"] == "expired"
        assert world.lab.get(f"/mandates/{later['id']}")["state"] == "active"
        assert world.event_types(made["id"]).count("mandate.expired") == 1

    def test_leaves_what_is_in_preparation(self, world: World) -> None:
        made = submitted(world, **CLOSING)
        assert self.turn(world, 9) == 0
        assert world.lab.get(f"/mandates/{made['id']}")["state"] == "in_signature"

    def test_another_authority(self, app: Any, world: World) -> None:
        active(world, **CLOSING)
        with World.build(app, world.database, slug="haute-arlene") as other:
            assert self.turn(other, 9) == 0


def test_machine_may_do_what_the_lab_does(world: World) -> None:
    made = mandate(world)
    machine = world.machine("programme:read", "programme:write")
    path = f"/mandates/{made['id']}"
    machine.post(f"{path}/submit")
    machine.post(f"{path}/withdraw")
    machine.post(f"{path}/relief", {"agent_id": world.alice.id, "relief": "Le courrier."})
    sign_all(world, machine.post(f"{path}/submit"))
    machine.post(f"{path}/suspend", {"reason": REASON, "from_day": day(0)})
    machine.post(f"{path}/resume", {"from_day": day(1)})
    assert machine.post(f"{path}/terminate", {"reason": REASON, "on_day": day(2)})["state"] == "terminated"


class TestResumesByItself:
    """A suspension with a day to resume: the worker resumes it on that day, where the authority is."""

    @staticmethod
    def turn(world: World) -> int:
        actor = system(world.authority.id, world.authority.time_zone)
        with world.database.transaction() as session:
            return service.resume_due(session, actor, actor.today())

    @staticmethod
    def suspended(world: World, until: str | None) -> dict[str, Any]:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
            body = {"reason": REASON, "from_day": "2026-02-02", "until_day": until}
            seen: dict[str, Any] = world.dgs.post(f"/mandates/{made['id']}/suspend", body)
            return seen

    def days(self, world: World) -> list[str]:
        seen = half_days.every(world, agent_id=world.alice.id, state=["planned"])
        return [item["day"] for item in seen]

    @pytest.mark.parametrize("zone", ["Europe/Paris", "America/Cayenne", "Pacific/Noumea"])
    def test_on_the_day_where_the_authority_is(self, world: World, zone: str) -> None:
        made = self.suspended(world, "2026-02-19")
        world.authority.time_zone = zone
        midnight = datetime(2026, 2, 19, tzinfo=ZoneInfo(zone))
        with clock.at(midnight - timedelta(minutes=1)):
            assert self.turn(world) == 0
            assert world.lab.get(f"/mandates/{made['id']}")["state"] == "suspended"
        with clock.at(midnight):
            assert self.turn(world) == 1
            assert self.turn(world) == 0
            seen = world.lab.get(f"/mandates/{made['id']}")
            assert (seen["state"], seen["suspended_until"], seen["reason"]) == ("active", None, None)
            assert world.event_types(made["id"]).count("mandate.resumed") == 1
            # 5 and 12 February were not owed; the 19th, the very day, is.
            assert self.days(world)[3:6] == ["2026-01-29", "2026-02-19", "2026-02-26"]

    def test_after_the_worker_was_away(self, world: World) -> None:
        self.suspended(world, "2026-02-19")
        with half_days.on(date(2026, 3, 17)):
            assert self.turn(world) == 1
            assert "2026-02-19" in self.days(world)

    def test_without_a_day(self, world: World) -> None:
        self.suspended(world, None)
        with half_days.on(date(2026, 3, 17)):
            assert self.turn(world) == 0

    def test_until_the_last_day(self, world: World) -> None:
        """It resumes for one day, then expires."""
        made = self.suspended(world, half_days.END.isoformat())
        with half_days.on(half_days.END + timedelta(days=1)):
            do_chores(world.database)
            assert world.lab.get(f"/mandates/{made['id']}")["state"] == "expired"
            types = world.event_types(made["id"])
            assert types.index("mandate.resumed") < types.index("mandate.expired")

    def test_somebody_was_faster(self, world: World) -> None:
        made = self.suspended(world, "2026-02-19")
        with half_days.on(date(2026, 2, 10)):
            world.dgs.post(f"/mandates/{made['id']}/resume", {"from_day": "2026-02-12"})
        with half_days.on(date(2026, 2, 19)):
            assert self.turn(world) == 0


def test_early_end_on_a_leap_day(world: World) -> None:
    """29 February is a last day like any other."""
    with half_days.on(half_days.MONDAY):
        made = half_days.active(world, starts_on="2027-12-01", ends_on="2028-05-31")
    with half_days.on(date(2028, 1, 4)):
        for name in ("dgs", "lab"):
            world.renew(name)
        body = {"reason": REASON, "on_day": "2028-02-29"}
        seen = world.dgs.post(f"/mandates/{made['id']}/terminate", body)
        assert seen["ended_on"] == "2028-02-29"
        owed = half_days.every(world, agent_id=world.alice.id, state=["planned"])
        assert owed[-1]["day"] == "2028-02-24"
