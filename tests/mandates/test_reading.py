"""Who reads a mandate, and what lists show."""

from datetime import timedelta
from typing import Any

import pytest

from tests.mandates.builders import START, active, mandate, sign, slots, submitted, team
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
EVERYBODY = {
    "dgs", "head_dep", "head_dej", "head_dsi", "alice", "bruno", "chloe", "david", "lab", "coach", "hr", "elected",
}  # fmt: skip
CONCERNED = {"dgs", "head_dep", "head_dej", "alice", "bruno", "lab", "coach", "hr"}
"""Sponsor, client directorate and manager, manager, members, lab, coach, HR."""


def ids(page: dict[str, Any]) -> set[str]:
    return {item["id"] for item in page["items"]}


def readers(world: World, made: dict[str, Any]) -> set[str]:
    """Who finds the mandate at its address; the list must say the same."""
    found = {
        name
        for name in EVERYBODY
        if world.people[name].request("GET", f"/mandates/{made['id']}").status_code == 200
    }
    assert found == {name for name in EVERYBODY if made["id"] in ids(world.people[name].get("/mandates"))}
    return found


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/mandates/{UNKNOWN}", expect=401)

    def test_unknown(self, world: World) -> None:
        world.lab.get(f"/mandates/{UNKNOWN}", expect=404)
        assert world.lab.get("/mandates/1", expect=422)["errors"][0]["field"] == "mandate_id"

    @pytest.mark.parametrize("build", [mandate, submitted, active])
    def test_those_it_concerns(self, world: World, build: Any) -> None:
        assert readers(world, build(world)) == CONCERNED

    def test_an_elected_sponsor(self, world: World) -> None:
        made = mandate(world, sponsor_id=world.elected.id)
        assert readers(world, made) == CONCERNED - {"dgs"} | {"elected"}

    def test_an_elected_member_only_as_a_party_or_a_sponsor(self, world: World) -> None:
        """Even one who is also the coach of the team."""
        coached = team(world, coach_id=world.elected.id)
        made = mandate(world, team_id=coached["id"])
        assert readers(world, made) == CONCERNED - {"coach"}

    def test_head_in_place_of_a_manager(self, world: World) -> None:
        world.add_person("eve", "DSI")
        made = mandate(world, team_id=team(world, ("eve",))["id"], members=("eve",))
        assert readers(world, made) == {"dgs", "head_dep", "head_dsi", "lab", "coach", "hr"}

    def test_member_who_left(self, world: World) -> None:
        made = mandate(world)
        world.lab.delete(f"/teams/{made['team_id']}/members/{world.bruno.id}")
        assert readers(world, made) == CONCERNED - {"bruno", "head_dej"}

    def test_machines(self, world: World) -> None:
        made = mandate(world)
        world.machine("programme:read").get(f"/mandates/{made['id']}")
        stranger = world.machine("hr:read")
        stranger.get(f"/mandates/{made['id']}", expect=404)
        stranger.get("/mandates", expect=403)

    def test_not_modified(self, world: World) -> None:
        made = mandate(world)
        tag = world.lab.request("GET", f"/mandates/{made['id']}").headers["etag"]
        again = world.lab.request("GET", f"/mandates/{made['id']}", headers={"If-None-Match": tag})
        assert again.status_code == 304


class TestList:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/mandates", expect=401)

    def test_filters(self, world: World) -> None:
        draft = mandate(world)
        signed = active(world, team_id=team(world, ("chloe",))["id"], members=("chloe",))
        assert ids(world.lab.get("/mandates")) == {draft["id"], signed["id"]}
        assert ids(world.lab.get("/mandates?state=active&state=expired")) == {signed["id"]}
        assert ids(world.lab.get(f"/mandates?team_id={draft['team_id']}")) == {draft["id"]}
        assert ids(world.head_dej.get("/mandates")) == {draft["id"]}
        item = world.lab.get("/mandates?state=active")["items"][0]
        assert (item["team_name"], item["sponsor_name"]) == ("Les Portiers", "Dgs DGS")
        assert (item["parties_count"], item["signatures_count"], item["to_sign"]) == (5, 5, False)

    def test_to_sign(self, world: World) -> None:
        seen = submitted(world)
        mandate(world, team_id=team(world, ("alice",))["id"], members=("alice",))

        def awaited() -> set[str]:
            names = {name for name in EVERYBODY if world.people[name].get("/mandates?to_sign=true")["items"]}
            for name in names:
                assert world.people[name].get("/mandates?to_sign=true")["items"][0]["to_sign"] is True
            return names

        assert awaited() == {"alice", "bruno"}
        sign(world, seen, "alice")
        assert awaited() == {"bruno"}
        sign(world, seen, "bruno")
        assert awaited() == {"head_dep", "head_dej"}
        assert seen["id"] in ids(world.dgs.get("/mandates?to_sign=false"))
        world.head_dep.post(f"/mandates/{seen['id']}/refuse", {"reason": "Pas le jeudi."})
        assert awaited() == set()
        world.lab.post(f"/mandates/{seen['id']}/submit")
        assert awaited() == {"alice", "bruno"}

    def test_pages(self, world: World) -> None:
        made = [
            mandate(
                world,
                team_id=team(world, ("alice",))["id"],
                members=("alice",),
                ends_on=(START + timedelta(days=30 - n)).isoformat(),
            )
            for n in range(3)
        ]
        for sort, expected in (
            ("created_at", made),
            ("-created_at", made[::-1]),
            ("ends_on", made[::-1]),
        ):
            seen: list[str] = []
            path: str | None = f"/mandates?sort={sort}&limit=2"
            while path:
                response = world.alice.request("GET", path, expect=200)
                seen += [item["id"] for item in response.json()["items"]]
                path = response.links.get("next", {}).get("url", "").removeprefix("/api/v1") or None
            assert seen == [item["id"] for item in expected], sort

    @pytest.mark.parametrize(
        "query", ["limit=0", "sort=team_id", "state=lost", "team_id=1", "to_sign=2", "cursor=x", "offset=3"]
    )
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/mandates?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    @pytest.mark.parametrize("name", ["alice", "lab", "elected"])
    def test_constant_queries(self, world: World, name: str) -> None:
        for _ in range(3):
            made = team(world, ("alice",))
            mandate(
                world,
                team_id=made["id"],
                members=("alice",),
                sponsor_id=world.elected.id,
                slots=slots(world, "alice"),
            )
        caller = world.people[name]
        caller.get("/mandates")
        with world.counted_queries() as few:
            assert len(caller.get("/mandates?limit=1")["items"]) == 1
        with world.counted_queries() as many:
            assert len(caller.get("/mandates?limit=50")["items"]) == 3
        assert len(few) == len(many) <= 2, "the page, and who calls unless it is remembered"
