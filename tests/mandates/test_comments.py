"""What the parties-to-be remark on a draft."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.mandates.builders import active, comment, mandate, submitted
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
BODY = {"body": "Le jeudi matin, le dépôt nord est seul."}
CONCERNED = {"dgs", "head_dep", "head_dej", "alice", "bruno", "lab", "coach"}
"""Sponsor, client directorate and manager, manager, members, lab, coach."""


def bodies(page: dict[str, Any]) -> list[str]:
    return [item["body"] for item in page["items"]]


class TestComment:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/comments", BODY, expect=401)

    def test_who_may(self, world: World) -> None:
        """Those who will be parties, and the lab; whoever else may read the mandate is told whom it is for."""
        made = mandate(world)
        path = f"/mandates/{made['id']}/comments"
        answers = {
            name: person.request("POST", path, json=BODY).status_code for name, person in world.people.items()
        }
        assert {name for name, status in answers.items() if status == 201} == CONCERNED
        assert {name for name, status in answers.items() if status == 403} == {"hr"}
        for scopes in (("programme:read", "programme:write"),):
            world.machine(*scopes).post(path, BODY, expect=403)

    def test_on_a_clause_and_on_the_whole(self, world: World) -> None:
        made = mandate(world)
        whole = comment(world, "alice", made)
        assert (whole["clause_key"], whole["author_name"], whole["state"]) == (None, "Alice ALICE", "open")
        clause = comment(world, "head_dep", made, clause_key="allegement", body="Qui prend la tournée ?")
        assert clause["clause_key"] == "allegement"
        assert world.event_types(made["id"]) == ["mandate.drafted", "mandate.commented", "mandate.commented"]
        assert world.lab.get(f"/mandates/{made['id']}")["version"] == made["version"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"clause_key": "inconnue"}, "clause_key"),
            ({"clause_key": "À"}, "clause_key"),
            ({"body": " "}, "body"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        made = mandate(world)
        problem = world.alice.post(f"/mandates/{made['id']}/comments", {**BODY, **change}, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    @pytest.mark.parametrize("build", [submitted, active])
    def test_only_while_it_is_a_draft(self, world: World, build: Any) -> None:
        made = build(world)
        problem = world.alice.post(f"/mandates/{made['id']}/comments", BODY, expect=409)
        assert problem["type"].endswith("not-a-draft")
        assert problem["state"] == made["state"]

    def test_the_body_is_nowhere_in_the_journal(self, world: World) -> None:
        made = mandate(world)
        said = comment(world, "alice", made, body="Un secret de Polichinelle.")
        world.work()
        feed = world.machine("events:read").request("GET", "/events?limit=200").text
        assert said["id"] in feed
        assert "Polichinelle" not in feed


class TestList:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/mandates/{UNKNOWN}/comments", expect=401)

    def test_who_may(self, world: World) -> None:
        made = mandate(world)
        said = comment(world, "alice", made)
        for path, refused in (
            (f"/mandates/{made['id']}/comments", 403),
            (f"/mandate-comments/{said['id']}", 404),
        ):
            answers = {name: person.request("GET", path).status_code for name, person in world.people.items()}
            assert {name for name, status in answers.items() if status == 200} == CONCERNED
            assert answers["hr"] == refused
            assert answers["chloe"] == 404

    def test_an_elected_sponsor(self, world: World) -> None:
        made = mandate(world, sponsor_id=world.elected.id)
        said = comment(world, "elected", made)
        assert bodies(world.elected.get(f"/mandates/{made['id']}/comments")) == [BODY["body"]]
        world.elected.get(f"/mandate-comments/{said['id']}")
        world.dgs.get(f"/mandate-comments/{said['id']}", expect=404)

    def test_those_of_the_text_in_signature_stay_readable(self, world: World) -> None:
        made = mandate(world)
        comment(world, "alice", made)
        world.lab.post(f"/mandates/{made['id']}/submit")
        assert bodies(world.head_dej.get(f"/mandates/{made['id']}/comments")) == [BODY["body"]]

    def test_another_authority(self, world: World) -> None:
        made = mandate(world)
        said = comment(world, "alice", made)
        with World.build(world.app, world.database, slug="haute-arlene") as other:
            other.lab.get(f"/mandates/{made['id']}/comments", expect=404)
            other.lab.post(f"/mandates/{made['id']}/comments", BODY, expect=404)
            other.lab.get(f"/mandate-comments/{said['id']}", expect=404)
            other.lab.post(f"/mandate-comments/{said['id']}/resolve", expect=404)

    def test_pages_filters_and_queries(self, world: World) -> None:
        made = mandate(world)
        for number in range(3):
            comment(world, "alice", made, body=f"Remarque {number}", clause_key="fin" if number else None)
        path = f"/mandates/{made['id']}/comments"
        with world.counted_queries() as few:
            page = world.alice.get(f"{path}?limit=2")
        assert bodies(page) == ["Remarque 0", "Remarque 1"]
        assert bodies(world.alice.get(f"{path}?limit=2&cursor={page['next_cursor']}")) == ["Remarque 2"]
        with world.counted_queries() as many:
            assert len(bodies(world.alice.get(f"{path}?sort=-created_at"))) == 3
        assert len(few) == len(many) <= 4
        assert bodies(world.alice.get(f"{path}?clause_key=fin")) == ["Remarque 1", "Remarque 2"]
        assert bodies(world.alice.get(f"{path}?state=resolved")) == []
        world.alice.get(f"{path}?state=lost", expect=422)


class TestResolve:
    def test_anonymous(self, world: World) -> None:
        for verb in ("resolve", "reopen"):
            world.anonymous.post(f"/mandate-comments/{UNKNOWN}/{verb}", expect=401)

    def test_who_may(self, world: World) -> None:
        made = mandate(world)
        for name in ("alice", "lab", "coach"):
            said = comment(world, "alice", made)
            resolved = world.people[name].post(f"/mandate-comments/{said['id']}/resolve")
            assert (resolved["state"], resolved["resolved_by_id"]) == ("resolved", world.people[name].id)
        said = comment(world, "alice", made)
        for name, status in (("bruno", 403), ("dgs", 403), ("hr", 404), ("chloe", 404)):
            world.people[name].post(f"/mandate-comments/{said['id']}/resolve", expect=status)
        assert world.event_types(made["id"])[-2:] == ["mandate.comment_resolved", "mandate.commented"]

    def test_and_reopen(self, world: World) -> None:
        said = comment(world, "alice", mandate(world))
        path = f"/mandate-comments/{said['id']}"
        world.alice.post(f"{path}/reopen", expect=409)
        world.coach.post(f"{path}/resolve")
        again = world.alice.post(f"{path}/reopen")
        assert (again["state"], again["resolved_at"], again["resolved_by_name"]) == ("open", None, None)
        assert world.event_types(said["mandate_id"])[-1] == "mandate.comment_reopened"

    def test_at_once(self, world: World) -> None:
        said = comment(world, "alice", mandate(world))
        path = f"/mandate-comments/{said['id']}/resolve"
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda name: world.people[name].request("POST", path), ("alice", "lab")))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
