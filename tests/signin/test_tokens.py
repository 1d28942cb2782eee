"""Personal tokens: given, narrower than their holder, seen, taken back by their holder or an administrator."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import func, select, update
from sqlmodel import col

from app.access.capacity import Capacity
from app.kit import clock
from app.main import do_chores
from app.people.models import Agent
from app.signin.models import AccessToken
from app.signin.tokens import MOST
from tests.support.world import API, Caller, World, contract_of, report

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
FORM: dict[str, Any] = {"name": "Tableau de bord"}


def given(world: World, holder: str = "alice", **fields: Any) -> tuple[Caller, dict[str, Any]]:
    """Somebody who calls by a token that `holder` has given themself, and the token."""
    made = world.people[holder].post("/me/tokens", {**FORM, **fields}, expect=201)
    return Caller(world.http, contract_of(world.app), made["token"]), made


class TestCreate:
    """POST /me/tokens."""

    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/me/tokens", FORM, expect=401)

    def test_machine(self, world: World) -> None:
        world.machine("programme:write").post("/me/tokens", FORM, expect=403)

    def test_its_holder(self, world: World) -> None:
        with clock.at(clock.now()):
            caller, made = given(world, days=7)
            assert made["token"].startswith("essaim_")
            assert (made["scopes"], made["name"], made["last_used_on"]) == (["read"], "Tableau de bord", None)
            assert made["expires_at"][:10] == str((clock.now() + timedelta(days=7)).date())
        assert caller.get("/me")["id"] == world.alice.id
        with world.database.read() as connection:
            row = connection.execute(select(AccessToken).where(col(AccessToken.name) == FORM["name"])).one()
        assert made["token"] not in str(row)
        assert world.event_types(made["id"]) == ["access_token.issued"]

    def test_elected_members_too(self, world: World) -> None:
        assert given(world, "elected")[0].get("/me")["id"] == world.elected.id

    def test_no_answer_is_kept_with_a_key(self, world: World) -> None:
        headers = {"Idempotency-Key": "0b2f4a6c-once"}
        tokens = {world.alice.post("/me/tokens", FORM, headers=headers)["token"] for _ in range(2)}
        assert len(tokens) == 2
        answer = world.alice.request("POST", "/me/tokens", json=FORM)
        assert answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 101),
            ("name", None),
            ("scopes", []),
            ("scopes", ["hr:read"]),
            ("days", 0),
            ("days", 366),
            ("agent_id", UNKNOWN),
        ],
    )
    def test_bad_input(self, world: World, field: str, value: Any) -> None:
        errors = world.alice.post("/me/tokens", {**FORM, field: value}, expect=422)["errors"]
        assert errors[0]["field"].startswith(field)

    def test_asks_who_one_is(self, world: World) -> None:
        with clock.at(clock.now() + timedelta(minutes=16)):
            world.alice.post("/me/tokens", FORM, expect=401)

    def test_is_no_fresher_than_its_holder(self, world: World) -> None:
        """A token that gives itself a successor does not put off when its holder must come in person."""
        start = clock.now()
        with clock.at(start + timedelta(minutes=10)):
            caller, _made = given(world, scopes=["write"])
            caller.post("/me/tokens", FORM, expect=201)
        with clock.at(start + timedelta(minutes=16)):
            caller.post("/me/tokens", FORM, expect=401)

    def test_ends(self, world: World) -> None:
        caller, _made = given(world, days=1)
        with clock.at(clock.now() + timedelta(hours=23)):
            caller.get("/me")
        with clock.at(clock.now() + timedelta(hours=25)):
            caller.get("/me", expect=401)

    def test_no_more_than_so_many_even_at_once(self, world: World) -> None:
        answers: list[int] = []

        def ask() -> None:
            answers.extend(world.alice.request("POST", "/me/tokens", json=FORM).status_code for _ in range(5))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # That with which she calls counts too.
        assert (answers.count(201), answers.count(409)) == (MOST - 1, 30 - MOST + 1)
        token_id = world.alice.get("/me/tokens")["items"][0]["id"]
        world.alice.delete(f"/me/tokens/{token_id}")
        world.alice.post("/me/tokens", FORM, expect=201)


class TestReadsOnly:
    def test_reads_what_its_holder_reads(self, world: World) -> None:
        irritant = report(world)
        caller, _made = given(world)
        assert caller.get(f"/irritants/{irritant['id']}")["title"] == irritant["title"]
        other, _made = given(world, "bruno")
        other.get(f"/irritants/{irritant['id']}", expect=404)

    def test_changes_nothing_and_says_so_beforehand(self, world: World) -> None:
        irritant = report(world)
        reader, _made = given(world)
        writer, _other = given(world, scopes=["write"])
        path = f"/irritants/{irritant['id']}"
        abilities = {one["action"]: one for one in writer.get(path)["abilities"]}
        assert abilities["edit"]["allowed"]
        reading = reader.get(path)["abilities"]
        assert not any(one["allowed"] for one in reading)
        assert {one["reason"] for one in reading} == {
            "Ce jeton ne permet que de lire : prenez-en un qui permet d'agir."
        }
        refused = reader.request("PATCH", path, json={"title": "Non"}, headers={"If-Match": "*"}, expect=403)
        assert refused.json()["detail"].startswith("Ce jeton ne permet que de lire")
        writer.patch(path, {"title": "Oui"})

    def test_gives_no_token_and_takes_none_back(self, world: World) -> None:
        reader, made = given(world)
        reader.post("/me/tokens", {**FORM, "scopes": ["write"]}, expect=403)
        reader.delete(f"/me/tokens/{made['id']}", expect=403)

    def test_every_route_that_changes_something_is_closed_to_it(self, world: World) -> None:
        reader, _made = given(world, "lab")
        walked = 0
        for method, path in changing_routes(world.app):
            answer = reader.request(method, path, json={} if method != "DELETE" else None)
            assert answer.status_code == 403, (method, path, answer.text)
            assert "ne permet que de lire" in answer.json()["detail"]
            walked += 1
        assert walked > 100


OPEN = ("/protected-reports", "/oauth/", "/verifications")
"""Where nobody's token is read."""


def changing_routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        if isinstance(route, APIRoute) and route.path.startswith(API):
            path = route.path.removeprefix(API)
            for method in (route.methods or set()) - {"GET", "HEAD"}:
                if not path.startswith(OPEN):
                    for name in route.param_convertors:
                        path = path.replace(f"{{{name}}}", UNKNOWN)
                    yield method, path


class TestMine:
    """GET and DELETE /me/tokens."""

    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/me/tokens", expect=401)
        world.anonymous.delete(f"/me/tokens/{UNKNOWN}", expect=401)

    def test_machine(self, world: World) -> None:
        world.machine("hr:read").get("/me/tokens", expect=403)

    def test_list(self, world: World) -> None:
        given(world)
        given(world, "bruno")
        items = world.alice.get("/me/tokens")["items"]
        assert [item["name"] for item in items] == ["Tableau de bord", ""]
        assert not any(name in item for item in items for name in ("token", "token_hash"))
        assert items[1]["scopes"] is None
        assert len(world.alice.get("/me/tokens?limit=1")["items"]) == 1
        world.alice.get("/me/tokens?limit=0", expect=422)

    def test_list_is_one_statement(self, world: World) -> None:
        for _ in range(3):
            given(world)
        with world.counted_queries() as seen:
            world.alice.get("/me/tokens")
        assert len(seen) == 2  # the token, the list

    def test_the_day_of_the_last_use(self, world: World) -> None:
        caller, made = given(world, days=30)
        start = clock.now()
        for days in (0, 3):
            with clock.at(start + timedelta(days=days)):
                with world.counted_queries() as seen:
                    caller.get("/me")
                    caller.get("/me")
                    today = str(clock.today("Europe/Paris"))
                assert sum(statement.startswith("UPDATE access_tokens") for statement in seen) == 1
                used = {item["id"]: item["last_used_on"] for item in world.alice.get("/me/tokens")["items"]}
                assert used[made["id"]] == today

    def test_revoke(self, world: World) -> None:
        caller, made = given(world)
        world.alice.delete(f"/me/tokens/{made['id']}")
        caller.get("/me", expect=401)
        assert world.event_types(made["id"]) == ["access_token.issued", "access_token.revoked"]
        world.alice.delete(f"/me/tokens/{made['id']}", expect=404)

    def test_not_anybody_elses(self, world: World) -> None:
        caller, made = given(world)
        world.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)
        for name in ("bruno", "lab", "administrator"):
            world.people[name].delete(f"/me/tokens/{made['id']}", expect=404)
        with World.build(world.app, world.database, slug="ailleurs") as elsewhere:
            elsewhere.alice.delete(f"/me/tokens/{made['id']}", expect=404)
        caller.get("/me")

    def test_bad_ids(self, world: World) -> None:
        world.alice.delete(f"/me/tokens/{UNKNOWN}", expect=404)
        world.alice.delete("/me/tokens/nope", expect=422)

    def test_a_machines_is_no_persons(self, world: World) -> None:
        world.machine("hr:read")
        with world.database.read() as connection:
            token_id = connection.execute(
                select(col(AccessToken.id)).where(col(AccessToken.client_id).is_not(None))
            ).scalar_one()
        world.alice.delete(f"/me/tokens/{token_id}", expect=404)
        world.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)
        world.administrator.delete(f"/agents/{world.alice.id}/tokens/{token_id}", expect=404)

    def test_one_of_two_who_revoke(self, world: World) -> None:
        _caller, made = given(world)
        answers: list[int] = []

        def revoke() -> None:
            answers.append(world.alice.request("DELETE", f"/me/tokens/{made['id']}").status_code)

        threads = [threading.Thread(target=revoke) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [204] + [404] * 5
        assert world.event_types(made["id"]) == ["access_token.issued", "access_token.revoked"]


class TestOfSomebody:
    """/agents/{id}/tokens, for administrators."""

    @pytest.fixture
    def admin(self, world: World) -> Caller:
        return world.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)

    def test_anonymous_and_strangers(self, world: World, admin: Caller) -> None:
        _caller, made = given(world)
        path = f"/agents/{world.alice.id}/tokens"
        for caller, status in ((world.anonymous, 401), (world.alice, 403), (world.lab, 403), (world.hr, 403)):
            caller.get(path, expect=status)
            caller.delete(path, expect=status)
            caller.delete(f"{path}/{made['id']}", expect=status)

    def test_seen_and_revoked(self, world: World, admin: Caller) -> None:
        caller, made = given(world)
        path = f"/agents/{world.alice.id}/tokens"
        items = admin.get(path)["items"]
        assert made["id"] in {item["id"] for item in items}
        assert made["token"] not in str(items)
        admin.delete(f"{path}/{made['id']}")
        caller.get("/me", expect=401)
        world.alice.get("/me")
        admin.delete(f"{path}/{made['id']}", expect=404)
        world.work()
        [event] = [
            one for one in world.alice.get("/me/events")["items"] if one["type"] == "access_token.revoked"
        ]
        assert event["payload"] == {"agent_id": world.alice.id, "reason": "administrator"}
        assert event["acting_as"] == "administrator"

    def test_all_at_once(self, world: World, admin: Caller) -> None:
        callers = [given(world)[0] for _ in range(3)]
        admin.delete(f"/agents/{world.alice.id}/tokens")
        for caller in (*callers, world.alice):
            caller.get("/me", expect=401)
        world.bruno.get("/me")
        admin.delete(f"/agents/{world.alice.id}/tokens")

    def test_not_under_another_name(self, world: World, admin: Caller) -> None:
        caller, made = given(world)
        admin.delete(f"/agents/{world.bruno.id}/tokens/{made['id']}", expect=404)
        caller.get("/me")

    def test_elsewhere(self, world: World, admin: Caller) -> None:
        caller, made = given(world)
        path = f"/agents/{world.alice.id}/tokens"
        with World.build(world.app, world.database, slug="ailleurs") as elsewhere:
            other = elsewhere.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)
            other.get(path, expect=404)
            other.delete(path, expect=404)
            other.delete(f"{path}/{made['id']}", expect=404)
        caller.get("/me")
        for method in ("GET", "DELETE"):
            admin.request(method, f"/agents/{UNKNOWN}/tokens", expect=404)

    def test_a_constant_number_of_queries(self, world: World, admin: Caller) -> None:
        admin.get("/me")
        counts = []
        for _ in range(2):
            with world.counted_queries() as seen:
                admin.get(f"/agents/{world.alice.id}/tokens")
            counts.append(len(seen))
            given(world)
        assert counts == [3, 3]


class TestLeaving:
    def test_tokens_do_not_come_back_with_their_holder(self, world: World) -> None:
        leave(world, "alice")
        do_chores(world.database)
        with world.database.read() as connection:
            left = select(func.count()).where(
                col(AccessToken.agent_id) == world.alice.agent.id, col(AccessToken.revoked_at).is_(None)
            )
            assert connection.execute(left).scalar_one() == 0
        with world.database.transaction() as session:
            session.execute(update(Agent).where(col(Agent.id) == world.alice.agent.id).values(left_on=None))
        world.alice.get("/me", expect=401)
        world.bruno.get("/me")


def leave(world: World, name: str) -> None:
    yesterday = (clock.now() - timedelta(days=1)).date()
    with world.database.transaction() as session:
        whose = col(Agent.id) == world.people[name].agent.id
        session.execute(update(Agent).where(whose).values(left_on=yesterday))
