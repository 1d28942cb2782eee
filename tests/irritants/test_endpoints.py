"""The API of irritants: anonymous, then the stranger, then the rightful person."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.irritants.models import Irritant, IrritantTally, IrritantVote
from tests.support.world import World, qualified, report

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


class TestReport:
    def test_anonymous(self, world: World) -> None:
        problem = world.anonymous.post("/irritants", {}, expect=401)
        assert problem["type"] == "urn:essaim:problem:unauthenticated"

    def test_anonymous_learns_nothing_from_a_broken_body(self, world: World) -> None:
        world.anonymous.request("POST", "/irritants", content=b"{", expect=401)

    def test_elected_member(self, world: World) -> None:
        body = {
            "title": "x",
            "description": "y",
            "directorate_id": world.directorate_id("DEP"),
        }
        assert "agents" in world.elected.post("/irritants", body, expect=403)["detail"]

    def test_agent(self, world: World) -> None:
        irritant = report(world)
        assert irritant["state"] == "submitted"
        assert irritant["reporter_id"] == world.alice.id
        assert irritant["votes"] == 0
        assert irritant["possible_moves"] == ["qualify", "merge", "decline"]
        assert world.event_types(irritant["id"]) == ["irritant.reported"]

    def test_location_and_etag(self, world: World) -> None:
        body = {
            "title": "Clé perdue",
            "description": "Une seule clé pour trois sites.",
            "directorate_id": world.directorate_id("DEP"),
        }
        response = world.alice.request("POST", "/irritants", json=body, expect=201)
        read = world.alice.request("GET", response.headers["location"].removeprefix("/api/v1"), expect=200)
        assert read.json() == response.json()
        assert read.headers["etag"] == response.headers["etag"]
        again = world.alice.request(
            "GET", f"/irritants/{read.json()['id']}", headers={"If-None-Match": read.headers["etag"]}
        )
        assert again.status_code == 304

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "   "}, "title"),
            ({"title": "a\u0000b"}, "title"),
            ({"title": "é" * 201}, "title"),
            ({"title": None}, "title"),
            ({"description": "x" * 5001}, "description"),
            ({"directorate_id": "DEP"}, "directorate_id"),
            ({"directorate_id": UNKNOWN}, "directorate_id"),
            ({"unknown": 1}, "unknown"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        body = {"title": "T", "description": "D", "directorate_id": world.directorate_id("DEP"), **change}
        problem = world.alice.post("/irritants", body, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_lone_surrogate(self, world: World) -> None:
        content = b'{"title": "\\ud800", "description": "D", "\\ud800": 1}'
        headers = {"Content-Type": "application/json"}
        world.alice.request("POST", "/irritants", content=content, headers=headers, expect=422)

    def test_not_json(self, world: World) -> None:
        headers = {"Content-Type": "application/json"}
        world.alice.request("POST", "/irritants", content=b"{", headers=headers, expect=400)
        world.alice.request("POST", "/irritants", content=b"title=x", expect=415)

    def test_too_large(self, world: World) -> None:
        content = b'{"title": "' + b"x" * 1_100_000 + b'"}'
        headers = {"Content-Type": "application/json"}
        world.alice.request("POST", "/irritants", content=content, headers=headers, expect=413)

    def test_english(self, world: World) -> None:
        headers = {"Accept-Language": "de, en;q=0.8, fr;q=0.5"}
        problem = world.alice.post("/irritants", {"title": "x"}, expect=422, headers=headers)
        assert problem["title"] == "Some fields need correcting."

    def test_idempotency(self, world: World) -> None:
        body = {"title": "T", "description": "D", "directorate_id": world.directorate_id("DEP")}
        headers = {"Idempotency-Key": "one"}
        first = world.alice.request("POST", "/irritants", json=body, headers=headers, expect=201)
        again = world.alice.request("POST", "/irritants", json=body, headers=headers, expect=201)
        assert again.json() == first.json()
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["location"] == first.headers["location"]
        problem = world.alice.post("/irritants", {**body, "title": "U"}, headers=headers, expect=422)
        assert problem["type"].endswith("idempotency-key-reused")
        other = world.bruno.request("POST", "/irritants", json=body, headers=headers, expect=201)
        assert other.json()["id"] != first.json()["id"]


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/irritants/{UNKNOWN}", expect=401)

    def test_another_agent_before_qualification(self, world: World) -> None:
        irritant = report(world)
        world.bruno.get(f"/irritants/{irritant['id']}", expect=404)
        world.head_dep.get(f"/irritants/{irritant['id']}", expect=404)

    def test_another_agent_after_qualification(self, world: World) -> None:
        irritant = qualified(world)
        seen = world.bruno.get(f"/irritants/{irritant['id']}")
        assert seen["reporter_id"] is None

    def test_another_authority(self, app: Any, world: World) -> None:
        irritant = qualified(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.lab.get(f"/irritants/{irritant['id']}", expect=404)
            assert other.lab.get("/irritants")["items"] == []
            other.lab.post(f"/irritants/{irritant['id']}/decline", {"reason": "x"}, expect=404)

    def test_not_a_uuid(self, world: World) -> None:
        problem = world.alice.get("/irritants/1", expect=422)
        assert problem["errors"][0] == {
            "field": "irritant_id",
            "in": "path",
            "code": "uuid_parsing",
            "detail": "Un identifiant (UUID) est attendu.",
        }


def ids(page: dict[str, Any]) -> set[str]:
    return {item["id"] for item in page["items"]}


class TestList:
    def test_pages_by_votes(self, world: World) -> None:
        voters = ["alice", "bruno", "chloe", "david", "coach"]
        irritants = [qualified(world, title=f"Irritant {n}") for n in range(7)]
        for n, irritant in enumerate(irritants):
            for voter in voters[: n % 4]:
                world.people[voter].put(f"/irritants/{irritant['id']}/vote")
        seen: list[dict[str, Any]] = []
        path = "/irritants?sort=-votes&limit=3&state=qualified"
        while True:
            response = world.bruno.request("GET", path, expect=200)
            page = response.json()
            seen += page["items"]
            if page["next_cursor"] is None:
                assert "link" not in response.headers
                break
            path = response.links["next"]["url"].removeprefix("/api/v1")
        assert [item["votes"] for item in seen] == [3, 2, 2, 1, 1, 0, 0]
        assert len({item["id"] for item in seen}) == 7

    def test_filters(self, world: World) -> None:
        mine = report(world, directorate_id=world.directorate_id("DEJ"))
        known = qualified(world, by="bruno")
        assert ids(world.alice.get("/irritants")) == {mine["id"], known["id"]}
        assert ids(world.alice.get("/irritants?mine=true")) == {mine["id"]}
        assert ids(world.bruno.get("/irritants?state=qualified&state=submitted")) == {known["id"]}
        assert ids(world.lab.get(f"/irritants?directorate_id={world.directorate_id('DEJ')}")) == {mine["id"]}

    def test_search_folds_accents_and_endings(self, world: World) -> None:
        found = qualified(world, title="Les congés se posent sur trois formulaires")
        qualified(world, title="Le camion est en panne")
        for text in ("conge", "CONGÉS formulaire", "l'été des congés... non", "d'un formulaire"):
            items = world.bruno.get("/irritants", params={"q": text})["items"]
            expected = [] if "été" in text else [found["id"]]
            assert [item["id"] for item in items] == expected, text
        assert len(world.bruno.get("/irritants", params={"q": "le de"})["items"]) == 2

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=201", "sort=title", "state=lost", "cursor=x", "offset=3"]
    )
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/irritants?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])
        assert problem["errors"][0]["in"] == "query"

    def test_cursor_of_another_sort(self, world: World) -> None:
        for n in range(2):
            qualified(world, title=f"Irritant {n}")
        cursor = world.alice.get("/irritants?limit=1")["next_cursor"]
        world.alice.get(f"/irritants?limit=1&sort=-votes&cursor={cursor}", expect=422)

    def test_constant_queries(self, world: World) -> None:
        for n in range(3):
            qualified(world, title=f"Irritant {n}")
        with world.counted_queries() as few:
            world.bruno.get("/irritants?limit=1")
        with world.counted_queries() as many:
            world.bruno.get("/irritants?limit=50")
        assert len(few) == len(many) == 2, "who calls, and the page"


class TestEdit:
    def test_needs_the_version(self, world: World) -> None:
        irritant = report(world)
        path = f"/irritants/{irritant['id']}"
        world.alice.request("PATCH", path, json={"title": "Mieux dit"}, expect=428)
        world.alice.patch(path, {"title": "Mieux dit"}, version=2, expect=412)
        edited = world.alice.patch(path, {"title": "Mieux dit"}, version=1)
        assert (edited["title"], edited["version"]) == ("Mieux dit", 2)
        assert edited["description"] == irritant["description"]
        assert world.alice.get("/irritants?q=mieux")["items"][0]["id"] == irritant["id"]

    def test_etag_survives_a_vote(self, world: World) -> None:
        irritant = qualified(world)
        path = f"/irritants/{irritant['id']}"
        tag = world.lab.request("GET", path).headers["etag"]
        world.bruno.put(f"{path}/vote")
        response = world.lab.request("PATCH", path, json={"title": "Titre"}, headers={"If-Match": tag})
        assert response.status_code == 200

    def test_reporter_after_qualification(self, world: World) -> None:
        irritant = qualified(world)
        world.alice.patch(f"/irritants/{irritant['id']}", {"title": "T"}, expect=403)
        world.bruno.patch(f"/irritants/{irritant['id']}", {"title": "T"}, expect=403)


class TestMoves:
    def test_agent_may_not_qualify(self, world: World) -> None:
        irritant = report(world)
        world.alice.post(f"/irritants/{irritant['id']}/qualify", expect=403)
        world.bruno.post(f"/irritants/{irritant['id']}/qualify", expect=404)

    def test_twice(self, world: World) -> None:
        irritant = qualified(world)
        problem = world.lab.post(f"/irritants/{irritant['id']}/qualify", expect=409)
        assert problem["possible_moves"] == ["select", "merge", "decline"]
        assert problem["state"] == "qualified"
        assert "Retenir" in problem["detail"]

    def test_decline_says_why(self, world: World) -> None:
        irritant = report(world)
        declined = world.lab.post(f"/irritants/{irritant['id']}/decline", {"reason": "Déjà commandé."})
        assert declined["reason"] == "Déjà commandé."
        assert world.alice.get(f"/irritants/{irritant['id']}")["reason"] == "Déjà commandé."
        world.bruno.get(f"/irritants/{irritant['id']}", expect=404)

    def test_merge_moves_votes(self, world: World) -> None:
        kept, joined = qualified(world, title="A"), qualified(world, title="B")
        world.bruno.put(f"/irritants/{kept['id']}/vote")
        for voter in ("bruno", "chloe", "david"):
            world.people[voter].put(f"/irritants/{joined['id']}/vote")
        merged = world.lab.post(f"/irritants/{joined['id']}/merge", {"into_id": kept["id"]})
        assert (merged["state"], merged["merged_into_id"]) == ("merged", kept["id"])
        assert world.lab.get(f"/irritants/{kept['id']}")["votes"] == 3

    def test_merge_refused(self, world: World) -> None:
        irritant = qualified(world)
        for into in (irritant["id"], UNKNOWN, report(world)["id"]):
            problem = world.lab.post(f"/irritants/{irritant['id']}/merge", {"into_id": into}, expect=422)
            assert problem["errors"][0]["field"] == "into_id"

    def test_one_of_two_racers_wins(self, world: World) -> None:
        irritant = report(world)
        answers: list[int] = []

        def qualify() -> None:
            answers.append(world.lab.request("POST", f"/irritants/{irritant['id']}/qualify").status_code)

        threads = [threading.Thread(target=qualify) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409, 409, 409, 409, 409]


class TestVote:
    def test_before_qualification(self, world: World) -> None:
        irritant = report(world)
        world.bruno.put(f"/irritants/{irritant['id']}/vote", expect=404)
        assert world.alice.put(f"/irritants/{irritant['id']}/vote", expect=409)["type"].endswith(
            "vote-refused"
        )

    def test_once(self, world: World) -> None:
        irritant = qualified(world)
        path = f"/irritants/{irritant['id']}"
        for _ in range(2):
            world.bruno.put(f"{path}/vote", expect=204)
        assert world.bruno.get(path)["votes"] == 1
        assert world.bruno.get(path)["voted"] is True
        assert world.alice.get(path)["voted"] is False
        for _ in range(2):
            world.bruno.delete(f"{path}/vote")
        assert world.bruno.get(path)["votes"] == 0

    def test_together(self, world: World) -> None:
        irritant = qualified(world)
        voters = ["alice", "bruno", "chloe", "david", "coach", "hr"]
        threads = [
            threading.Thread(target=world.people[name].put, args=(f"/irritants/{irritant['id']}/vote",))
            for name in voters * 3
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with world.database.read() as connection:
            rows = connection.execute(select(func.count()).select_from(IrritantVote)).scalar()
            tally = connection.execute(select(col(IrritantTally.votes))).scalar()
        assert rows == tally == len(voters)

    def test_is_not_an_event(self, world: World) -> None:
        irritant = qualified(world)
        world.bruno.put(f"/irritants/{irritant['id']}/vote")
        assert world.event_types(irritant["id"]) == ["irritant.reported", "irritant.qualified"]


class TestComment:
    def test_thread(self, world: World) -> None:
        irritant = qualified(world)
        path = f"/irritants/{irritant['id']}/comments"
        world.anonymous.get(path, expect=401)
        world.bruno.post(path, {"body": "Même chose au dépôt nord."}, expect=201)
        world.lab.post(path, {"body": "Nous regardons."}, expect=201)
        items = world.chloe.get(path)["items"]
        assert [item["body"] for item in items] == ["Même chose au dépôt nord.", "Nous regardons."]
        assert items[0]["author_name"] == "Bruno BRUNO"
        assert world.chloe.get(f"/irritants/{irritant['id']}")["comments"] == 2

    def test_hidden_with_its_irritant(self, world: World) -> None:
        irritant = report(world)
        world.bruno.get(f"/irritants/{irritant['id']}/comments", expect=404)
        world.bruno.post(f"/irritants/{irritant['id']}/comments", {"body": "?"}, expect=404)


def test_machine_scopes(world: World) -> None:
    qualified(world)
    assert len(world.machine("programme:read").get("/irritants")["items"]) == 1
    world.machine("hr:read").get("/irritants", expect=403)


def test_rows_keep_their_stems(world: World) -> None:
    report(world, title="Les congés")
    with world.database.read() as connection:
        assert "cong" in str(connection.execute(select(col(Irritant.search))).scalar())
