"""`/oauth/token` with a secret: given, refused, counted."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.access.actor import system
from app.clients.service import forget
from app.kit import clock
from app.signin.models import AccessToken
from tests.clients.conftest import GRANT, ISSUER, TOKEN_ENDPOINT, Desk
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


class TestGiven:
    def test_with_basic(self, desk: Desk) -> None:
        made = desk.create()
        response = desk.ask(made)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["pragma"] == "no-cache"
        body = response.json()
        token = body.pop("access_token")
        assert token.startswith("essaim_")
        assert body == {"token_type": "Bearer", "expires_in": 3600, "scope": "hr:read hr:write"}
        me = desk.caller(response).get("/me")
        assert me["name"] == made["name"]
        assert desk.world.event_types(made["id"])[-1] == "api_client.token_issued"

    def test_with_the_form(self, desk: Desk) -> None:
        made = desk.create()
        form = {**GRANT, "client_id": made["id"], "client_secret": made["secret"]}
        desk.caller(desk.post(form)).get("/agents")

    def test_basic_is_encoded_as_a_form(self, desk: Desk) -> None:
        made = desk.create()
        headers = basic(quote_plus(made["id"]).replace("-", "%2D"), quote_plus(made["secret"]))
        assert desk.post(GRANT, headers=headers).status_code == 200

    def test_for_an_hour(self, desk: Desk) -> None:
        machine = desk.caller(desk.ask(desk.create()))
        with clock.at(clock.now() + timedelta(minutes=59)):
            machine.get("/agents")
        with clock.at(clock.now() + timedelta(minutes=61)):
            machine.get("/agents", expect=401)

    def test_only_the_hash_is_kept(self, desk: Desk) -> None:
        token = desk.ask(desk.create()).json()["access_token"]
        with desk.world.database.read() as connection:
            kept = connection.execute(select(col(AccessToken.token_hash))).scalars().all()
        assert not any(token in held for held in kept)

    def test_what_has_run_out_is_forgotten(self, desk: Desk) -> None:
        made = desk.create()
        desk.ask(made)
        desk.ask(made)
        actor = system(desk.world.authority.id)

        def left() -> int:
            with desk.world.database.transaction() as session:
                forget(session, actor, actor.today())
                held = select(func.count()).where(col(AccessToken.client_id).is_not(None))
                return int(session.execute(held).scalar_one())

        assert left() == 2
        with clock.at(clock.now() + timedelta(hours=26)):
            assert left() == 0


class TestScopes:
    def test_fewer(self, desk: Desk) -> None:
        response = desk.ask(desk.create(), scope="hr:read")
        assert response.json()["scope"] == "hr:read"
        machine = desk.caller(response)
        alice = desk.world.alice.id
        machine.get(f"/agents/{alice}")
        absence = {"first_day": "2026-12-21", "last_day": "2026-12-31", "kind": "leave"}
        machine.post(f"/agents/{alice}/absences", absence, expect=403)

    @pytest.mark.parametrize("scope", ["events:read", "hr:read events:read", "hr:rule", "hr:read  hr:write"])
    def test_more_than_the_client_has(self, desk: Desk, scope: str) -> None:
        response = desk.ask(desk.create(), scope=scope)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")
        assert response.headers["cache-control"] == "no-store"

    def test_to_write_the_programme_is_to_read_it(self, desk: Desk) -> None:
        made = desk.create(scopes=["programme:write"])
        response = desk.ask(made)
        assert response.json()["scope"] == "programme:read programme:write"
        desk.caller(response).get("/programmes")
        assert desk.ask(made, scope="programme:read").json()["scope"] == "programme:read"

    def test_a_scope_taken_from_the_client_is_taken_from_its_tokens(self, desk: Desk) -> None:
        made = desk.create()
        machine = desk.caller(desk.ask(made, scope="hr:read"))
        machine.get(f"/agents/{desk.world.alice.id}")
        desk.admin.patch(f"/api-clients/{made['id']}", {"scopes": ["events:read"]})
        machine.get(f"/agents/{desk.world.alice.id}", expect=404)


class TestRefused:
    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({}, "invalid_request"),
            ({"grant_type": ""}, "invalid_request"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
            ({**GRANT, "client_secret": "x"}, "invalid_request"),
            ({**GRANT, "client_id": UNKNOWN}, "invalid_request"),
            ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
        ],
    )
    def test_what_is_no_request(self, desk: Desk, form: dict[str, Any], error: str) -> None:
        made = desk.create()
        response = desk.post(form, auth=(made["id"], made["secret"]))
        assert (response.status_code, response.json()["error"]) == (400, error)

    def test_no_form(self, desk: Desk) -> None:
        made = desk.create()
        auth = (made["id"], made["secret"])
        http = desk.world.http
        assert http.post("/oauth/token", json=GRANT, auth=auth).json()["error"] == "invalid_request"
        broken = {"Content-Type": "application/x-www-form-urlencoded"}
        response = http.post("/oauth/token", content=b"grant_type=\xff", headers=broken, auth=auth)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
        big = http.post("/oauth/token", data={"grant_type": "x" * 2_000_000}, auth=auth)
        assert (big.status_code, big.json()["error"]) == (413, "invalid_request")
        assert http.get("/oauth/token").status_code == 405

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Basic"},
            {"Authorization": "Basic !!!"},
            {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()},
            {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()},
            {"Authorization": "Bearer essaim_x"},
            basic("", ""),
            basic("x\0", "\0"),
            basic("{" + UNKNOWN + "}", "%ff%00"),
        ],
    )
    def test_who_cannot_be_read(self, desk: Desk, headers: dict[str, str]) -> None:
        response = desk.post(GRANT, headers=headers)
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
        assert response.headers["www-authenticate"].startswith("Basic ")

    def test_nobody_learns_whether_a_client_is_known(self, desk: Desk) -> None:
        made, closed = desk.create(), desk.create()
        keyless = desk.create(with_secret=False)
        desk.admin.post(f"/api-clients/{closed['id']}/close")
        attempts = [
            (made["id"], "essaim_secret_wrong"),
            (UNKNOWN, "essaim_secret_wrong"),
            ("SIRH", "essaim_secret_wrong"),
            (keyless["id"], ""),
            (closed["id"], closed["secret"]),
        ]
        seen = set()
        for number, (client_id, secret) in enumerate(attempts):
            with desk.world.counted_queries() as queries:
                response = desk.post(GRANT, address=f"203.0.113.{number}", headers=basic(client_id, secret))
            headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
            seen.add((response.status_code, response.content, str(headers), tuple(queries)))
        assert len(seen) == 1
        assert next(iter(seen))[0] == 401

    def test_another_client_s_secret(self, desk: Desk) -> None:
        made, other = desk.create(), desk.create()
        assert desk.ask(made, secret=other["secret"]).status_code == 401


class TestCounted:
    def test_a_thousand_wrong_secrets(self, desk: Desk) -> None:
        made = desk.create()
        with clock.at(clock.now()):
            answers = [desk.ask(made, secret=f"essaim_secret_{n}") for n in range(1000)]
            assert [answer.status_code for answer in answers] == [401] * 20 + [429] * 980
            assert int(answers[-1].headers["retry-after"]) > 0
            assert answers[-1].json()["error"] == "temporarily_unavailable"
            with desk.world.counted_queries() as queries:
                desk.ask(made, secret="essaim_secret_x")
            assert all(query.startswith("SELECT") for query in queries)
            # The client itself is not shut out, from there or elsewhere.
            assert desk.ask(made).status_code == 200

    def test_trying_every_client(self, desk: Desk) -> None:
        with clock.at(clock.now()):
            answers = [desk.post(GRANT, headers=basic(f"{n}", "x")).status_code for n in range(70)]
        assert answers == [401] * 60 + [429] * 10

    def test_too_many_tokens(self, desk: Desk) -> None:
        made = desk.create()
        with clock.at(clock.now()):
            assert [desk.ask(made).status_code for _ in range(61)] == [200] * 60 + [429]
            assert desk.ask(desk.create()).status_code == 200

    def test_as_many_at_once(self, desk: Desk) -> None:
        made = desk.create()
        began = clock.now()
        with ThreadPoolExecutor(12) as threads:
            statuses = list(threads.map(lambda _n: desk.ask(made).status_code, range(80)))
        # One comes back each second.
        given_back = (clock.now() - began).total_seconds()
        assert set(statuses) == {200, 429}
        assert 60 <= statuses.count(200) <= 60 + given_back


def test_metadata(world: World) -> None:
    response = world.http.get("/.well-known/oauth-authorization-server")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "issuer": ISSUER,
        "token_endpoint": TOKEN_ENDPOINT,
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": ["hr:read", "hr:write", "programme:read", "programme:write", "events:read"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
        ],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"],
    }
