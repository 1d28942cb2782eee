"""The phases of a team and its end: anonymous, then the stranger, then the rightful person."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.kit.problems import MoveRefused
from app.teams.lifecycle import ENDS, PHASES, TEAMS, Phase, TeamState
from app.teams.models import Team, TeamPhase
from app.teams.service import mark_mandated
from tests.calls.builders import in_days, today
from tests.support.world import World
from tests.teams.builders import mandate, team

LEARNED = "Le moteur cale sous trois degrés."


def enter(phase: str, **fields: Any) -> dict[str, Any]:
    return {"phase": phase, "learned": LEARNED, **fields}


class TestEnterPhase:
    def test_refused(self, world: World) -> None:
        path = f"/teams/{team(world)['id']}/enter-phase"
        world.anonymous.post(path, enter("construction"), expect=401)
        for name in ("bruno", "alice", "head_dep", "hr"):
            world.people[name].post(path, enter("construction"), expect=403)
        world.elected.post(path, enter("construction"), expect=404)

    @pytest.mark.parametrize("name", ["lab", "coach"])
    def test_dated_history(self, world: World, name: str) -> None:
        made = team(world)
        path = f"/teams/{made['id']}"
        moved = world.people[name].post(f"{path}/enter-phase", enter("construction"))
        assert (moved["phase"], moved["state"]) == ("construction", "forming")
        assert moved["possible_phases"] == ["acceleration", "transferred", "operated", "stopped"]
        world.people[name].post(f"{path}/enter-phase", {"phase": "acceleration"})
        rows = world.bruno.get(f"{path}/phases")["items"]
        day = today().isoformat()
        assert [(row["phase"], row["started_on"], row["ended_on"], row["learned"]) for row in rows] == [
            ("investigation", day, day, LEARNED),
            ("construction", day, day, None),
            ("acceleration", day, None, None),
        ]
        assert world.event_types(made["id"]) == ["team.formed", "team.phase_entered", "team.phase_entered"]
        newest = world.bruno.get(f"{path}/phases?sort=-started_on&limit=1")
        assert newest["items"][0]["phase"] == "acceleration"
        assert newest["next_cursor"]

    @pytest.mark.parametrize("phase", Phase)
    def test_every_move(self, world: World, phase: Phase) -> None:
        for move in PHASES.moves:
            made = team(world, phase=phase.value)
            path = f"/teams/{made['id']}/enter-phase"
            if phase in move.sources:
                moved = world.lab.post(path, enter(move.verb), expect=200)
                assert moved["phase"] == move.target
                assert moved["possible_phases"] == list(PHASES.possible(move.target))
                assert (moved["state"] == "concluded") == (move.target in ENDS)
            else:
                problem = world.lab.post(path, enter(move.verb), expect=409)
                assert problem["state"] == phase
                assert problem["possible_moves"] == list(PHASES.possible(phase))

    def test_verbs_are_phases(self) -> None:
        assert all(move.verb == move.target for move in PHASES.moves)

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"phase": "investigation"}, "phase"),
            ({"phase": "lost"}, "phase"),
            ({}, "phase"),
            ({"phase": "construction", "learned": ""}, "learned"),
            ({"phase": "construction", "on_day": "hier"}, "on_day"),
            ({"phase": "construction", "on_day": "1789-07-14"}, "on_day"),
            ({"phase": "stopped"}, "learned"),
        ],
    )
    def test_bad_field(self, world: World, form: dict[str, Any], field: str) -> None:
        problem = world.lab.post(f"/teams/{team(world)['id']}/enter-phase", form, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_days_follow_each_other(self, world: World) -> None:
        made = team(world)
        path = f"/teams/{made['id']}/enter-phase"
        with world.database.transaction() as session:
            session.execute(update(TeamPhase).values(started_on=today() - timedelta(days=60)))
        for day in (1, -61):
            problem = world.lab.post(path, enter("construction", on_day=in_days(day)), expect=422)
            assert problem["errors"][0]["field"] == "on_day"
        world.lab.post(path, enter("construction", on_day=in_days(-20)))
        world.lab.post(path, enter("acceleration", on_day=in_days(-21)), expect=422)
        world.lab.post(path, enter("acceleration", on_day=in_days(0)))
        rows = world.bruno.get(f"/teams/{made['id']}/phases")["items"]
        assert [(row["started_on"], row["ended_on"]) for row in rows] == [
            (in_days(-60), in_days(-20)),
            (in_days(-20), in_days(0)),
            (in_days(0), None),
        ]

    def test_one_of_two_racers_wins(self, world: World) -> None:
        made = team(world)
        path = f"/teams/{made['id']}/enter-phase"
        answers: list[int] = []

        def move(phase: str) -> None:
            answers.append(world.lab.request("POST", path, json=enter(phase)).status_code)

        threads = [threading.Thread(target=move, args=("construction",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409, 409, 409]
        assert len(world.lab.get(f"/teams/{made['id']}/phases")["items"]) == 2

    def test_a_stop_against_a_step(self, world: World) -> None:
        made = team(world)
        path = f"/teams/{made['id']}/enter-phase"
        threads = [
            threading.Thread(target=world.lab.request, args=("POST", path), kwargs={"json": enter(phase)})
            for phase in ("construction", "stopped") * 2
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seen = world.lab.get(f"/teams/{made['id']}")
        assert (seen["state"], seen["phase"]) == ("concluded", "stopped")
        rows = world.lab.get(f"/teams/{made['id']}/phases")["items"]
        assert [row["ended_on"] is None for row in rows] == [False] * (len(rows) - 1) + [True]


class TestConclude:
    def test_refused(self, world: World) -> None:
        path = f"/teams/{team(world)['id']}/conclude"
        form = {"outcome": "stopped", "learned": LEARNED}
        world.anonymous.post(path, form, expect=401)
        for name in ("bruno", "alice", "head_dep", "hr"):
            world.people[name].post(path, form, expect=403)

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"outcome": "stopped"}, "learned"),
            ({"outcome": "construction", "learned": LEARNED}, "outcome"),
            ({"outcome": "stopped", "learned": LEARNED, "on_day": "2100-01-01"}, "on_day"),
        ],
    )
    def test_bad_field(self, world: World, form: dict[str, Any], field: str) -> None:
        problem = world.lab.post(f"/teams/{team(world)['id']}/conclude", form, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    @pytest.mark.parametrize(
        ("state", "outcome", "irritant"),
        [
            ("forming", "stopped", "qualified"),
            ("forming", "transferred", "qualified"),
            ("mandated", "stopped", "qualified"),
            ("mandated", "transferred", "in_progress"),
            ("mandated", "operated", "in_progress"),
        ],
    )
    def test_what_becomes_of_the_irritant(
        self, world: World, state: str, outcome: str, irritant: str
    ) -> None:
        made = team(world, state, "construction")
        form = {"outcome": outcome, "learned": LEARNED}
        ended = world.coach.post(f"/teams/{made['id']}/conclude", form, expect=200)
        assert (ended["state"], ended["phase"]) == ("concluded", outcome)
        assert (ended["possible_moves"], ended["possible_phases"]) == ([], [])
        assert ended["members_count"] == 2
        assert world.event_types(made["id"])[-2:] == ["team.phase_entered", "team.concluded"]
        assert world.lab.get(f"/irritants/{made['irritant_id']}")["state"] == irritant
        if irritant == "in_progress":
            world.lab.post(f"/irritants/{made['irritant_id']}/resolve")

    def test_an_irritant_already_resolved_stays_so(self, world: World) -> None:
        made = team(world, "mandated")
        world.lab.post(f"/irritants/{made['irritant_id']}/resolve")
        form = {"outcome": "stopped", "learned": LEARNED}
        world.lab.post(f"/teams/{made['id']}/conclude", form)
        assert world.lab.get(f"/irritants/{made['irritant_id']}")["state"] == "resolved"

    def test_twice(self, world: World) -> None:
        made = team(world, phase="stopped")
        form = {"outcome": "stopped", "learned": LEARNED}
        world.lab.post(f"/teams/{made['id']}/conclude", form, expect=409)


class TestMandate:
    def test_starts_the_irritant(self, world: World) -> None:
        made = team(world)
        mandate(world, made["id"], sponsor="dgs")
        seen = world.bruno.get(f"/teams/{made['id']}")
        assert (seen["state"], seen["sponsor_id"]) == ("mandated", world.dgs.id)
        assert seen["possible_moves"] == ["conclude"]
        assert world.lab.get(f"/irritants/{made['irritant_id']}")["state"] == "in_progress"
        assert world.event_types(made["id"]) == ["team.formed", "team.mandated"]

    def test_a_further_mandate_changes_the_sponsor(self, world: World) -> None:
        made = team(world)
        mandate(world, made["id"], sponsor="dgs")
        mandate(world, made["id"], sponsor="elected")
        assert world.bruno.get(f"/teams/{made['id']}")["sponsor_id"] == world.elected.id
        mandate(world, made["id"])
        assert world.bruno.get(f"/teams/{made['id']}")["sponsor_id"] == world.elected.id
        assert world.event_types(made["id"]) == ["team.formed", "team.mandated"]

    def test_concluded(self, world: World) -> None:
        made = team(world, phase="stopped")
        with world.database.session() as session, pytest.raises(MoveRefused):
            mark_mandated(session, world.actor("lab"), session.get_one(Team, UUID(made["id"])))

    def test_table(self) -> None:
        assert TEAMS.possible(TeamState.FORMING) == ("mandate", "conclude")
        assert TEAMS.possible(TeamState.MANDATED) == ("conclude",)
        assert TEAMS.possible(TeamState.CONCLUDED) == ()
