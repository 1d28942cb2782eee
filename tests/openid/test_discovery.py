"""What a provider says of itself is asked for rarely, and outlives its absences."""

import threading
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from app.kit import remembered
from app.kit.remembered import Away
from app.openid import discovery
from app.openid.discovery import Directory, fetch_json, is_in_reach, is_safe
from app.openid.problems import ProviderAway
from app.settings import Settings
from tests.kit.test_jose import modulus_of
from tests.openid.provider import Provider, running_provider


@pytest.fixture
def asked() -> Counter[str]:
    return Counter()


@pytest.fixture
def directory(asked: Counter[str]) -> Directory:
    def fetch(url: str) -> Mapping[str, Any]:
        asked[url.rpartition("/")[2]] += 1
        return fetch_json(url)

    return Directory(fetch)


def test_asked_once_an_hour(
    provider: Provider, directory: Directory, asked: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        directory.keys(directory.metadata(provider.issuer))
    assert asked == {"openid-configuration": 1, "jwks": 1}
    monkeypatch.setattr(discovery, "FRESH_SECONDS", 0)
    directory.metadata(provider.issuer)
    assert asked["openid-configuration"] == 2


def test_unknown_keys_are_asked_for_once_a_minute(
    provider: Provider, directory: Directory, asked: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = directory.metadata(provider.issuer)
    for _ in range(5):
        directory.keys(metadata, unknown=True)
    assert asked["jwks"] == 1
    monkeypatch.setattr(discovery, "NEW_KEY_SECONDS", 0)
    directory.keys(metadata, unknown=True)
    assert asked["jwks"] == 2


def test_it_outlives_the_providers_absence(
    directory: Directory, asked: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_provider() as short_lived:
        issuer = short_lived.issuer
        metadata = directory.metadata(issuer)
        keys = directory.keys(metadata, unknown=True)
        short_lived.stop()
    monkeypatch.setattr(discovery, "NEW_KEY_SECONDS", 0)
    for _ in range(3):
        assert directory.keys(metadata, unknown=True) is keys
    # Asked once more, then left in peace for a while.
    assert asked["jwks"] == 2
    monkeypatch.setattr(remembered, "STALE_SECONDS", 0)
    with pytest.raises(ProviderAway):
        directory.keys(metadata, unknown=True)


def test_a_provider_that_never_answered_is_left_in_peace(directory: Directory, asked: Counter[str]) -> None:
    for _ in range(3):
        with pytest.raises(ProviderAway):
            directory.metadata("http://127.0.0.1:1")
    assert asked["openid-configuration"] == 1


def test_one_thread_asks_and_the_others_take_what_was_known(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "PATIENCE", 0.2)
    asking, answer, asked = threading.Event(), threading.Event(), Counter[str]()

    def fetch(url: str) -> Mapping[str, Any]:
        asked[url] += 1
        if asked.total() == 2:
            asking.set()
            assert answer.wait(10)
        return fetch_json(url)

    directory = Directory(fetch)
    known = directory.metadata(provider.issuer)
    monkeypatch.setattr(discovery, "FRESH_SECONDS", 0)
    slow = threading.Thread(target=directory.metadata, args=(provider.issuer,))
    slow.start()
    assert asking.wait(10)
    assert directory.metadata(provider.issuer) is known
    answer.set()
    slow.join()
    assert asked.total() == 2
    assert directory.metadata(provider.issuer) is not known


def test_nobody_waits_long_for_what_another_thread_asks(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "PATIENCE", 0.2)
    asking, answer = threading.Event(), threading.Event()

    def fetch(url: str) -> Mapping[str, Any]:
        asking.set()
        assert answer.wait(10)
        return fetch_json(url)

    directory = Directory(fetch)
    slow = threading.Thread(target=directory.metadata, args=(provider.issuer,))
    slow.start()
    assert asking.wait(10)
    with pytest.raises(ProviderAway):
        directory.metadata(provider.issuer)
    answer.set()
    slow.join()
    assert directory.metadata(provider.issuer).issuer == provider.issuer


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://auth.agentconnect.gouv.fr/api/v2", True),
        ("http://127.0.0.1:9000", True),
        ("http://[::1]:9000", True),
        ("http://auth.agentconnect.gouv.fr", False),
        ("http://127.0.0.1.elsewhere.test", False),
        ("https://", False),
        ("https://[bad", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_where_people_and_secrets_may_be_sent(url: str, safe: bool) -> None:
    assert is_safe(url) is safe


@pytest.mark.parametrize("url", ["http://127.0.0.1:9200/x", "http://localhost/x", "http://[::1]/x"])
def test_in_production_this_machine_is_asked_nothing_in_the_clear(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_safe(url)
    production = Settings(public_url="https://essaim.valmoret.test")
    monkeypatch.setattr(discovery, "get_settings", lambda: production)
    assert not is_safe(url)
    assert not is_in_reach(url)
    assert is_in_reach("https://auth.agentconnect.gouv.fr/api/v2")
    assert is_safe("https://auth.agentconnect.gouv.fr/api/v2")


def saying(metadata: Mapping[str, Any]) -> Directory:
    return Directory(lambda _url: metadata)


def test_a_provider_that_would_have_us_call_elsewhere_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its metadata are its own, whatever the operator thinks of its issuer."""
    listed = Settings(
        public_url="https://essaim.valmoret.test", outgoing_hosts=frozenset({"sso.valmoret.test"})
    )
    monkeypatch.setattr(discovery, "get_settings", lambda: listed)
    sound = {
        "issuer": "https://sso.valmoret.test",
        "authorization_endpoint": "https://comptes.valmoret.test/authorize",
        "token_endpoint": "https://sso.valmoret.test/token",
        "userinfo_endpoint": "https://sso.valmoret.test/me",
        "jwks_uri": "https://sso.valmoret.test/jwks",
    }
    assert saying(sound).metadata(sound["issuer"]).jwks_uri == sound["jwks_uri"]
    for member in ("token_endpoint", "userinfo_endpoint", "jwks_uri"):
        with pytest.raises(ProviderAway):
            saying({**sound, member: "https://10.0.0.7/latest/meta-data"}).metadata(sound["issuer"])


def test_short_keys_verify_nothing(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = Directory().metadata(provider.issuer)
    short = {"kty": "RSA", "kid": "short", "n": modulus_of(1024), "e": "AQAB"}

    def fetch(url: str) -> Mapping[str, Any]:
        return {"keys": [short, *fetch_json(url)["keys"]]}

    kids = [key.kid for key in Directory(fetch).keys(metadata).keys]
    assert kids
    assert "short" not in kids
    monkeypatch.setattr(discovery, "get_settings", lambda: Settings(smallest_rsa_bits=3072))
    with pytest.raises(ProviderAway):
        Directory(fetch).keys(metadata)


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/inside")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(Away):
            fetch_json(f"http://127.0.0.1:{server.server_port}/outside")
        thread.join()
    assert asked == ["/outside"]
