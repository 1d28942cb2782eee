"""The API of log entries: anonymous, then the stranger, then the rightful person."""

from typing import Any
from uuid import UUID

import pytest

from app.teams.lifecycle import Visibility
from app.teams.models import LogEntry
from app.teams.policy import LOG_POLICY
from tests.support.world import World
from tests.teams.builders import log_entry, mandate, team

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def ids(page: dict[str, Any]) -> set[str]:
    return {item["id"] for item in page["items"]}


class TestWrite:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/log-entries", {}, expect=401)

    def test_refused(self, world: World) -> None:
        form = {"team_id": team(world)["id"], "body": "x"}
        for name in ("alice", "head_dep", "lab", "hr"):
            problem = world.people[name].post("/log-entries", form, expect=403)
            assert "membres" in problem["detail"]
        problem = world.elected.post("/log-entries", form, expect=422)
        assert problem["errors"][0]["field"] == "team_id"
        world.machine("programme:read", "programme:write").post("/log-entries", form, expect=403)

    @pytest.mark.parametrize("name", ["bruno", "chloe", "coach"])
    def test_member_and_coach(self, world: World, name: str) -> None:
        made = team(world)
        form = {"team_id": made["id"], "body": "Deux matinées\nau dépôt."}
        response = world.people[name].request("POST", "/log-entries", json=form, expect=201)
        entry = response.json()
        assert entry["visibility"] == "team"
        assert entry["author_id"] == world.people[name].id
        assert entry["team_name"] == made["name"]
        path = response.headers["location"].removeprefix("/api/v1")
        assert world.people[name].get(path) == entry
        assert world.event_types(entry["id"]) == ["log_entry.written"]

    def test_former_member(self, world: World) -> None:
        made = team(world)
        entry = log_entry(world, made["id"], "bruno")
        world.lab.delete(f"/teams/{made['id']}/members/{world.bruno.id}")
        world.bruno.post("/log-entries", {"team_id": made["id"], "body": "x"}, expect=403)
        world.bruno.get(f"/log-entries/{entry['id']}")
        later = log_entry(world, made["id"], "chloe")
        world.bruno.get(f"/log-entries/{later['id']}", expect=404)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"team_id": UNKNOWN}, "team_id"),
            ({"team_id": "x"}, "team_id"),
            ({"body": " "}, "body"),
            ({"body": "x" * 5001}, "body"),
            ({"visibility": "world"}, "visibility"),
            ({"author_id": UNKNOWN}, "author_id"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        form = {"team_id": team(world)["id"], "body": "x", **change}
        problem = world.bruno.post("/log-entries", form, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]


# Who reads a page of the first team's log, by its visibility. Alice is in no team; David is in the second one, whose
# client directorate is that of education; the sponsors are those of the two mandates.
READERS = {
    "team": {"bruno", "chloe", "coach", "lab", "dgs"},
    "programme": {
        "bruno", "chloe", "coach", "lab", "dgs", "david", "head_dep", "head_dej", "head_dsi", "elected"
    },
    "authority": {
        "bruno", "chloe", "coach", "lab", "dgs", "david", "head_dep", "head_dej", "head_dsi", "elected",
        "alice", "hr",
    },
}  # fmt: skip


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/log-entries", expect=401)
        world.anonymous.get(f"/log-entries/{UNKNOWN}", expect=401)

    @pytest.mark.parametrize("visibility", Visibility)
    def test_everybody_allowed_and_everybody_refused(self, world: World, visibility: Visibility) -> None:
        first = team(world)
        mandate(world, first["id"], sponsor="dgs")
        second = team(
            world,
            members=["david"],
            coach_id=world.head_dsi.id,
            client_directorate_id=world.directorate_id("DEJ"),
        )
        mandate(world, second["id"], sponsor="elected")
        entry = log_entry(world, first["id"], visibility=visibility.value)
        path = f"/log-entries/{entry['id']}"
        for name, person in world.people.items():
            allowed = name in READERS[visibility]
            person.get(path, expect=200 if allowed else 404)
            assert ids(person.get("/log-entries")) == ({entry["id"]} if allowed else set()), name
            with world.database.session() as session:
                row = session.get_one(LogEntry, UUID(entry["id"]))
                assert LOG_POLICY.allows(session, world.actor(name), "read", row) is allowed, name
        world.machine("programme:read").get(path, expect=403)

    def test_another_authority(self, app: Any, world: World) -> None:
        entry = log_entry(world, team(world)["id"], visibility="authority")
        with World.build(app, world.database, slug="haute-arlene") as other:
            path = f"/log-entries/{entry['id']}"
            for person in (other.lab, other.bruno):
                person.get(path, expect=404)
                person.patch(path, {"body": "x"}, expect=404)
                person.delete(path, expect=404)
                assert person.get("/log-entries")["items"] == []
            form = {"team_id": entry["team_id"], "body": "x"}
            problem = other.bruno.post("/log-entries", form, expect=422)
            assert problem["errors"][0]["field"] == "team_id"

    def test_another_authority_s_team_is_no_part_in_this_programme(self, app: Any, world: World) -> None:
        log_entry(world, team(world)["id"], visibility="programme")
        with World.build(app, world.database, slug="haute-arlene") as other:
            team(other)
            assert other.bruno.get("/log-entries")["items"] == []


class TestList:
    def test_filters_and_pages(self, world: World) -> None:
        first, second = team(world), team(world, members=["david"])
        a = log_entry(world, first["id"], "bruno")
        b = log_entry(world, first["id"], "coach", visibility="authority")
        c = log_entry(world, second["id"], "david", visibility="programme")
        assert ids(world.lab.get("/log-entries")) == {a["id"], b["id"], c["id"]}
        assert ids(world.lab.get(f"/log-entries?team_id={first['id']}")) == {a["id"], b["id"]}
        assert ids(world.lab.get(f"/log-entries?author_id={world.david.id}")) == {c["id"]}
        assert ids(world.lab.get("/log-entries?visibility=authority")) == {b["id"]}
        page = world.lab.get("/log-entries?limit=2")
        assert [item["id"] for item in page["items"]] == [c["id"], b["id"]]
        rest = world.lab.get("/log-entries", params={"limit": 2, "cursor": page["next_cursor"]})
        assert [item["id"] for item in rest["items"]] == [a["id"]]
        oldest = world.lab.get("/log-entries?sort=created_at&limit=1")
        assert oldest["items"][0]["id"] == a["id"]

    @pytest.mark.parametrize("query", ["sort=body", "team_id=x", "visibility=x", "cursor=x"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/log-entries?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    def test_constant_queries(self, world: World) -> None:
        made = team(world)
        for _ in range(3):
            log_entry(world, made["id"], visibility="programme")
        world.head_dep.get("/log-entries")
        with world.counted_queries() as few:
            world.head_dep.get("/log-entries?limit=1")
        with world.counted_queries() as many:
            assert len(world.head_dep.get("/log-entries?limit=50")["items"]) == 3
        assert len(few) == len(many) <= 2


class TestEdit:
    def test_author_only(self, world: World) -> None:
        entry = log_entry(world, team(world)["id"])
        path = f"/log-entries/{entry['id']}"
        world.anonymous.patch(path, {"body": "x"}, expect=401)
        for name in ("chloe", "coach", "lab"):
            world.people[name].patch(path, {"body": "x"}, expect=403)
        world.alice.patch(path, {"body": "x"}, expect=404)
        world.bruno.request("PATCH", path, json={"body": "x"}, expect=428)
        edited = world.bruno.patch(path, {"body": "Mieux dit.", "visibility": "authority"}, version=1)
        assert (edited["body"], edited["visibility"]) == ("Mieux dit.", "authority")
        world.bruno.patch(path, {"body": "x"}, version=1, expect=412)
        world.alice.patch(path, {"body": "x"}, expect=403)
        assert world.event_types(entry["id"]) == ["log_entry.written", "log_entry.edited"]

    @pytest.mark.parametrize(
        "form", [{"body": ""}, {"body": None}, {"visibility": None}, {"team_id": UNKNOWN}]
    )
    def test_bad_field(self, world: World, form: dict[str, Any]) -> None:
        entry = log_entry(world, team(world)["id"])
        problem = world.bruno.patch(f"/log-entries/{entry['id']}", form, expect=422)
        assert [error["field"] for error in problem["errors"]] == list(form)


class TestDelete:
    def test_author_only(self, world: World) -> None:
        entry = log_entry(world, team(world)["id"])
        path = f"/log-entries/{entry['id']}"
        world.anonymous.delete(path, expect=401)
        for name in ("chloe", "coach", "lab"):
            world.people[name].delete(path, expect=403)
        world.alice.delete(path, expect=404)
        world.bruno.delete(path)
        world.bruno.delete(path, expect=404)
        assert world.event_types(entry["id"]) == ["log_entry.written", "log_entry.deleted"]
