"""The authority's model mandate: its versions, what they may change, and mandates that cite them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.access.actor import system
from app.mandates.drafting_models import MandateModel
from app.mandates.model_mandate import model
from app.mandates.models import Mandate
from app.mandates.reactions import begin_model_where_there_is_none
from app.mandates.service import library
from tests.mandates.builders import mandate, team
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
SHIPPED = [clause.key for clause in model().clauses]


def fields(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


def prepared(world: World, **body: Any) -> dict[str, Any]:
    made: dict[str, Any] = world.lab.post("/mandate-models", body, expect=201)
    return made


def published(world: World, **changes: Any) -> dict[str, Any]:
    made = prepared(world)
    if changes:
        world.lab.patch(f"/mandate-models/{made['id']}", changes)
    seen: dict[str, Any] = world.lab.post(f"/mandate-models/{made['id']}/publish")
    return seen


def sent(clauses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Clauses as they are read, sent back."""
    names = ("key", "kind", "mandatory", "title", "text", "plain", "deadline")
    return [{name: clause[name] for name in names} for clause in clauses]


def by_key(clauses: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next(clause for clause in clauses if clause["key"] == key)


class TestBeginning:
    def test_a_first_mandate_begins_it(self, world: World) -> None:
        assert world.alice.get("/mandate-models")["items"] == []
        made = mandate(world)
        (first,) = world.alice.get("/mandate-models")["items"]
        assert (first["number"], first["state"], first["clauses_count"]) == (1, "in_force", len(SHIPPED))
        assert made["model_id"] == first["id"]
        assert world.event_types(first["id"]) == ["mandate_model.published"]
        again = mandate(world, team_id=team(world, ("david",))["id"], members=("david",))
        assert again["model_id"] == first["id"]

    def test_the_worker_begins_it_once(self, world: World) -> None:
        actor = system(world.authority.id)
        for expected in (1, 0):
            with world.database.transaction() as session:
                assert begin_model_where_there_is_none(session, actor, actor.today()) == expected

    def test_begun_by_two_at_once(self, world: World) -> None:
        def begin(_number: int) -> Any:
            with world.database.transaction() as session:
                return library.in_force(session, system(world.authority.id)).id

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(begin, range(8)))) == 1
        assert len(world.lab.get("/mandate-models")["items"]) == 1

    def test_it_reads_as_the_one_that_is_shipped(self, world: World) -> None:
        mandate(world)
        (first,) = world.alice.get("/mandate-models")["items"]
        detail = world.alice.get(f"/mandate-models/{first['id']}")
        assert [clause["key"] for clause in detail["clauses"]] == SHIPPED
        assert by_key(detail["clauses"], "resultat")["deadline"]["owner"] == "agent"
        assert {clause["kind"] for clause in detail["clauses"] if clause["fixed"]} == {
            "time", "relief", "protection_agents", "protection_leaders",
        }  # fmt: skip
        assert detail["preamble"] == model().preamble


class TestPrepare:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/mandate-models", {}, expect=401)

    @pytest.mark.parametrize("name", ["alice", "hr", "dgs", "elected", "coach"])
    def test_others(self, world: World, name: str) -> None:
        world.people[name].post("/mandate-models", {}, expect=403)

    def test_it_begins_as_the_one_in_force(self, world: World) -> None:
        made = prepared(world, note="Les juristes ont relu.")
        assert (made["number"], made["state"], made["note"]) == (2, "draft", "Les juristes ont relu.")
        assert [clause["key"] for clause in made["clauses"]] == SHIPPED
        assert made["possible_moves"] == ["publish"]
        assert world.event_types(made["id"]) == ["mandate_model.drafted"]

    def test_one_at_a_time(self, world: World) -> None:
        prepared(world)
        problem = world.lab.post("/mandate-models", {}, expect=409)
        assert problem["type"].endswith("model-in-preparation")

    def test_two_at_once(self, world: World) -> None:
        mandate(world)
        with ThreadPoolExecutor(4) as pool:
            answers = list(
                pool.map(
                    lambda _n: world.lab.request("POST", "/mandate-models", json={}).status_code, range(4)
                )
            )
        assert sorted(answers) == [201, 409, 409, 409]

    def test_given_up(self, world: World) -> None:
        made = prepared(world)
        world.alice.delete(f"/mandate-models/{made['id']}", expect=403)
        world.lab.delete(f"/mandate-models/{made['id']}")
        world.lab.get(f"/mandate-models/{made['id']}", expect=404)
        assert world.event_types(made["id"]) == ["mandate_model.drafted", "mandate_model.discarded"]
        assert prepared(world)["number"] == 2

    def test_what_is_published_is_not_given_up(self, world: World) -> None:
        made = published(world)
        problem = world.lab.delete(f"/mandate-models/{made['id']}", expect=409)
        assert problem["type"].endswith("model-published")

    def test_a_clause_shipped_since_then_comes_last(self, world: World) -> None:
        with world.database.transaction() as session:
            first = library.in_force(session, system(world.authority.id))
            session.connection().exec_driver_sql("DELETE FROM mandate_model_clauses WHERE key = 'fin'")
            assert first.number == 1
        assert [clause["key"] for clause in prepared(world)["clauses"]][-1] == "fin"


class TestEdit:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.patch(f"/mandate-models/{UNKNOWN}", {}, expect=401)

    def test_others(self, world: World) -> None:
        made = prepared(world)
        world.hr.patch(f"/mandate-models/{made['id']}", {"note": "x"}, expect=403)
        world.lab.patch(f"/mandate-models/{UNKNOWN}", {"note": "x"}, expect=404)

    def test_needs_the_version(self, world: World) -> None:
        made = prepared(world)
        path = f"/mandate-models/{made['id']}"
        world.lab.request("PATCH", path, json={"note": "x"}, expect=428)
        world.lab.patch(path, {"note": "x"}, version=9, expect=412)
        edited = world.lab.patch(path, {"note": "x", "title": "Mandat de {team_name}"}, version=1)
        assert (edited["note"], edited["title"], edited["version"]) == ("x", "Mandat de {team_name}", 2)
        assert world.event_types(made["id"])[-1] == "mandate_model.edited"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"title": "Pour {nobody}"}, "title"),
            ({"preamble": "Pour {nobody}"}, "preamble"),
            ({"title": " "}, "title"),
            ({"clauses": [{"key": "Clé"}]}, "clauses.0.key"),
            ({"unknown": 1}, "unknown"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        made = prepared(world)
        assert field in fields(world.lab.patch(f"/mandate-models/{made['id']}", change, expect=422))

    def test_a_mandatory_clause_of_essaim_stays(self, world: World) -> None:
        made = prepared(world)
        kept = [clause for clause in sent(made["clauses"]) if clause["key"] not in {"fin", "moyens"}]
        problem = world.lab.patch(f"/mandate-models/{made['id']}", {"clauses": kept}, expect=422)
        assert fields(problem) == ["clauses"]
        assert "La fin" in problem["errors"][0]["detail"]

    def test_what_protects_is_only_added_to(self, world: World) -> None:
        made = prepared(world)
        clauses = sent(made["clauses"])
        at = SHIPPED.index("droit-a-l-erreur")
        weaker = [*clauses[:at], {**clauses[at], "text": "Un essai peut échouer."}, *clauses[at + 1 :]]
        path = f"/mandate-models/{made['id']}"
        problem = world.lab.patch(path, {"clauses": weaker}, expect=422)
        assert fields(problem) == [f"clauses.{at}.text"]
        assert "Le droit de se tromper" in problem["errors"][0]["detail"]
        added = "Chaque essai arrêté donne lieu à un récit, lu en comité de direction."
        clauses[at] |= {
            "text": f"{clauses[at]['text']}\r\n\r\n{added}\r\n",
            "kind": "other",
            "mandatory": False,
        }
        edited = by_key(world.lab.patch(path, {"clauses": clauses})["clauses"], "droit-a-l-erreur")
        assert edited["text"] == f"{by_key(made['clauses'], 'droit-a-l-erreur')['text']}\n\n{added}"
        assert (edited["kind"], edited["mandatory"]) == ("protection_agents", True)

    def test_lawyers_rewrite_the_rest(self, world: World) -> None:
        made = prepared(world)
        clauses = sent(made["clauses"])
        by_key(clauses, "signature")["text"] = "Le mandat est signé."
        own = {"key": "cles", "title": "Les clés", "text": "Elles sont rendues.", "plain": "Rendez-les."}
        deadline = {"days": 3, "owner": "guarantor", "what": "avoir donné les clés"}
        clauses += [{**own, "mandatory": True, "kind": "means", "deadline": deadline}]
        edited = world.lab.patch(f"/mandate-models/{made['id']}", {"clauses": clauses})["clauses"]
        assert by_key(edited, "signature")["text"] == "Le mandat est signé."
        made_own = edited[-1]
        assert (made_own["mandatory"], made_own["kind"], made_own["shipped"]) == (True, "means", False)
        assert made_own["deadline"] == deadline

    def test_not_once_published(self, world: World) -> None:
        made = published(world)
        problem = world.lab.patch(f"/mandate-models/{made['id']}", {"note": "x"}, expect=409)
        assert problem["type"].endswith("model-published")


class TestPublish:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandate-models/{UNKNOWN}/publish", expect=401)

    def test_the_former_stays_readable_and_cited(self, world: World) -> None:
        before = mandate(world)
        second = published(world, note="Les juristes ont relu.")
        assert (second["state"], second["number"]) == ("in_force", 2)
        former = world.alice.get(f"/mandate-models/{before['model_id']}")
        assert (former["state"], former["number"]) == ("former", 1)
        assert former["replaced_at"] == second["published_at"]
        after = mandate(world, team_id=team(world, ("david",))["id"], members=("david",))
        assert after["model_id"] == second["id"]
        assert world.lab.get(f"/mandates/{before['id']}")["model_id"] == former["id"]
        assert world.event_types(second["id"])[-1] == "mandate_model.published"

    def test_a_strengthened_clause_may_stay_so(self, world: World) -> None:
        first = prepared(world)
        clauses = sent(first["clauses"])
        by_key(clauses, "reprise")["text"] += "\n\nDeux reprises de suite sont portées au sponsor."
        world.lab.patch(f"/mandate-models/{first['id']}", {"clauses": clauses})
        world.lab.post(f"/mandate-models/{first['id']}/publish")
        second = prepared(world)
        world.lab.patch(f"/mandate-models/{second['id']}", {"clauses": sent(second["clauses"])})
        seen = world.lab.get(f"/mandate-models/{second['id']}")
        assert by_key(seen["clauses"], "reprise")["text"].endswith("portées au sponsor.")

    def test_twice(self, world: World) -> None:
        made = published(world)
        problem = world.lab.post(f"/mandate-models/{made['id']}/publish", expect=409)
        assert problem["type"].endswith("move-refused")

    def test_at_once(self, world: World) -> None:
        made = prepared(world)
        with ThreadPoolExecutor(4) as pool:
            answers = list(
                pool.map(
                    lambda _n: world.lab.request("POST", f"/mandate-models/{made['id']}/publish").status_code,
                    range(4),
                )
            )
        assert sorted(answers) == [200, 409, 409, 409]
        with world.database.read() as connection:
            states = connection.execute(select(col(MandateModel.state))).scalars().all()
        assert sorted(states) == ["former", "in_force"]


class TestReading:
    def test_anonymous(self, world: World) -> None:
        for path in ("", f"/{UNKNOWN}", f"/{UNKNOWN}/differences"):
            world.anonymous.get(f"/mandate-models{path}", expect=401)

    def test_another_authority(self, world: World) -> None:
        made = prepared(world)
        with World.build(world.app, world.database, slug="haute-arlene") as other:
            assert other.lab.get("/mandate-models")["items"] == []
            for path in ("", "/differences"):
                other.lab.get(f"/mandate-models/{made['id']}{path}", expect=404)
            mine = prepared(other)
            other.lab.get(f"/mandate-models/{mine['id']}/differences?from={made['id']}", expect=404)

    def test_pages_and_filters(self, world: World) -> None:
        for _ in range(2):
            published(world)
        prepared(world)
        page = world.alice.get("/mandate-models?limit=3")
        assert [item["number"] for item in page["items"]] == [4, 3, 2]
        rest = world.alice.get(f"/mandate-models?limit=3&cursor={page['next_cursor']}")
        assert [item["number"] for item in rest["items"]] == [1]
        former = world.alice.get("/mandate-models?state=former&sort=number")["items"]
        assert [item["number"] for item in former] == [1, 2]
        world.alice.get("/mandate-models?state=lost", expect=422)

    def test_constant_queries(self, world: World) -> None:
        prepared(world)
        world.alice.get("/mandate-models")
        with world.counted_queries() as few:
            world.alice.get("/mandate-models?limit=1")
        with world.counted_queries() as many:
            assert len(world.alice.get("/mandate-models")["items"]) == 2
        assert len(few) == len(many) <= 2

    def test_what_a_version_changes(self, world: World) -> None:
        made = prepared(world)
        clauses = [clause for clause in sent(made["clauses"]) if clause["key"] != "publication"]
        by_key(clauses, "moyens")["text"] = by_key(clauses, "moyens")["text"].replace(
            "une demi-journée", "deux jours"
        )
        world.lab.patch(f"/mandate-models/{made['id']}", {"clauses": clauses})
        found = world.alice.get(f"/mandate-models/{made['id']}/differences")
        assert (found["before"], found["after"], found["is_empty"]) == ("1", "2", False)
        changed = {clause["key"]: clause for clause in found["clauses"] if clause["change"] != "same"}
        assert {key: clause["change"] for key, clause in changed.items()} == {
            "moyens": "changed",
            "publication": "removed",
        }
        assert {"change": "removed", "text": "une demi-journée"} in changed["moyens"]["text"]
        first = world.alice.get("/mandate-models?state=in_force")["items"][0]["id"]
        assert not world.alice.get(f"/mandate-models/{first}/differences")["is_empty"]
        same = world.alice.get(f"/mandate-models/{first}/differences?from={first}")
        assert same["is_empty"]


class TestOldMandates:
    def test_one_that_cites_no_version_is_held_to_its_own_clauses(self, world: World) -> None:
        """A draft older than the versions of the model: its words are free, its mandatory clauses stay."""
        made = mandate(world)
        with world.database.transaction() as session:
            session.get_one(Mandate, UUID(made["id"])).model_id = None
            session.connection().exec_driver_sql("DELETE FROM mandate_clauses WHERE key = 'reprise'")
        path = f"/mandates/{made['id']}"
        seen = world.lab.get(path)
        assert seen["model_id"] is None
        written = [
            {name: clause[name] for name in ("key", "title", "text", "plain")} for clause in seen["clauses"]
        ]
        by_key(written, "mission")["text"] = "La mission : {purpose}"
        edited = world.lab.patch(path, {"clauses": written})
        assert by_key(edited["clauses"], "mission")["text"] == "La mission : {purpose}"
        assert by_key(edited["clauses"], "mission")["mandatory"]
        problem = world.lab.patch(path, {"clauses": written[1:]}, expect=422)
        assert fields(problem) == ["clauses"]
        assert not world.lab.get(f"{path}/differences")["is_empty"]
        assert world.lab.post(f"{path}/submit")["state"] == "in_signature"
