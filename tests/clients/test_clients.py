"""The API of API clients: anonymous, the stranger, then the administrator."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey
from sqlalchemy import select, text
from sqlmodel import col

from app.access.capacity import Capacity
from app.journal.models import JournalEvent
from app.kit import clock
from app.kit.columns import metadata
from app.signin.models import ApiClient
from tests.clients.conftest import JWKS, KEYS, Desk
from tests.support.world import Person, World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
BODY: dict[str, Any] = {"name": "SIRH", "scopes": ["hr:write", "hr:read", "hr:read"]}
SMALL = {"kty": "RSA", "e": "AQAB", "n": "_" * 171}
VERBS: dict[str, Any] = {"rotate-secret": {}, "revoke-secret": {"secret_id": UNKNOWN}, "close": None}


@pytest.fixture
def elsewhere(world: World) -> Iterator[Person]:
    with World.build(world.app, world.database, "ailleurs") as other:
        yield other.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)


class TestWho:
    def test_anonymous(self, world: World) -> None:
        nobody = world.anonymous
        nobody.get("/api-clients", expect=401)
        nobody.post("/api-clients", BODY, expect=401)
        nobody.get(f"/api-clients/{UNKNOWN}", expect=401)
        nobody.patch(f"/api-clients/{UNKNOWN}", {}, expect=401)
        for verb, form in VERBS.items():
            nobody.post(f"/api-clients/{UNKNOWN}/{verb}", form, expect=401)

    @pytest.mark.parametrize("who", ["alice", "lab", "hr", "elected", "head_dsi", "machine"])
    def test_everybody_else(self, desk: Desk, who: str) -> None:
        made = desk.create()
        every = ("hr:read", "hr:write", "programme:read", "programme:write", "events:read")
        stranger = desk.world.machine(*every) if who == "machine" else desk.world.people[who]
        path = f"/api-clients/{made['id']}"
        stranger.get("/api-clients", expect=403)
        stranger.post("/api-clients", BODY, expect=403)
        stranger.get(path, expect=403)
        stranger.patch(path, {"name": "x"}, expect=403)
        for verb, form in VERBS.items():
            stranger.post(f"{path}/{verb}", form, expect=403)

    def test_another_authority(self, desk: Desk, elsewhere: Person) -> None:
        made = desk.create()
        path = f"/api-clients/{made['id']}"
        assert elsewhere.get("/api-clients")["items"] == []
        elsewhere.get(path, expect=404)
        elsewhere.patch(path, {"name": "x"}, expect=404)
        for verb, form in VERBS.items():
            elsewhere.post(f"{path}/{verb}", form, expect=404)
        elsewhere.post("/api-clients", {**BODY, "name": made["name"]}, expect=201)


class TestCreated:
    def test_with_a_secret_shown_once(self, desk: Desk) -> None:
        response = desk.admin.request("POST", "/api-clients", json=BODY, expect=201)
        made = response.json()
        assert response.headers["location"] == f"/api/v1/api-clients/{made['id']}"
        assert response.headers["cache-control"] == "no-store"
        secret = made.pop("secret")
        assert secret.startswith("essaim_secret_")
        assert made["scopes"] == ["hr:read", "hr:write"]
        assert [made["last_used_at"], made["closed_at"], made["jwks"], made["jwks_uri"]] == [None] * 4
        assert [entry["expires_at"] for entry in made["secrets"]] == [None]
        assert desk.admin.get(f"/api-clients/{made['id']}") == made
        summary = {name: value for name, value in made.items() if name not in {"jwks", "jwks_uri", "secrets"}}
        assert desk.admin.get("/api-clients")["items"] == [summary]
        assert desk.world.event_types(made["id"]) == ["api_client.created", "api_client.secret_issued"]
        assert secret not in self.everything(desk.world)

    def test_an_idempotency_key_keeps_no_secret(self, desk: Desk) -> None:
        headers = {"Idempotency-Key": "one"}
        made = desk.admin.post("/api-clients", BODY, headers=headers)
        desk.admin.post("/api-clients", BODY, headers=headers, expect=409)
        assert made["secret"] not in self.everything(desk.world)

    def test_with_keys_alone(self, desk: Desk) -> None:
        made = desk.create(jwks=JWKS, with_secret=False)
        assert made["secret"] is None
        assert made["secrets"] == []
        assert [key["kid"] for key in made["jwks"]["keys"]] == [key.kid for key in KEYS.values()]

    def test_a_name_in_use(self, desk: Desk) -> None:
        desk.admin.post("/api-clients", BODY, expect=201)
        problem = desk.admin.post("/api-clients", BODY, expect=409)
        assert problem["type"].endswith("client-name-taken")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"name": "a\0b"}, "name"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["hr:rule"]}, "scopes"),
            ({"scopes": "hr:read"}, "scopes"),
            ({"jwks": []}, "jwks"),
            ({"jwks": {}}, "jwks"),
            ({"jwks": {"keys": []}}, "jwks"),
            ({"jwks": {"keys": ["x"]}}, "jwks"),
            ({"jwks": {"keys": [{"kty": []}]}}, "jwks"),
            ({"jwks": {"keys": [{"kty": "RSA", "n": "AQAB"}]}}, "jwks"),
            ({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "é", "y": 5}]}}, "jwks"),
            ({"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}}, "jwks"),
            ({"jwks": {"keys": [{**JWKS["keys"][0], "use": "enc"}]}}, "jwks"),
            ({"jwks": {"keys": [{**JWKS["keys"][0], "alg": "ES256"}]}}, "jwks"),
            ({"jwks": {"keys": [{**JWKS["keys"][0], "alg": ["RS256"]}]}}, "jwks"),
            ({"jwks": {"keys": [{**JWKS["keys"][0], "kid": 5}]}}, "jwks"),
            ({"jwks": {"keys": [{**JWKS["keys"][0], "kid": "\ud800"}]}}, "jwks"),
            ({"jwks": {"keys": [{**JWKS["keys"][0], "kid": "a\0b"}]}}, "jwks"),
            ({"jwks": {"keys": [{**JWKS["keys"][0], "n": "_" * 5000}]}}, "jwks"),
            ({"jwks": {"keys": [JWKS["keys"][0], JWKS["keys"][0]]}}, "jwks"),
            ({"jwks": {"keys": [KEYS["RS256"].as_dict(private=True)]}}, "jwks"),
            ({"jwks": {"keys": [OctKey.generate_key(256).as_dict()]}}, "jwks"),
            ({"jwks": {"keys": [SMALL]}}, "jwks"),
            ({"jwks": {"keys": [ECKey.generate_key("P-384").as_dict(private=False)]}}, "jwks"),
            ({"jwks": {"keys": [OKPKey.generate_key("X25519").as_dict(private=False)]}}, "jwks"),
            ({"with_secret": "perhaps"}, "with_secret"),
            ({"secret": "mine"}, "secret"),
        ],
    )
    def test_what_does_not_fit(self, desk: Desk, change: dict[str, Any], field: str) -> None:
        # Escaped, half of a surrogate pair is JSON too.
        content = json.dumps({**BODY, **change})
        headers = {"Content-Type": "application/json"}
        problem = desk.admin.request(
            "POST", "/api-clients", content=content, headers=headers, expect=422
        ).json()
        assert [error["field"].partition(".")[0] for error in problem["errors"]] == [field]

    @staticmethod
    def everything(world: World) -> str:
        """Every row of every table."""
        with world.database.read() as connection:
            return "".join(
                str(connection.execute(text(f"SELECT * FROM {table}")).all()) for table in metadata.tables
            )


class TestEdited:
    def test_name_scopes_and_keys(self, desk: Desk) -> None:
        made = desk.create()
        path = f"/api-clients/{made['id']}"
        seen = desk.admin.patch(path, {"name": "Paie", "scopes": ["events:read"]}, version=made["version"])
        assert (seen["name"], seen["scopes"], seen["version"]) == ("Paie", ["events:read"], 2)
        desk.admin.patch(path, {"jwks": JWKS}, version=2)
        seen = desk.admin.patch(path, {"jwks": None}, version=3)
        assert seen["jwks"] is None
        assert desk.admin.patch(path, {"name": "Paie"}, version=4)["version"] == 4
        assert desk.world.event_types(made["id"])[2:] == ["api_client.edited"] * 3

    def test_of_two_who_edit_one_does(self, desk: Desk) -> None:
        made = desk.create()
        path = f"/api-clients/{made['id']}"

        def edit(name: str) -> int:
            headers = {"If-Match": '"1"'}
            return desk.admin.request("PATCH", path, json={"name": name}, headers=headers).status_code

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(edit, "abcd")) == [200, 412, 412, 412]

    def test_refusals(self, desk: Desk) -> None:
        made, other = desk.create(), desk.create()
        path = f"/api-clients/{made['id']}"
        desk.admin.request("PATCH", path, json={"name": "x"}, expect=428)
        desk.admin.patch(path, {"name": "x"}, version=7, expect=412)
        desk.admin.patch(path, {"name": other["name"]}, expect=409)
        desk.admin.patch(path, {"scopes": ["root"]}, expect=422)
        desk.admin.patch(path, {"last_used_at": None}, expect=422)
        desk.admin.patch(f"/api-clients/{UNKNOWN}", {"name": "x"}, expect=404)


class TestRotated:
    def test_the_former_ends_in_seven_days(self, desk: Desk) -> None:
        made = desk.create()
        now = clock.now()
        with clock.at(now):
            seen = desk.admin.post(f"/api-clients/{made['id']}/rotate-secret", {}, expect=200)
        assert len(seen["secrets"]) == 2
        assert seen["secrets"][0]["id"] == made["secrets"][0]["id"]
        ends = [entry["expires_at"] for entry in seen["secrets"]]
        assert ends[0][:19] == (now + timedelta(days=7)).isoformat()[:19]
        assert ends[1] is None
        for secret in (made["secret"], seen["secret"]):
            assert desk.ask(made, secret=secret).status_code == 200
        with clock.at(now + timedelta(days=7, seconds=-1)):
            assert desk.ask(made).status_code == 200
        with clock.at(now + timedelta(days=7, seconds=1)):
            assert desk.ask(made).status_code == 401
            assert desk.ask(made, secret=seen["secret"]).status_code == 200
            assert len(desk.admin.get(f"/api-clients/{made['id']}")["secrets"]) == 1

    def test_two_at_most(self, desk: Desk) -> None:
        made = desk.create()
        path = f"/api-clients/{made['id']}/rotate-secret"
        desk.admin.post(path, {}, expect=200)
        problem = desk.admin.post(path, {}, expect=409)
        assert problem["type"].endswith("two-secrets-valid")

    def test_two_at_most_also_at_once(self, desk: Desk) -> None:
        made = desk.create()
        path = f"/api-clients/{made['id']}/rotate-secret"
        with ThreadPoolExecutor(5) as threads:
            answers = threads.map(lambda _n: desk.admin.request("POST", path, json={}).status_code, range(5))
            assert sorted(answers) == [200, 409, 409, 409, 409]

    def test_the_former_ends_when_it_is_said_to(self, desk: Desk) -> None:
        made = desk.create()
        path = f"/api-clients/{made['id']}/rotate-secret"
        for ends_at in ("2026-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2026-12-01T00:00:00", "soon"):
            problem = desk.admin.post(path, {"former_ends_at": ends_at}, expect=422)
            assert [error["field"] for error in problem["errors"]] == ["former_ends_at"]
        soon = (clock.now() + timedelta(minutes=5)).isoformat()
        desk.admin.post(path, {"former_ends_at": soon}, expect=200)
        with clock.at(clock.now() + timedelta(minutes=6)):
            assert desk.ask(made).status_code == 401
            # The one that lasts becomes the former in its turn.
            assert len(desk.admin.post(path, {}, expect=200)["secrets"]) == 2

    def test_a_first_secret(self, desk: Desk) -> None:
        made = desk.create(jwks=JWKS, with_secret=False)
        seen = desk.admin.post(f"/api-clients/{made['id']}/rotate-secret", {}, expect=200)
        assert desk.ask(made, secret=seen["secret"]).status_code == 200

    def test_revoked_at_once(self, desk: Desk) -> None:
        made, other = desk.create(), desk.create()
        path = f"/api-clients/{made['id']}/revoke-secret"
        form = {"secret_id": made["secrets"][0]["id"]}
        assert desk.admin.post(path, form, expect=200)["secrets"] == []
        assert desk.ask(made).status_code == 401
        desk.admin.post(path, form, expect=409)
        desk.admin.post(path, {"secret_id": other["secrets"][0]["id"]}, expect=404)
        assert desk.ask(other).status_code == 200
        assert desk.world.event_types(made["id"])[2:] == ["api_client.secret_revoked"]


class TestClosed:
    def test_for_good(self, desk: Desk) -> None:
        made = desk.create(jwks=JWKS)
        path = f"/api-clients/{made['id']}"
        machine = desk.caller(desk.ask(made))
        machine.get("/agents")
        seen = desk.admin.post(f"{path}/close", expect=200)
        assert seen["closed_at"] is not None
        assert seen["secrets"] == []
        machine.get("/agents", expect=401)
        assert desk.ask(made).status_code == 401
        assert desk.prove(made).status_code == 401
        for verb in ("close", "rotate-secret"):
            assert desk.admin.post(f"{path}/{verb}", VERBS[verb], expect=409)["type"].endswith(
                "client-closed"
            )
        desk.admin.patch(path, {"name": "x"}, expect=409)
        assert desk.world.event_types(made["id"])[-1] == "api_client.closed"


class TestLastUse:
    def test_is_written_once_an_hour(self, desk: Desk) -> None:
        made = desk.create()
        machine = desk.caller(desk.ask(made))
        start = clock.now()

        def writes(at_minute: int) -> int:
            with clock.at(start + timedelta(minutes=at_minute)), desk.world.counted_queries() as queries:
                machine.get("/agents")
            return sum(not query.startswith("SELECT") for query in queries)

        assert [writes(minute) for minute in (0, 1, 30, 58)] == [1, 0, 0, 0]
        machine = desk.caller(desk.ask(made))
        with clock.at(start + timedelta(minutes=61)):
            machine = desk.caller(desk.ask(made))
        assert [writes(minute) for minute in (62, 63)] == [1, 0]
        seen = desk.admin.get(f"/api-clients/{made['id']}")
        assert seen["last_used_at"][:16] == (start + timedelta(minutes=62)).isoformat()[:16]
        # Used is not edited.
        assert (seen["version"], seen["updated_at"]) == (made["version"], made["updated_at"])


def test_list(desk: Desk) -> None:
    made = [desk.create()["id"] for _ in range(3)]
    first = desk.admin.get("/api-clients", params={"limit": 2})
    rest = desk.admin.get("/api-clients", params={"limit": 2, "cursor": first["next_cursor"]})
    assert [item["id"] for item in (*first["items"], *rest["items"])] == made[::-1]
    desk.admin.get("/api-clients", params={"sort": "name"}, expect=422)
    with desk.world.counted_queries() as few:
        desk.admin.get("/api-clients", params={"limit": 1})
    with desk.world.counted_queries() as many:
        desk.admin.get("/api-clients")
    assert len(few) == len(many) == 2


def test_events_name_no_secret_and_no_person(desk: Desk) -> None:
    made = desk.create()
    desk.ask(made, scope="hr:read")
    with desk.world.database.read() as connection:
        events = connection.execute(
            select(col(JournalEvent.payload), col(JournalEvent.client_id), col(JournalEvent.agent_id))
            .where(col(JournalEvent.type).like("api_client.%"))
            .order_by(col(JournalEvent.id))
        ).all()
        client_id = connection.execute(select(col(ApiClient.id))).scalar_one()
    assert [(event.client_id, event.agent_id) for event in events] == [
        (None, desk.admin.agent.id),
        (None, desk.admin.agent.id),
        (client_id, None),
    ]
    assert "client_secret_basic" in events[-1].payload
    assert all(made["secret"] not in event.payload for event in events)
