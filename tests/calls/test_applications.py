"""The API of applications: anonymous, then the stranger, then the rightful person."""

import threading
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.calls.lifecycle import APPLICATIONS, ApplicationState
from app.calls.models import Call
from app.journal.models import JournalEvent
from app.people.models import Agent, Position
from tests.calls.builders import application, call, in_days, today
from tests.support.world import World, qualified

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
FORMS: dict[str, Any] = {"decline": {"reason": "L'équipe est au complet."}}


def body(to: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "call_id": to["id"],
        "irritant_id": to["irritants"][0]["id"],
        "motivation": "Je passe par ce portail chaque matin.",
        **fields,
    }


class TestSubmit:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/applications", {}, expect=401)

    def test_those_who_are_not_agents(self, world: World) -> None:
        opened = call(world, "open")
        assert "agents" in world.elected.post("/applications", body(opened), expect=403)["detail"]
        world.machine("programme:write").post("/applications", body(opened), expect=403)

    @pytest.mark.parametrize("name", ["alice", "bruno", "chloe", "head_dsi", "coach", "hr", "lab"])
    def test_any_agent_of_any_directorate(self, world: World, name: str) -> None:
        made = application(world, name)
        assert made["agent_id"] == world.people[name].id
        assert made["manager_id"] == str(world.people[name].agent.manager_id)
        assert made["possible_moves"] == ["accept", "decline", "withdraw"]
        assert world.event_types(made["id"]) == ["application.submitted"]

    def test_the_event_names_the_manager(self, world: World) -> None:
        made = application(world, "bruno")
        with world.database.read() as connection:
            payload = connection.execute(
                select(col(JournalEvent.payload)).where(col(JournalEvent.subject_id) == UUID(made["id"]))
            ).scalar_one()
        assert world.head_dej.id in payload
        assert "BRUNO" not in payload

    def test_without_a_manager(self, world: World) -> None:
        assert application(world, "dgs")["manager_id"] is None

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"motivation": ""}, "motivation"),
            ({"motivation": "x" * 5001}, "motivation"),
            ({"call_id": UNKNOWN}, "call_id"),
            ({"irritant_id": UNKNOWN}, "irritant_id"),
            ({"agent_id": UNKNOWN}, "agent_id"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        problem = world.bruno.post("/applications", body(call(world, "open"), **change), expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_an_irritant_of_another_call(self, world: World) -> None:
        opened = call(world, "open")
        problem = world.bruno.post(
            "/applications", body(opened, irritant_id=qualified(world)["id"]), expect=422
        )
        assert problem["type"].endswith("irritant-not-in-call")

    def test_draft_call_is_not_known(self, world: World) -> None:
        problem = world.bruno.post("/applications", body(call(world)), expect=422)
        assert problem["errors"][0]["field"] == "call_id"

    @pytest.mark.parametrize("state", ["selecting", "concluded", "cancelled"])
    def test_closed_call(self, world: World, state: str) -> None:
        problem = world.bruno.post("/applications", body(call(world, state)), expect=409)
        assert problem["type"].endswith("call-not-open")

    @pytest.mark.parametrize(("opens", "closes"), [(1, 20), (-20, -1)])
    def test_outside_of_its_days(self, world: World, opens: int, closes: int) -> None:
        opened = call(world, "open")
        with world.database.transaction() as session:
            days = {
                "opens_on": today() + timedelta(days=opens),
                "closes_on": today() + timedelta(days=closes),
            }
            session.execute(update(Call).where(col(Call.id) == UUID(opened["id"])).values(**days))
        problem = world.bruno.post("/applications", body(opened), expect=409)
        assert problem["type"].endswith("call-not-open")
        assert str(date.fromisoformat(in_days(opens)).year) in problem["detail"]

    def test_first_and_last_day_included(self, world: World) -> None:
        opened = call(world, "open", opens_on=in_days(0), closes_on=in_days(0))
        application(world, "bruno", to=opened)

    @pytest.mark.parametrize("position", [one for one in Position if one is not Position.ACTIVE])
    def test_on_leave_of_absence(self, world: World, position: Position) -> None:
        opened = call(world, "open")
        with world.database.transaction() as session:
            session.get_one(Agent, world.bruno.agent.id).position = position
        problem = world.bruno.post("/applications", body(opened), expect=409)
        assert str(position.label) in problem["detail"]

    def test_once(self, world: World) -> None:
        irritants = [qualified(world, title="A"), qualified(world, title="B")]
        opened = call(world, "open", irritants)
        application(world, "bruno", to=opened)
        problem = world.bruno.post("/applications", body(opened), expect=409)
        assert problem["type"].endswith("already-applied")
        application(world, "bruno", to=opened, irritant_id=opened["irritants"][1]["id"])
        application(world, "chloe", to=opened)

    def test_again_after_withdrawing(self, world: World) -> None:
        opened = call(world, "open")
        application(world, "bruno", "withdrawn", to=opened)
        application(world, "bruno", to=opened)
        world.bruno.post("/applications", body(opened), expect=409)

    def test_not_again_after_an_answer(self, world: World) -> None:
        opened = call(world, "open")
        application(world, "bruno", "declined", to=opened)
        world.bruno.post("/applications", body(opened), expect=409)

    def test_one_of_two_racers_wins(self, world: World) -> None:
        opened = call(world, "open")
        answers: list[int] = []

        def apply() -> None:
            answers.append(world.bruno.request("POST", "/applications", json=body(opened)).status_code)

        threads = [threading.Thread(target=apply) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201, 409, 409, 409, 409]


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/applications/{UNKNOWN}", expect=401)
        world.anonymous.get("/applications", expect=401)

    def test_who_reads_it(self, world: World) -> None:
        made = application(world, "bruno")
        path = f"/applications/{made['id']}"
        for name in ("bruno", "head_dej", "lab"):
            assert world.people[name].get(path)["motivation"] == made["motivation"]
            assert [one["id"] for one in world.people[name].get("/applications")["items"]] == [made["id"]]
        for name in ("alice", "head_dep", "dgs", "hr", "coach"):
            world.people[name].get(path, expect=404)
            assert world.people[name].get("/applications")["items"] == []
        world.elected.get(path, expect=404)
        world.elected.get("/applications", expect=403)
        reader = world.machine("programme:read")
        reader.get(path, expect=404)
        reader.get("/applications", expect=403)
        assert len(world.machine("programme:write").get("/applications")["items"]) == 1

    def test_the_manager_of_today(self, world: World) -> None:
        made = application(world, "bruno")
        with world.database.transaction() as session:
            session.get_one(Agent, world.bruno.agent.id).manager_id = world.head_dsi.agent.id
        for name in ("head_dsi", "head_dej"):
            world.people[name].get(f"/applications/{made['id']}")
            assert len(world.people[name].get("/applications")["items"]) == 1
            # They may know of it, and still not answer it.
            world.people[name].post(f"/applications/{made['id']}/accept", expect=403)

    def test_another_authority(self, app: Any, world: World) -> None:
        made = application(world, "bruno")
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.lab.get(f"/applications/{made['id']}", expect=404)
            assert other.lab.get("/applications")["items"] == []
            for move in APPLICATIONS.moves:
                path = f"/applications/{made['id']}/{move.verb}"
                other.lab.post(path, FORMS.get(move.verb), expect=404)
            opened = call(world, "open")
            problem = other.alice.post("/applications", body(opened), expect=422)
            assert problem["errors"][0]["field"] == "call_id"


class TestList:
    def test_filters(self, world: World) -> None:
        irritants = [qualified(world, title="A"), qualified(world, title="B")]
        opened = call(world, "open", irritants)
        first = application(world, "bruno", to=opened)
        second = application(world, "chloe", "accepted", to=opened, irritant_id=opened["irritants"][1]["id"])
        third = application(world, "lab")

        def found(query: str) -> set[str]:
            return {one["id"] for one in world.lab.get(f"/applications?{query}")["items"]}

        assert found(f"call_id={opened['id']}") == {first["id"], second["id"]}
        assert found(f"irritant_id={opened['irritants'][1]['id']}") == {second["id"]}
        assert found("state=accepted&state=declined") == {second["id"]}
        assert found(f"agent_id={world.bruno.id}") == {first["id"]}
        assert found("mine=true") == {third["id"]}
        assert found("mine=false") == {first["id"], second["id"]}

    def test_pages(self, world: World) -> None:
        opened = call(world, "open")
        made = [application(world, name, to=opened) for name in ("alice", "bruno", "chloe")]
        seen: list[str] = []
        parameters: dict[str, Any] = {"limit": 2, "sort": "created_at"}
        while True:
            page = world.lab.get("/applications", params=parameters)
            seen += [one["id"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            parameters["cursor"] = page["next_cursor"]
        assert seen == [one["id"] for one in made]

    @pytest.mark.parametrize("query", ["sort=state", "state=lost", "call_id=x", "mine=perhaps"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/applications?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    def test_constant_queries(self, world: World) -> None:
        opened = call(world, "open")
        for name in ("alice", "bruno", "chloe"):
            application(world, name, to=opened)
        world.lab.get("/applications")
        with world.counted_queries() as few:
            world.lab.get("/applications?limit=1")
        with world.counted_queries() as many:
            world.lab.get("/applications?limit=50")
        assert len(few) == len(many) <= 2


class TestLifeCycle:
    @pytest.mark.parametrize("state", ApplicationState)
    def test_every_move(self, world: World, state: ApplicationState) -> None:
        opened = call(world, "open")
        names = ("alice", "bruno", "chloe")
        for name, move in zip(names, APPLICATIONS.moves, strict=True):
            made = application(world, name, state.value, to=opened)
            who = world.people[name] if move.verb == "withdraw" else world.lab
            path = f"/applications/{made['id']}/{move.verb}"
            if state in move.sources:
                moved = who.post(path, FORMS.get(move.verb), expect=200)
                assert moved["state"] == move.target
                assert world.event_types(made["id"])[-1] == f"application.{move.target}"
            else:
                problem = who.post(path, FORMS.get(move.verb), expect=409)
                assert problem["possible_moves"] == list(APPLICATIONS.possible(state))

    def test_who_answers(self, world: World) -> None:
        made = application(world, "bruno")
        for verb in ("accept", "decline"):
            path = f"/applications/{made['id']}/{verb}"
            world.anonymous.post(path, FORMS.get(verb), expect=401)
            for name in ("bruno", "head_dej"):
                world.people[name].post(path, FORMS.get(verb), expect=403)
            for name in ("alice", "coach", "hr", "elected"):
                world.people[name].post(path, FORMS.get(verb), expect=404)
        world.machine("programme:write").post(f"/applications/{made['id']}/accept")

    def test_who_withdraws(self, world: World) -> None:
        made = application(world, "bruno")
        path = f"/applications/{made['id']}/withdraw"
        world.anonymous.post(path, expect=401)
        for name in ("lab", "head_dej"):
            world.people[name].post(path, expect=403)
        world.alice.post(path, expect=404)
        world.bruno.post(path)

    def test_decline_says_why(self, world: World) -> None:
        made = application(world, "bruno")
        path = f"/applications/{made['id']}/decline"
        assert world.lab.post(path, {"reason": ""}, expect=422)["errors"][0]["field"] == "reason"
        world.lab.post(path, FORMS["decline"])
        assert world.bruno.get(f"/applications/{made['id']}")["reason"] == FORMS["decline"]["reason"]

    def test_answers_while_selecting(self, world: World) -> None:
        made = application(world, "bruno")
        world.lab.post(f"/calls/{made['call_id']}/close")
        world.lab.post(f"/applications/{made['id']}/accept")
