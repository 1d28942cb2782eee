"""Programmes: the lab writes, everybody reads."""

from typing import Any

import pytest

from tests.programmes.builders import programme
from tests.support.world import World, bare

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
BODY = {"name": "Édition 2026-2027", "starts_on": "2026-01-05"}


def fields_of(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


class TestCreate:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/programmes", {}, expect=401)

    @pytest.mark.parametrize("who", ["alice", "head_dep", "hr", "coach", "elected"])
    def test_not_the_lab(self, world: World, who: str) -> None:
        assert "laboratoire" in world.people[who].post("/programmes", BODY, expect=403)["detail"]

    def test_lab(self, world: World) -> None:
        response = world.lab.request(
            "POST", "/programmes", json={**BODY, "ends_on": "2027-06-30"}, expect=201
        )
        made = response.json()
        assert (made["name"], made["starts_on"], made["ends_on"]) == (
            BODY["name"],
            "2026-01-05",
            "2027-06-30",
        )
        path = response.headers["location"].removeprefix("/api/v1")
        read = world.alice.request("GET", path, expect=200)
        assert bare(read.json()) == bare(made)
        again = world.lab.request("GET", path, expect=200)
        assert (again.json(), again.headers["etag"]) == (made, response.headers["etag"])
        world.alice.request("GET", path, headers={"If-None-Match": read.headers["etag"]}, expect=304)
        assert world.event_types(made["id"]) == ["programme.created"]

    def test_machines(self, world: World) -> None:
        made = world.machine("programme:write").post("/programmes", BODY, expect=201)
        reader = world.machine("programme:read")
        reader.post("/programmes", BODY, expect=403)
        assert bare(reader.get(f"/programmes/{made['id']}")) == bare(made)
        world.machine("hr:read").get("/programmes", expect=403)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": None}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"starts_on": "2026-02-30"}, "starts_on"),
            ({"starts_on": "1789-07-14"}, "starts_on"),
            ({"starts_on": "9999-12-31"}, "starts_on"),
            ({"ends_on": "2026-01-04"}, "ends_on"),
            ({"ends_on": "bientôt"}, "ends_on"),
            ({"state": "open"}, "state"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        assert fields_of(world.lab.post("/programmes", {**BODY, **change}, expect=422)) == [field]

    def test_idempotency(self, world: World) -> None:
        headers = {"Idempotency-Key": "one"}
        first = world.lab.post("/programmes", BODY, expect=201, headers=headers)
        assert world.lab.post("/programmes", BODY, expect=201, headers=headers) == first
        assert len(world.lab.get("/programmes")["items"]) == 1


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/programmes", expect=401)
        world.anonymous.get(f"/programmes/{UNKNOWN}", expect=401)

    @pytest.mark.parametrize("who", ["alice", "lab", "hr", "elected"])
    def test_everybody(self, world: World, who: str) -> None:
        made = programme(world)
        assert world.people[who].get("/programmes")["items"] == [bare(made)]
        assert bare(world.people[who].get(f"/programmes/{made['id']}")) == bare(made)

    def test_another_authority(self, app: Any, world: World) -> None:
        made = programme(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            assert other.lab.get("/programmes")["items"] == []
            other.lab.get(f"/programmes/{made['id']}", expect=404)
            other.lab.patch(f"/programmes/{made['id']}", {"name": "À nous"}, expect=404)
        world.lab.get(f"/programmes/{UNKNOWN}", expect=404)

    def test_list(self, world: World) -> None:
        programme(world, name="B", starts_on="2025-01-01", ends_on="2025-12-31")
        programme(world, name="A", starts_on="2024-01-01", ends_on="2025-01-01")
        programme(world, name="C", starts_on="2026-01-01")

        def names(query: str) -> list[str]:
            return [item["name"] for item in world.bruno.get(f"/programmes?{query}")["items"]]

        assert names("") == ["C", "B", "A"]
        assert names("sort=starts_on") == ["A", "B", "C"]
        assert names("on=2025-01-01") == ["B", "A"]
        assert names("on=2100-12-31") == ["C"]
        assert names("on=2023-12-31") == []
        cursor = world.bruno.get("/programmes?limit=2")["next_cursor"]
        assert names(f"limit=2&cursor={cursor}") == ["A"]
        with world.counted_queries() as few:
            names("limit=1")
        with world.counted_queries() as many:
            names("limit=200")
        assert len(few) == len(many) <= 2

    @pytest.mark.parametrize("query", ["sort=name", "limit=0", "on=demain", "cursor=x", "offset=1"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        assert world.alice.get(f"/programmes?{query}", expect=422)["errors"][0]["in"] == "query"


class TestEdit:
    def test_anonymous_and_others(self, world: World) -> None:
        path = f"/programmes/{programme(world)['id']}"
        world.anonymous.patch(path, {}, expect=401)
        world.alice.patch(path, {"name": "X"}, expect=403)

    def test_lab(self, world: World) -> None:
        made = programme(world)
        path = f"/programmes/{made['id']}"
        world.lab.request("PATCH", path, json={"name": "X"}, expect=428)
        world.lab.patch(path, {"name": "X"}, version=7, expect=412)
        edited = world.lab.patch(path, {"name": "X", "ends_on": "2027-01-01"}, version=1)
        assert (edited["name"], edited["ends_on"], edited["version"]) == ("X", "2027-01-01", 2)
        assert world.lab.patch(path, {"ends_on": None}, version=2)["ends_on"] is None
        assert world.lab.patch(path, {"name": "X"}, version=3)["version"] == 3, "nothing to change"
        assert world.event_types(made["id"]) == ["programme.created", *["programme.edited"] * 2]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"starts_on": "2027-02-01"}, "ends_on"),
            ({"ends_on": "2026-01-04"}, "ends_on"),
            ({"starts_on": None}, "starts_on"),
            ({"name": ""}, "name"),
        ],
    )
    def test_bad_field(self, world: World, body: dict[str, Any], field: str) -> None:
        path = f"/programmes/{programme(world, ends_on='2027-01-31')['id']}"
        assert fields_of(world.lab.patch(path, body, expect=422)) == [field]
