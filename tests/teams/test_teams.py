"""The API of teams and their members: anonymous, then the stranger, then the rightful person."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.people.models import Agent, Position
from app.teams.models import TeamMember
from app.teams.service import is_member, members_of
from tests.calls.builders import application, call, today
from tests.support.world import World, qualified, report
from tests.teams.builders import mandate, team, team_of_call

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def body(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Les Portiers",
        "irritant_id": fields.pop("irritant_id", None) or qualified(world)["id"],
        "client_directorate_id": world.directorate_id("DEP"),
        "coach_id": world.coach.id,
        "member_ids": [world.bruno.id],
        **fields,
    }


class TestForm:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/teams", {}, expect=401)

    def test_refused(self, world: World) -> None:
        form = body(world)
        for name in ("alice", "coach", "head_dep", "hr", "elected"):
            assert "laboratoire" in world.people[name].post("/teams", form, expect=403)["detail"]
        world.machine("programme:read").post("/teams", form, expect=403)
        world.machine("programme:read", "programme:write").post("/teams", form, expect=201)

    def test_outside_of_a_call(self, world: World) -> None:
        irritant = qualified(world)
        form = body(
            world, irritant_id=irritant["id"], member_ids=[world.bruno.id, world.chloe.id, world.bruno.id]
        )
        response = world.lab.request("POST", "/teams", json=form, expect=201)
        made = response.json()
        assert (made["state"], made["phase"], made["call_id"]) == ("forming", "investigation", None)
        assert [member["name"] for member in made["members"]] == ["Bruno BRUNO", "Chloe CHLOE"]
        assert {member["joined_on"] for member in made["members"]} == {today().isoformat()}
        assert made["members_count"] == 2
        assert made["coach_name"] == "Coach COACH"
        assert made["possible_moves"] == ["mandate", "conclude"]
        assert made["possible_phases"] == ["construction", "stopped"]
        assert made["sponsor_id"] is None
        read = world.lab.request("GET", response.headers["location"].removeprefix("/api/v1"), expect=200)
        assert read.json() == made
        assert world.event_types(made["id"]) == ["team.formed"]
        assert world.lab.get(f"/irritants/{irritant['id']}")["state"] == "selected"

    def test_from_a_call(self, world: World) -> None:
        made = team_of_call(world)
        assert made["call_id"] == made["call"]["id"]
        assert world.event_types(made["irritant_id"]).count("irritant.selected") == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "name"),
            ({"irritant_id": UNKNOWN}, "irritant_id"),
            ({"call_id": UNKNOWN}, "call_id"),
            ({"client_directorate_id": UNKNOWN}, "client_directorate_id"),
            ({"coach_id": UNKNOWN}, "coach_id"),
            ({"member_ids": []}, "member_ids"),
            ({"member_ids": [UNKNOWN]}, "member_ids"),
            ({"member_ids": [UNKNOWN] * 31}, "member_ids"),
            ({"phase": "construction"}, "phase"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        problem = world.lab.post("/teams", body(world, **change), expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_members_are_in_post_and_in_activity(self, world: World) -> None:
        form = body(world)
        with world.database.transaction() as session:
            session.get_one(Agent, world.bruno.agent.id).position = Position.PARENTAL_LEAVE
        problem = world.lab.post("/teams", form, expect=422)
        assert "Bruno BRUNO" in problem["detail"]
        with world.database.transaction() as session:
            session.get_one(Agent, world.bruno.agent.id).left_on = today() - timedelta(days=1)
        assert world.lab.post("/teams", form, expect=422)["type"].endswith("unknown-agent")

    def test_members_of_a_call_are_its_volunteers(self, world: World) -> None:
        opened = call(world, "open")
        application(world, "bruno", "accepted", to=opened)
        application(world, "chloe", to=opened)
        ids = [world.bruno.id, world.chloe.id, world.david.id]
        form = body(world, call_id=opened["id"], irritant_id=opened["irritants"][0]["id"], member_ids=ids)
        problem = world.lab.post("/teams", form, expect=422)
        assert problem["errors"][0]["field"] == "member_ids"
        assert "CHLOE" in problem["detail"]
        assert "DAVID" in problem["detail"]
        assert "BRUNO" not in problem["detail"]

    def test_irritant_of_the_call(self, world: World) -> None:
        opened = call(world, "open")
        problem = world.lab.post("/teams", body(world, call_id=opened["id"]), expect=422)
        assert problem["type"].endswith("irritant-not-in-call")
        assert problem["errors"][0]["field"] == "irritant_id"

    @pytest.mark.parametrize("state", ["concluded", "cancelled"])
    def test_call_is_over(self, world: World, state: str) -> None:
        over = call(world, state)
        form = body(world, call_id=over["id"], irritant_id=over["irritants"][0]["id"])
        assert world.lab.post("/teams", form, expect=409)["type"].endswith("call-not-running")

    def test_call_in_preparation(self, world: World) -> None:
        draft = call(world)
        form = body(world, call_id=draft["id"], irritant_id=draft["irritants"][0]["id"])
        assert world.lab.post("/teams", form, expect=422)["errors"][0]["field"] == "call_id"

    def test_irritant_held_by_a_call(self, world: World) -> None:
        opened = call(world, "open")
        problem = world.lab.post("/teams", body(world, irritant_id=opened["irritants"][0]["id"]), expect=409)
        assert problem["type"].endswith("irritant-held-by-call")

    def test_irritant_not_qualified(self, world: World) -> None:
        problem = world.lab.post("/teams", body(world, irritant_id=report(world)["id"]), expect=409)
        assert problem["state"] == "submitted"

    def test_one_team_at_a_time(self, world: World) -> None:
        made = team(world)
        problem = world.lab.post("/teams", body(world, irritant_id=made["irritant_id"]), expect=409)
        assert problem["type"].endswith("irritant-taken")
        world.lab.post(f"/teams/{made['id']}/conclude", {"outcome": "stopped", "learned": "Trop tôt."})
        world.lab.post("/teams", body(world, irritant_id=made["irritant_id"]), expect=201)

    def test_again_in_the_same_call(self, world: World) -> None:
        made = team_of_call(world)
        world.lab.post(f"/teams/{made['id']}/conclude", {"outcome": "stopped", "learned": "Trop tôt."})
        assert world.lab.get(f"/irritants/{made['irritant_id']}")["state"] == "qualified"
        world.lab.post(
            "/teams", body(world, irritant_id=made["irritant_id"], call_id=made["call_id"]), expect=201
        )
        assert world.lab.get(f"/irritants/{made['irritant_id']}")["state"] == "selected"

    def test_one_of_two_racers_wins(self, world: World) -> None:
        form = body(world)
        answers: list[int] = []

        def form_it() -> None:
            answers.append(world.lab.request("POST", "/teams", json=form).status_code)

        threads = [threading.Thread(target=form_it) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201, 409, 409, 409, 409]

    def test_another_authority(self, app: Any, world: World) -> None:
        made, form = team(world), body(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.lab.post("/teams", form, expect=422)
            own = body(other)
            for name in ("coach_id", "irritant_id", "client_directorate_id", "member_ids"):
                problem = other.lab.post("/teams", {**own, name: form[name]}, expect=422)
                assert problem["errors"][0]["field"] == name
            path = f"/teams/{made['id']}"
            other.lab.get(path, expect=404)
            other.alice.get(path, expect=404)
            other.lab.get(f"{path}/phases", expect=404)
            assert other.lab.get("/teams")["items"] == []
            other.lab.patch(path, {"name": "x"}, expect=404)
            other.lab.post(f"{path}/members", {"agent_id": other.alice.id}, expect=404)
            other.lab.delete(f"{path}/members/{world.bruno.id}", expect=404)
            other.lab.post(f"{path}/enter-phase", {"phase": "construction"}, expect=404)
            other.lab.post(f"{path}/conclude", {"outcome": "stopped", "learned": "x"}, expect=404)


class TestRead:
    def test_anonymous(self, world: World) -> None:
        for path in ("/teams", f"/teams/{UNKNOWN}", f"/teams/{UNKNOWN}/phases"):
            world.anonymous.get(path, expect=401)

    def test_every_agent(self, world: World) -> None:
        made = team(world)
        for name in ("alice", "bruno", "head_dej", "hr", "lab"):
            world.people[name].get(f"/teams/{made['id']}")
            assert len(world.people[name].get("/teams")["items"]) == 1
        reader, stranger = world.machine("programme:read"), world.machine("hr:read")
        assert len(reader.get("/teams")["items"]) == 1
        reader.get(f"/teams/{made['id']}")
        for path in ("/teams", f"/teams/{made['id']}", f"/teams/{made['id']}/phases"):
            stranger.get(path, expect=403)

    def test_elected_member_reads_the_teams_they_sponsor(self, world: World) -> None:
        team(world)
        sponsored = team(world)
        paths = (f"/teams/{sponsored['id']}", f"/teams/{sponsored['id']}/phases")
        for path in paths:
            world.elected.get(path, expect=404)
        mandate(world, sponsored["id"], sponsor="elected")
        for path in paths:
            world.elected.get(path)
        assert [one["id"] for one in world.elected.get("/teams")["items"]] == [sponsored["id"]]

    def test_etag(self, world: World) -> None:
        path = f"/teams/{team(world)['id']}"
        tag = world.bruno.request("GET", path).headers["etag"]
        world.bruno.request("GET", path, headers={"If-None-Match": tag}, expect=304)
        world.coach.post(f"{path}/members", {"agent_id": world.david.id})
        world.bruno.request("GET", path, headers={"If-None-Match": tag}, expect=200)


class TestList:
    def test_filters(self, world: World) -> None:
        first = team(world, members=["bruno"])
        second = team(
            world,
            "mandated",
            "construction",
            members=["chloe"],
            coach_id=world.alice.id,
            client_directorate_id=world.directorate_id("DSI"),
        )
        third = team_of_call(world, members=["david"])

        def found(query: str, by: str = "lab") -> set[str]:
            return {one["id"] for one in world.people[by].get(f"/teams?{query}")["items"]}

        everything = {first["id"], second["id"], third["id"]}
        assert found("") == everything
        assert found("state=mandated") == {second["id"]}
        assert found("phase=investigation") == everything - {second["id"]}
        assert found(f"irritant_id={first['irritant_id']}") == {first["id"]}
        assert found(f"call_id={third['call_id']}") == {third["id"]}
        assert found(f"client_directorate_id={world.directorate_id('DSI')}") == {second["id"]}
        assert found(f"coach_id={world.alice.id}&coach_id={world.coach.id}") == everything
        assert found("mine=true", "bruno") == {first["id"]}
        assert found("mine=false", "bruno") == everything - {first["id"]}
        assert found("mine=true", "alice") == {second["id"]}
        assert found("mine=true") == set()

    def test_pages(self, world: World) -> None:
        made = [team(world, name=f"Équipe {n}") for n in range(3)]
        first = world.bruno.get("/teams?limit=2&sort=created_at")
        rest = world.bruno.get(
            "/teams", params={"limit": 2, "sort": "created_at", "cursor": first["next_cursor"]}
        )
        assert [one["id"] for one in first["items"] + rest["items"]] == [one["id"] for one in made]
        assert rest["next_cursor"] is None

    @pytest.mark.parametrize("query", ["sort=name", "state=lost", "phase=x", "coach_id=x", "mine=x"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/teams?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    def test_constant_queries(self, world: World) -> None:
        for _ in range(3):
            team(world)
        world.bruno.get("/teams")
        with world.counted_queries() as few:
            world.bruno.get("/teams?limit=1")
        with world.counted_queries() as many:
            world.bruno.get("/teams?limit=50")
        assert len(few) == len(many) <= 2


class TestEdit:
    def test_refused(self, world: World) -> None:
        path = f"/teams/{team(world)['id']}"
        world.anonymous.patch(path, {"name": "x"}, expect=401)
        for name in ("bruno", "alice", "head_dep", "hr"):
            world.people[name].patch(path, {"name": "x"}, expect=403)
        world.elected.patch(path, {"name": "x"}, expect=404)

    def test_lab_and_coach(self, world: World) -> None:
        made = team(world)
        path = f"/teams/{made['id']}"
        world.lab.request("PATCH", path, json={"name": "x"}, expect=428)
        assert world.coach.patch(path, {"name": "Les Clés"}, version=1)["name"] == "Les Clés"
        world.lab.patch(path, {"name": "x"}, version=1, expect=412)
        edited = world.lab.patch(
            path, {"coach_id": world.alice.id, "client_directorate_id": world.directorate_id("DEJ")}
        )
        assert edited["coach_name"] == "Alice ALICE"
        assert world.event_types(made["id"]) == ["team.formed", "team.edited", "team.edited"]
        world.coach.patch(path, {"name": "x"}, expect=403)

    @pytest.mark.parametrize("field", ["coach_id", "client_directorate_id", "irritant_id", "name"])
    def test_bad_field(self, world: World, field: str) -> None:
        value = " " if field == "name" else UNKNOWN
        problem = world.lab.patch(f"/teams/{team(world)['id']}", {field: value}, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_client_directorate_settles_with_the_mandate(self, world: World) -> None:
        path = f"/teams/{team(world, 'mandated')['id']}"
        world.lab.patch(path, {"client_directorate_id": world.directorate_id("DEJ")}, expect=409)
        world.lab.patch(path, {"name": "Autre nom"})

    def test_concluded(self, world: World) -> None:
        path = f"/teams/{team(world, phase='stopped')['id']}"
        assert world.lab.patch(path, {"name": "x"}, expect=409)["type"].endswith("team-concluded")


class TestMembers:
    def test_refused(self, world: World) -> None:
        made = team(world)
        path = f"/teams/{made['id']}/members"
        world.anonymous.post(path, {"agent_id": world.david.id}, expect=401)
        world.anonymous.delete(f"{path}/{world.bruno.id}", expect=401)
        for name in ("bruno", "alice", "head_dep", "hr"):
            world.people[name].post(path, {"agent_id": world.david.id}, expect=403)
            world.people[name].delete(f"{path}/{world.bruno.id}", expect=403)

    def test_come_and_go(self, world: World) -> None:
        made = team(world)
        path = f"/teams/{made['id']}/members"
        member = world.coach.post(path, {"agent_id": world.david.id}, expect=201)
        assert member["name"] == "David DAVID"
        assert member["joined_on"] == today().isoformat()
        assert world.lab.post(path, {"agent_id": world.david.id}, expect=409)["type"].endswith(
            "already-member"
        )
        world.lab.delete(f"{path}/{world.david.id}")
        world.lab.delete(f"{path}/{world.david.id}", expect=404)
        assert world.lab.get(f"/teams/{made['id']}")["members_count"] == 2
        world.lab.post(path, {"agent_id": world.david.id}, expect=201)
        assert world.lab.get(f"/teams/{made['id']}")["members_count"] == 3
        assert world.event_types(made["id"]) == [
            "team.formed", "team.member_joined", "team.member_left", "team.member_joined"
        ]  # fmt: skip

    def test_bad_field(self, world: World) -> None:
        path = f"/teams/{team(world)['id']}/members"
        for value in (UNKNOWN, "x", None):
            problem = world.lab.post(path, {"agent_id": value}, expect=422)
            assert problem["errors"][0]["field"] == "agent_id"
        world.lab.delete(f"{path}/{UNKNOWN}", expect=404)
        world.lab.delete(f"{path}/x", expect=422)

    def test_volunteers_of_the_call(self, world: World) -> None:
        made = team_of_call(world)
        path = f"/teams/{made['id']}/members"
        problem = world.lab.post(path, {"agent_id": world.david.id}, expect=422)
        assert problem["type"].endswith("not-volunteers")
        application(world, "david", "accepted", to=made["call"])
        world.lab.post(path, {"agent_id": world.david.id}, expect=201)

    def test_the_last_one_stays(self, world: World) -> None:
        made = team(world, members=["bruno"])
        problem = world.lab.delete(f"/teams/{made['id']}/members/{world.bruno.id}", expect=409)
        assert problem["type"].endswith("last-member")

    @pytest.mark.parametrize(("state", "phase"), [("mandated", "investigation"), ("forming", "stopped")])
    def test_settled(self, world: World, state: str, phase: str) -> None:
        path = f"/teams/{team(world, state, phase)['id']}/members"
        world.lab.post(path, {"agent_id": world.david.id}, expect=409)
        world.lab.delete(f"{path}/{world.bruno.id}", expect=409)

    def test_added_once_by_two_racers(self, world: World) -> None:
        path = f"/teams/{team(world)['id']}/members"
        answers: list[int] = []

        def add() -> None:
            answers.append(world.lab.request("POST", path, json={"agent_id": world.david.id}).status_code)

        threads = [threading.Thread(target=add) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201, 409, 409, 409, 409]

    def test_as_other_rooms_ask(self, world: World) -> None:
        team_id = UUID(team(world)["id"])
        monday = today() - timedelta(days=10)
        with world.database.transaction() as session:
            session.execute(update(TeamMember).values(joined_on=monday))
            gone = col(TeamMember.agent_id) == world.chloe.agent.id
            session.execute(update(TeamMember).where(gone).values(left_on=today() - timedelta(days=3)))

        def names(day: int | None) -> list[str]:
            on_day = None if day is None else today() - timedelta(days=day)
            with world.database.session() as session:
                return [agent.given_name for agent in members_of(session, team_id, on_day)]

        assert names(None) == ["Bruno"]
        assert names(0) == ["Bruno"]
        assert names(3) == ["Bruno"]
        assert names(4) == ["Bruno", "Chloe"]
        assert names(11) == []
        with world.database.session() as session:
            assert is_member(session, team_id, world.bruno.agent.id)
            assert not is_member(session, team_id, world.chloe.agent.id)
            assert not is_member(session, team_id, world.david.agent.id)


class TestWithdrawal:
    def test_leaves_a_forming_team(self, world: World) -> None:
        made = team_of_call(world)
        mine = world.bruno.get("/applications?mine=true")["items"][0]
        world.bruno.post(f"/applications/{mine['id']}/withdraw")
        members = world.lab.get(f"/teams/{made['id']}")["members"]
        assert [member["agent_id"] for member in members] == [world.chloe.id]
        assert world.event_types(made["id"]) == ["team.formed", "team.member_left"]

    def test_not_once_mandated(self, world: World) -> None:
        made = team_of_call(world)
        mandate(world, made["id"])
        mine = world.bruno.get("/applications?mine=true")["items"][0]
        problem = world.bruno.post(f"/applications/{mine['id']}/withdraw", expect=409)
        assert problem["type"].endswith("bound-by-team")
        assert world.bruno.get(f"/applications/{mine['id']}")["state"] == "accepted"

    def test_while_the_team_is_made_up(self, world: World) -> None:
        opened = call(world, "open")
        mine = application(world, "bruno", "accepted", to=opened)
        application(world, "chloe", "accepted", to=opened)
        ids = [world.bruno.id, world.chloe.id]
        form = body(world, call_id=opened["id"], irritant_id=opened["irritants"][0]["id"], member_ids=ids)
        requests = [
            (world.lab, ("POST", "/teams"), {"json": form}),
            (world.bruno, ("POST", f"/applications/{mine['id']}/withdraw"), {}),
        ]
        threads = [
            threading.Thread(target=who.request, args=arguments, kwargs=named)
            for who, arguments, named in requests
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert world.bruno.get(f"/applications/{mine['id']}")["state"] == "withdrawn"
        for made in world.lab.get("/teams")["items"]:
            members = world.lab.get(f"/teams/{made['id']}")["members"]
            assert [member["agent_id"] for member in members] == [world.chloe.id]

    def test_of_somebody_without_a_team(self, world: World) -> None:
        made = team_of_call(world)
        other = application(world, "david", "accepted", to=made["call"])
        world.david.post(f"/applications/{other['id']}/withdraw")
        assert world.lab.get(f"/teams/{made['id']}")["members_count"] == 2


class TestEndOfCall:
    @pytest.mark.parametrize("verb", ["conclude", "cancel"])
    def test_a_team_keeps_its_irritant(self, world: World, verb: str) -> None:
        taken, left = qualified(world, title="Pris"), qualified(world, title="Libre")
        opened = call(world, "open", [taken, left])
        application(world, "bruno", "accepted", to=opened, irritant_id=taken["id"])
        team(world, members=["bruno"], call_id=opened["id"], irritant_id=taken["id"])
        world.lab.post(f"/calls/{opened['id']}/close")
        world.lab.post(f"/calls/{opened['id']}/{verb}", {"reason": "x"} if verb == "cancel" else None)
        assert world.lab.get(f"/irritants/{taken['id']}")["state"] == "selected"
        assert world.lab.get(f"/irritants/{left['id']}")["state"] == "qualified"
