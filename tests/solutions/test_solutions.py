"""The API of solutions: anonymous, then the stranger, then the rightful person."""

import threading
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.solutions.lifecycle import SOLUTIONS, SolutionState
from app.solutions.models import Solution
from tests.solutions.builders import REASON, TEXTS, adoption, solution
from tests.support.world import World
from tests.teams.builders import team

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


class TestDraft:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/solutions", {}, expect=401)

    def test_stranger(self, world: World) -> None:
        form = {"team_id": team(world)["id"], **TEXTS}
        for name in ("alice", "david", "head_dep", "hr"):
            assert "équipe" in world.people[name].post("/solutions", form, expect=403)["detail"]
        world.elected.post("/solutions", form, expect=422)
        world.machine("programme:read").post("/solutions", form, expect=403)

    @pytest.mark.parametrize("name", ["bruno", "chloe", "coach", "lab"])
    def test_team(self, world: World, name: str) -> None:
        made = team(world)
        form = {"team_id": made["id"], **TEXTS, "cost": "480 €", "result": "Plus une panne."}
        response = world.people[name].request("POST", "/solutions", json=form, expect=201)
        drafted = response.json()
        assert drafted | form == drafted
        assert (drafted["state"], drafted["possible_moves"]) == ("draft", ["publish"])
        assert (drafted["team_name"], drafted["directorate_name"]) == (
            "Les Portiers",
            "Direction des espaces publics",
        )
        assert (drafted["adoptions"], drafted["in_use"]) == (0, 0)
        read = world.people[name].request("GET", response.headers["location"].removeprefix("/api/v1"))
        assert read.json() == drafted
        assert read.headers["etag"] == response.headers["etag"]
        assert world.event_types(drafted["id"]) == ["solution.drafted"]

    def test_machine(self, world: World) -> None:
        form = {"team_id": team(world)["id"], **TEXTS}
        world.machine("programme:read", "programme:write").post("/solutions", form, expect=201)

    def test_may_begin_with_little(self, world: World) -> None:
        form = {"team_id": team(world)["id"], "title": "T", "problem": "P"}
        drafted = world.bruno.post("/solutions", form, expect=201)
        assert drafted["how_to_adopt"] == drafted["cost"] == ""

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"team_id": UNKNOWN}, "team_id"),
            ({"team_id": "x"}, "team_id"),
            ({"title": " "}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"problem": ""}, "problem"),
            ({"problem": None}, "problem"),
            ({"cost": "a\0b"}, "cost"),
            ({"result": "x" * 5001}, "result"),
            ({"state": "published"}, "state"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        form = {"team_id": team(world)["id"], **TEXTS, **change}
        problem = world.bruno.post("/solutions", form, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_team_of_another_authority(self, app: Any, world: World) -> None:
        theirs = team(world)["id"]
        with World.build(app, world.database, slug="haute-arlene") as other:
            problem = other.lab.post("/solutions", {"team_id": theirs, **TEXTS}, expect=422)
            assert problem["errors"][0]["field"] == "team_id"

    def test_whoever_left_the_team(self, world: World) -> None:
        made = team(world)
        world.lab.delete(f"/teams/{made['id']}/members/{world.chloe.id}")
        world.chloe.post("/solutions", {"team_id": made["id"], **TEXTS}, expect=403)


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/solutions/{UNKNOWN}", expect=401)

    def test_draft(self, world: World) -> None:
        path = f"/solutions/{solution(world, 'draft')['id']}"
        for name in ("alice", "david", "head_dep", "hr", "elected", "dgs"):
            world.people[name].get(path, expect=404)
        for name in ("bruno", "chloe", "coach", "lab"):
            world.people[name].get(path)
        world.machine("hr:read").get(path, expect=404)
        world.machine("programme:read").get(path)

    @pytest.mark.parametrize("state", ["published", "retired"])
    def test_known(self, world: World, state: str) -> None:
        path = f"/solutions/{solution(world, state)['id']}"
        for name in ("alice", "head_dej", "hr", "elected", "bruno", "lab"):
            assert world.people[name].get(path)["title"] == TEXTS["title"]

    def test_no_name_for_anybody(self, world: World) -> None:
        path = f"/solutions/{solution(world)['id']}"
        text = world.elected.request("GET", path).text + world.elected.request("GET", "/solutions").text
        for name in ("BRUNO", "CHLOE", "COACH", world.bruno.id, world.coach.id):
            assert name not in text

    def test_another_authority(self, app: Any, world: World) -> None:
        made = solution(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.lab.get(f"/solutions/{made['id']}", expect=404)
            other.alice.get(f"/solutions/{made['id']}", expect=404)
            other.lab.post(f"/solutions/{made['id']}/retire", REASON, expect=404)
            other.lab.patch(f"/solutions/{made['id']}", {"title": "T"}, expect=404)
            assert other.lab.get("/solutions")["items"] == []

    def test_unknown(self, world: World) -> None:
        world.lab.get(f"/solutions/{UNKNOWN}", expect=404)
        world.lab.get("/solutions/1", expect=422)

    def test_not_modified(self, world: World) -> None:
        path = f"/solutions/{solution(world)['id']}"
        tag = world.alice.request("GET", path).headers["etag"]
        assert world.alice.request("GET", path, headers={"If-None-Match": tag}).status_code == 304


class TestList:
    def test_whoever_may_not(self, world: World) -> None:
        world.anonymous.get("/solutions", expect=401)
        world.machine("hr:read").get("/solutions", expect=403)

    def test_drafts_of_ones_teams(self, world: World) -> None:
        draft, known = solution(world, "draft"), solution(world)
        for name in ("bruno", "chloe", "coach", "lab"):
            assert set(ids(world.people[name].get("/solutions"))) == {draft["id"], known["id"]}
        for name in ("alice", "elected", "hr"):
            assert ids(world.people[name].get("/solutions")) == [known["id"]]
        assert len(world.machine("programme:read").get("/solutions")["items"]) == 2

    def test_filters(self, world: World) -> None:
        first = solution(world)
        second = solution(world, team_id=first["team_id"], title="Un autre")
        third = solution(world, "retired")
        get = world.alice.get
        assert ids(get("/solutions")) == [third["id"], second["id"], first["id"]]
        assert ids(get("/solutions?sort=created_at")) == [first["id"], second["id"], third["id"]]
        assert ids(get("/solutions?state=retired")) == [third["id"]]
        assert ids(get(f"/solutions?team_id={first['team_id']}")) == [second["id"], first["id"]]
        assert len(ids(get(f"/solutions?directorate_id={world.directorate_id('DEP')}"))) == 3
        assert ids(get(f"/solutions?directorate_id={world.directorate_id('DSI')}")) == []
        both = f"/solutions?state=published&state=retired&team_id={third['team_id']}"
        assert ids(get(both)) == [third["id"]]

    def test_search(self, world: World) -> None:
        found = solution(world, title="Pointer les repas une seule fois", result="Fiches rangées")
        solution(world)
        for text in ("repas", "REPAS pointés", "fiche rangée", "matinée pointer"):
            assert ids(world.elected.get("/solutions", params={"q": text})) == [found["id"]], text
        assert ids(world.elected.get("/solutions", params={"q": "piscine"})) == []
        world.bruno.patch(f"/solutions/{found['id']}", {"cost": "Une piscine"})
        assert ids(world.elected.get("/solutions", params={"q": "piscine"})) == [found["id"]]

    def test_by_spread(self, world: World) -> None:
        none, two, one = (solution(world, title=title) for title in ("aucune", "deux", "une"))
        adoption(world, solution_id=one["id"])
        adoption(world, solution_id=two["id"])
        adoption(world, "in_use", by="head_dej", directorate="DEJ", solution_id=two["id"])
        adoption(world, "dropped", by="head_dej", directorate="DEJ", solution_id=none["id"])
        seen: list[dict[str, Any]] = []
        path = "/solutions?sort=-adoptions&limit=1"
        while True:
            response = world.alice.request("GET", path, expect=200)
            seen += response.json()["items"]
            if "next" not in response.links:
                break
            path = response.links["next"]["url"].removeprefix("/api/v1")
        assert [(item["id"], item["adoptions"], item["in_use"]) for item in seen] == [
            (two["id"], 2, 1),
            (one["id"], 1, 0),
            (none["id"], 0, 0),
        ]

    @pytest.mark.parametrize("query", ["sort=title", "state=lost", "team_id=x", "cursor=x", "limit=0", "r=1"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/solutions?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    def test_constant_queries(self, world: World) -> None:
        made = team(world)["id"]
        for _ in range(4):
            solution(world, team_id=made)
        with world.counted_queries() as few:
            world.alice.get("/solutions?limit=1")
        with world.counted_queries() as many:
            world.alice.get("/solutions")
        assert len(few) == len(many) == 2, "who calls, and the page"


class TestEdit:
    @pytest.mark.parametrize("state", ["draft", "published"])
    def test_team(self, world: World, state: str) -> None:
        made = solution(world, state)
        path = f"/solutions/{made['id']}"
        world.bruno.request("PATCH", path, json={"cost": "480 €"}, expect=428)
        world.bruno.patch(path, {"cost": "480 €"}, version=made["version"] + 1, expect=412)
        edited = world.bruno.patch(path, {"cost": "480 €"}, version=made["version"])
        assert (edited["cost"], edited["version"]) == ("480 €", made["version"] + 1)
        assert edited["problem"] == TEXTS["problem"]
        for name in ("chloe", "coach", "lab"):
            world.people[name].patch(path, {"cost": name})
        assert world.event_types(made["id"])[-1] == "solution.edited"

    def test_stranger(self, world: World) -> None:
        known, draft = solution(world), solution(world, "draft")
        for name in ("alice", "head_dep", "elected"):
            world.people[name].patch(f"/solutions/{known['id']}", {"title": "T"}, expect=403)
            world.people[name].patch(f"/solutions/{draft['id']}", {"title": "T"}, expect=404)

    def test_retired(self, world: World) -> None:
        made = solution(world, "retired")
        problem = world.lab.patch(f"/solutions/{made['id']}", {"title": "T"}, expect=409)
        assert problem["type"].endswith("solution-retired")

    @pytest.mark.parametrize("change", [{"how_to_adopt": ""}, {"how_to_adopt": None}, {"team_id": UNKNOWN}])
    def test_bad_field(self, world: World, change: dict[str, Any]) -> None:
        problem = world.bruno.patch(f"/solutions/{solution(world)['id']}", change, expect=422)
        assert problem["errors"][0]["field"] == next(iter(change))


FORMS: dict[str, Any] = {"publish": None, "retire": REASON}


class TestMoves:
    @pytest.mark.parametrize("state", SolutionState)
    @pytest.mark.parametrize("move", SOLUTIONS.moves, ids=lambda move: move.verb)
    def test_each_from_each_state(self, world: World, state: SolutionState, move: Any) -> None:
        made = solution(world, state.value)
        path = f"/solutions/{made['id']}/{move.verb}"
        if state in move.sources:
            moved = world.coach.post(path, FORMS[move.verb])
            assert moved["state"] == move.target.value
            assert moved["version"] == made["version"] + 1
            return
        problem = world.coach.post(path, FORMS[move.verb], expect=409)
        assert problem["state"] == state.value
        assert problem["possible_moves"] == list(SOLUTIONS.possible(state)) == made["possible_moves"]

    def test_who(self, world: World) -> None:
        draft, known = solution(world, "draft"), solution(world)
        for name in ("bruno", "chloe"):
            world.people[name].post(f"/solutions/{draft['id']}/publish", expect=403)
        for name in ("alice", "head_dep", "elected"):
            world.people[name].post(f"/solutions/{draft['id']}/publish", expect=404)
            world.people[name].post(f"/solutions/{known['id']}/retire", REASON, expect=403)
        world.lab.post(f"/solutions/{draft['id']}/publish")
        world.lab.post(f"/solutions/{known['id']}/retire", REASON)

    def test_an_incomplete_solution_is_not_published(self, world: World) -> None:
        form = {"team_id": team(world)["id"], "title": "T", "problem": "P", "to_adapt": "A"}
        path = f"/solutions/{world.bruno.post('/solutions', form)['id']}"
        problem = world.coach.post(f"{path}/publish", expect=409)
        assert problem["type"].endswith("solution-incomplete")
        assert {error["field"] for error in problem["errors"]} == {"description", "how_to_adopt"}
        assert world.coach.get(path)["state"] == "draft"
        world.bruno.patch(path, {"description": "D", "how_to_adopt": "H"})
        assert world.coach.post(f"{path}/publish")["published_at"]

    def test_retiring_says_why(self, world: World) -> None:
        path = f"/solutions/{solution(world)['id']}"
        world.lab.post(f"{path}/retire", {}, expect=422)
        world.lab.post(f"{path}/retire", {"reason": " "}, expect=422)
        world.lab.post(f"{path}/retire", REASON)
        assert world.alice.get(path)["reason"] == REASON["reason"]

    def test_events(self, world: World) -> None:
        made = solution(world, "retired")
        assert world.event_types(made["id"]) == [
            "solution.drafted",
            "solution.published",
            "solution.retired",
        ]

    def test_one_of_two_racers_wins(self, world: World) -> None:
        made = solution(world, "draft")
        answers: list[int] = []

        def publish() -> None:
            answers.append(world.lab.request("POST", f"/solutions/{made['id']}/publish").status_code)

        threads = [threading.Thread(target=publish) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409, 409, 409, 409, 409]
        with world.database.read() as connection:
            assert connection.execute(select(col(Solution.version))).scalar() == 2
