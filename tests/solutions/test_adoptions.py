"""The API of adoptions: nobody imposes a solution."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.people.models import Directorate
from app.solutions.lifecycle import ADOPTIONS, AdoptionState
from app.solutions.models import Adoption, SolutionTally
from tests.solutions.builders import FORMS, REASON, adoption, solution
from tests.support.world import World, bare

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def form(world: World, directorate: str = "DSI", **fields: Any) -> dict[str, Any]:
    return {
        "solution_id": fields.pop("solution_id", None) or solution(world)["id"],
        "directorate_id": world.directorate_id(directorate),
        "note": "Le même moteur.",
        **fields,
    }


def tally(world: World, solution_id: str) -> tuple[int, int]:
    read = world.lab.get(f"/solutions/{solution_id}")
    return read["adoptions"], read["in_use"]


class TestDeclare:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/adoptions", {}, expect=401)

    @pytest.mark.parametrize("name", ["head_dsi", "chloe"])
    def test_people_of_the_directorate(self, world: World, name: str) -> None:
        response = world.people[name].request("POST", "/adoptions", json=form(world), expect=201)
        made = response.json()
        assert (made["state"], made["possible_moves"]) == ("interested", ["adapt", "drop"])
        assert made["contact_id"] == world.people[name].id
        assert made["contact_name"] == world.people[name].agent.name
        assert made["solution_title"] == "Un portail qui s'ouvre l'hiver"
        assert made["directorate_name"] == "Direction des systèmes d'information"
        read = world.alice.request("GET", response.headers["location"].removeprefix("/api/v1"), expect=200)
        assert bare(read.json()) == bare(made)
        assert world.event_types(made["id"]) == ["adoption.declared"]
        assert tally(world, made["solution_id"]) == (1, 0)

    def test_lab_on_behalf(self, world: World) -> None:
        made = world.lab.post("/adoptions", form(world), expect=201)
        assert made["contact_id"] is None
        machine = world.machine("programme:read", "programme:write")
        assert machine.post("/adoptions", form(world, "DEJ"), expect=201)["contact_id"] is None

    def test_people_of_another_directorate(self, world: World) -> None:
        asked = form(world)
        for name in ("alice", "head_dep", "bruno", "coach", "hr", "elected", "dgs"):
            assert "direction" in world.people[name].post("/adoptions", asked, expect=403)["detail"]
        world.machine("programme:read").post("/adoptions", asked, expect=403)

    def test_people_of_a_service_under_it(self, world: World) -> None:
        world.add_directorate("DSI-RES", "Réseaux", parent="DSI")
        world.add_person("emma", "DSI-RES")
        made = world.emma.post("/adoptions", form(world), expect=201)
        assert made["contact_id"] == world.emma.id
        asked = form(world, "DSI-RES", solution_id=made["solution_id"])
        world.chloe.post("/adoptions", asked, expect=403)

    def test_an_organisation_chart_that_turns_in_circles(self, world: World) -> None:
        service = world.add_directorate("DSI-RES", "Réseaux", parent="DSI")
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DSI"].id).parent_id = service.id
        world.chloe.post("/adoptions", form(world, "DEJ"), expect=403)
        world.chloe.post("/adoptions", form(world), expect=201)

    def test_contact(self, world: World) -> None:
        made = world.lab.post("/adoptions", form(world, contact_id=world.chloe.id), expect=201)
        assert made["contact_name"] == "Chloe CHLOE"
        problem = world.lab.post("/adoptions", form(world, "DEJ", contact_id=world.chloe.id), expect=422)
        assert problem["type"].endswith("contact-elsewhere")
        assert problem["errors"][0]["field"] == "contact_id"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"solution_id": UNKNOWN}, "solution_id"),
            ({"directorate_id": UNKNOWN}, "directorate_id"),
            ({"contact_id": UNKNOWN}, "contact_id"),
            ({"note": ""}, "note"),
            ({"note": None}, "note"),
            ({"state": "in_use"}, "state"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        problem = world.lab.post("/adoptions", form(world) | change, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_a_draft_does_not_exist_yet(self, world: World) -> None:
        draft = solution(world, "draft")
        problem = world.head_dsi.post("/adoptions", form(world, solution_id=draft["id"]), expect=422)
        assert problem["errors"][0]["field"] == "solution_id"
        assert world.lab.post("/adoptions", form(world, solution_id=draft["id"]), expect=409)[
            "type"
        ].endswith("not-to-be-adopted")

    def test_a_retired_solution(self, world: World) -> None:
        retired = solution(world, "retired")
        problem = world.head_dsi.post("/adoptions", form(world, solution_id=retired["id"]), expect=409)
        assert problem["type"].endswith("not-to-be-adopted")

    def test_one_at_a_time(self, world: World) -> None:
        made = adoption(world)
        again = form(world, solution_id=made["solution_id"])
        problem = world.chloe.post("/adoptions", again, expect=409)
        assert problem["type"].endswith("already-adopted")
        assert tally(world, made["solution_id"]) == (1, 0)
        world.head_dej.post("/adoptions", form(world, "DEJ", solution_id=made["solution_id"]), expect=201)
        world.head_dsi.post(f"/adoptions/{made['id']}/drop", FORMS["drop"])
        world.chloe.post("/adoptions", again, expect=201)
        assert tally(world, made["solution_id"]) == (2, 0)

    def test_one_of_many_racers_wins(self, world: World) -> None:
        asked = form(world)
        answers: list[int] = []

        def declare(name: str) -> None:
            answers.append(world.people[name].request("POST", "/adoptions", json=asked).status_code)

        names = ["head_dsi", "chloe", "lab"] * 2
        threads = [threading.Thread(target=declare, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201, 409, 409, 409, 409, 409]
        assert tally(world, asked["solution_id"]) == (1, 0)

    def test_another_authority(self, app: Any, world: World) -> None:
        asked = form(world)
        made = adoption(world, solution_id=asked["solution_id"])
        with World.build(app, world.database, slug="haute-arlene") as other:
            assert other.lab.post("/adoptions", asked, expect=422)["errors"][0]["field"] == "solution_id"
            other.lab.get(f"/adoptions/{made['id']}", expect=404)
            other.head_dsi.post(f"/adoptions/{made['id']}/adapt", FORMS["adapt"], expect=404)
            assert other.lab.get("/adoptions")["items"] == []


class TestMoves:
    @pytest.mark.parametrize("state", AdoptionState)
    @pytest.mark.parametrize("move", ADOPTIONS.moves, ids=lambda move: move.verb)
    def test_each_from_each_state(self, world: World, state: AdoptionState, move: Any) -> None:
        made = adoption(world, state.value)
        path = f"/adoptions/{made['id']}/{move.verb}"
        if state in move.sources:
            moved = world.head_dsi.post(path, FORMS[move.verb])
            assert moved["state"] == move.target.value
            for name, text in FORMS[move.verb].items():
                assert moved[name] == text
            return
        problem = world.head_dsi.post(path, FORMS[move.verb], expect=409)
        assert problem["state"] == state.value
        assert problem["possible_moves"] == list(ADOPTIONS.possible(state)) == made["possible_moves"]

    @pytest.mark.parametrize("verb", FORMS)
    def test_who(self, world: World, verb: str) -> None:
        made = adoption(world, "adapting" if verb == "use" else "interested", by="chloe")
        path = f"/adoptions/{made['id']}/{verb}"
        for name in ("lab", "coach", "bruno", "head_dep", "dgs", "elected", "hr"):
            assert "direction" in world.people[name].post(path, FORMS[verb], expect=403)["detail"]
        world.machine("programme:read", "programme:write").post(path, FORMS[verb], expect=403)
        world.anonymous.post(path, FORMS[verb], expect=401)
        world.head_dsi.post(path, FORMS[verb])

    def test_contact_moves_it(self, world: World) -> None:
        made = adoption(world, "in_use", by="chloe")
        assert world.event_types(made["id"]) == [
            "adoption.declared",
            "adoption.started",
            "adoption.used",
        ]

    def test_texts(self, world: World) -> None:
        path = f"/adoptions/{adoption(world)['id']}"
        assert world.head_dsi.post(f"{path}/adapt", {}, expect=422)["errors"][0]["field"] == "what"
        assert world.head_dsi.post(f"{path}/drop", {}, expect=422)["errors"][0]["field"] == "reason"
        world.head_dsi.post(f"{path}/adapt", FORMS["adapt"])
        assert world.head_dsi.post(f"{path}/use", {})["result"] is None

    def test_tally(self, world: World) -> None:
        made = adoption(world, "in_use")
        assert tally(world, made["solution_id"]) == (1, 1)
        other = adoption(world, by="head_dej", directorate="DEJ", solution_id=made["solution_id"])
        assert tally(world, made["solution_id"]) == (2, 1)
        world.head_dej.post(f"/adoptions/{other['id']}/drop", FORMS["drop"])
        assert tally(world, made["solution_id"]) == (1, 1)

    def test_racers_count_once(self, world: World) -> None:
        made = adoption(world, "adapting")
        answers: list[int] = []

        def move(verb: str) -> None:
            path = f"/adoptions/{made['id']}/{verb}"
            answers.append(world.head_dsi.request("POST", path, json=FORMS[verb]).status_code)

        threads = [threading.Thread(target=move, args=(verb,)) for verb in ["use", "drop"] * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409, 409, 409, 409, 409]
        state = world.lab.get(f"/adoptions/{made['id']}")["state"]
        assert tally(world, made["solution_id"]) == ((1, 1) if state == "in_use" else (0, 0))

    def test_lives_on_when_the_solution_is_retired(self, world: World) -> None:
        made = adoption(world)
        world.lab.post(f"/solutions/{made['solution_id']}/retire", REASON)
        path = f"/adoptions/{made['id']}"
        world.head_dsi.post(f"{path}/adapt", FORMS["adapt"])
        assert world.head_dsi.post(f"{path}/use", {})["state"] == "in_use"
        assert tally(world, made["solution_id"]) == (1, 1)


class TestRead:
    def test_whoever_may_not(self, world: World) -> None:
        path = f"/adoptions/{adoption(world)['id']}"
        machine = world.machine("hr:read", "events:read")
        for asked in ("/adoptions", path):
            world.anonymous.get(asked, expect=401)
            machine.get(asked, expect=403)
        world.lab.get(f"/adoptions/{UNKNOWN}", expect=404)

    def test_elected_members_read_no_names(self, world: World) -> None:
        made = adoption(world, by="chloe")
        assert world.alice.get(f"/adoptions/{made['id']}")["contact_name"] == "Chloe CHLOE"
        for text in ("/adoptions", f"/adoptions/{made['id']}"):
            answer = world.elected.request("GET", text, expect=200).text
            assert "CHLOE" not in answer
            assert world.chloe.id not in answer

    def test_filters(self, world: World) -> None:
        first = adoption(world)
        second = adoption(world, "in_use", by="head_dej", directorate="DEJ")

        def found(query: str = "") -> list[str]:
            return [item["id"] for item in world.alice.get(f"/adoptions?{query}")["items"]]

        assert found() == [second["id"], first["id"]]
        assert found("sort=created_at") == [first["id"], second["id"]]
        assert found(f"solution_id={first['solution_id']}") == [first["id"]]
        assert found(f"directorate_id={world.directorate_id('DEJ')}") == [second["id"]]
        assert found("state=in_use&state=dropped") == [second["id"]]
        page = world.alice.get("/adoptions?limit=1")
        assert [second["id"], *found(f"limit=1&cursor={page['next_cursor']}")] == [
            second["id"],
            first["id"],
        ]

    @pytest.mark.parametrize("query", ["sort=-note", "state=lost", "solution_id=x", "cursor=x", "limit=201"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/adoptions?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    def test_constant_queries(self, world: World) -> None:
        made = adoption(world)
        adoption(world, by="head_dej", directorate="DEJ", solution_id=made["solution_id"])
        with world.counted_queries() as few:
            world.alice.get("/adoptions?limit=1")
        with world.counted_queries() as many:
            world.alice.get("/adoptions")
        assert len(few) == len(many) == 2, "who calls, and the page"


def test_the_tally_agrees_with_the_rows(world: World) -> None:
    made = solution(world)
    adoption(world, "in_use", solution_id=made["id"])
    adoption(world, "dropped", by="head_dej", directorate="DEJ", solution_id=made["id"])
    adoption(world, "adapting", by="head_dep", directorate="DEP", solution_id=made["id"])
    with world.database.read() as connection:
        live = connection.execute(
            select(func.count()).select_from(Adoption).where(col(Adoption.state) != "dropped")
        ).scalar_one()
        counted = connection.execute(select(col(SolutionTally.adoptions))).scalar_one()
    assert live == counted == 2
