"""Clients whose keys are at an address of their own: read rarely, rotated by publishing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from app.clients import granting, key_sets, protocol
from app.clients.key_sets import KeySets
from app.kit import remembered
from app.settings import Settings
from tests.clients.conftest import JWKS, KEYS, Desk
from tests.kit.test_jose import modulus_of


@dataclass
class Publisher:
    """Who publishes `keys` by HTTP, and how often that was asked for."""

    url: str = ""
    keys: list[Any] = field(default_factory=lambda: list(JWKS["keys"]))
    status: int = 200
    asked: int = 0


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    published = Publisher()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            published.asked += 1
            body = json.dumps({"keys": published.keys}).encode()
            self.send_response(published.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        published.url = f"http://127.0.0.1:{server.server_port}/jwks.json"
        try:
            yield published
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(granting, "key_sets", KeySets())


@pytest.fixture
def client(desk: Desk, publisher: Publisher) -> dict[str, Any]:
    made = desk.create(jwks_uri=publisher.url, with_secret=False)
    assert (made["jwks"], made["jwks_uri"]) == (None, publisher.url)
    return made


class TestTokens:
    @pytest.mark.parametrize("alg", KEYS)
    def test_by_a_key_that_is_published(
        self, desk: Desk, client: dict[str, Any], publisher: Publisher, alg: str
    ) -> None:
        for _ in range(3):
            response = desk.prove(client, alg=alg, header={"kid": KEYS[alg].kid})
            assert desk.caller(response).get("/me")["name"] == client["name"]
        assert publisher.asked == 1

    def test_a_key_that_has_just_been_published(
        self, desk: Desk, client: dict[str, Any], publisher: Publisher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert desk.prove(client, header={"kid": "rsa"}).status_code == 200
        new = RSAKey.generate_key(2048, {"kid": "next"})
        publisher.keys = [new.as_dict(private=False)]
        # At most once a minute, whoever asks for it.
        for _ in range(3):
            assert desk.prove(client, key=new, header={"kid": "next"}).status_code == 401
        assert publisher.asked == 1
        monkeypatch.setattr(key_sets, "NEW_KEY_SECONDS", 0)
        assert desk.prove(client, key=new, header={"kid": "next"}).status_code == 200
        assert publisher.asked == 2
        # What is published no more, opens no more.
        assert desk.prove(client, header={"kid": "rsa"}).status_code == 401

    def test_another_s_key(self, desk: Desk, client: dict[str, Any]) -> None:
        stranger = RSAKey.generate_key(2048, {"kid": "rsa"})
        assert desk.prove(client, key=stranger, header={"kid": "rsa"}).status_code == 401

    def test_it_outlives_the_publisher_s_absence(
        self, desk: Desk, client: dict[str, Any], publisher: Publisher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert desk.prove(client).status_code == 200
        publisher.status = 503
        monkeypatch.setattr(key_sets, "FRESH_SECONDS", 0)
        assert desk.prove(client).status_code == 200
        monkeypatch.setattr(remembered, "STALE_SECONDS", 0)
        assert desk.prove(client).status_code == 401

    def test_one_that_never_answered_is_left_in_peace(
        self, desk: Desk, client: dict[str, Any], publisher: Publisher
    ) -> None:
        publisher.status = 404
        assert [desk.prove(client).status_code for _ in range(3)] == [401] * 3
        assert publisher.asked == 1

    def test_keys_for_something_else_are_passed_over(
        self, desk: Desk, client: dict[str, Any], publisher: Publisher
    ) -> None:
        others = [{**JWKS["keys"][0], "kid": "e", "use": "enc"}, {"kty": "EC", "crv": "P-521"}, "x", None]
        publisher.keys = [*others, *publisher.keys]
        assert desk.prove(client).status_code == 200

    @pytest.mark.parametrize("keys", [[], ["x"], [{"kty": "RSA", "n": modulus_of(1024), "e": "AQAB"}]])
    def test_nothing_of_use(
        self, desk: Desk, client: dict[str, Any], publisher: Publisher, keys: list[Any]
    ) -> None:
        publisher.keys = keys
        assert desk.prove(client).status_code == 401


class TestSetting:
    def test_one_or_the_other(self, desk: Desk, publisher: Publisher) -> None:
        body = {"name": "SIRH", "scopes": ["hr:read"], "jwks": JWKS, "jwks_uri": publisher.url}
        problem = desk.admin.post("/api-clients", body, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["jwks_uri"]
        client = desk.create(jwks=JWKS, with_secret=False)
        path = f"/api-clients/{client['id']}"
        desk.admin.patch(path, {"jwks_uri": publisher.url}, expect=422)
        moved = desk.admin.patch(path, {"jwks": None, "jwks_uri": publisher.url})
        assert (moved["jwks"], moved["jwks_uri"]) == (None, publisher.url)
        desk.admin.patch(path, {"jwks": JWKS}, expect=422)
        assert desk.admin.patch(path, {"jwks": JWKS, "jwks_uri": None})["jwks_uri"] is None

    @pytest.mark.parametrize(
        "url",
        [
            "http://sirh.valmoret.test/jwks.json",
            "https://10.0.0.7/jwks.json",
            "https://169.254.169.254/",
            "https://",
            "file:///etc/passwd",
            "https://sirh.valmoret.test/\u00e9",
            "https://sirh.valmoret.test/a b\n",
        ],
    )
    def test_where_nothing_is_called(self, desk: Desk, url: str) -> None:
        client = desk.create()
        problem = desk.admin.patch(f"/api-clients/{client['id']}", {"jwks_uri": url}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["jwks_uri"]

    def test_only_where_the_operator_lets_it(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        listed = Settings(
            public_url="https://essaim.valmoret.test", outgoing_hosts=frozenset({"sirh.valmoret.test"})
        )
        monkeypatch.setattr(key_sets, "get_settings", lambda: listed)
        path = f"/api-clients/{desk.create()['id']}"
        desk.admin.patch(path, {"jwks_uri": "https://elsewhere.test/jwks.json"}, expect=422)
        desk.admin.patch(path, {"jwks_uri": "https://sirh.valmoret.test/jwks.json"})


class TestShortKeys:
    def test_the_operator_may_ask_for_more(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        client = desk.create(jwks=JWKS, with_secret=False)
        monkeypatch.setattr(protocol, "get_settings", lambda: Settings(smallest_rsa_bits=3072))
        assert desk.prove(client, alg="RS256").status_code == 401
        assert desk.prove(client, alg="ES256").status_code == 200
        body = {"name": "Paie", "scopes": ["hr:read"], "jwks": {"keys": JWKS["keys"][:1]}}
        problem = desk.admin.post("/api-clients", body, expect=422)
        assert "3072" in problem["errors"][0]["detail"]
