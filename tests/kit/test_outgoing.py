"""Calls go where the rules say, whatever names resolve to."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests

from app.kit.outgoing import Reach, Unreachable, fetch_json, guard
from tests.support.post_office import certificate

PRODUCTION, TRIAL = Reach(), Reach(on_trial=True)
LISTED = Reach(frozenset({("sso.valmoret.test", 443), ("sso.valmoret.test", 8443), ("10.1.2.3", 443)}))


@pytest.mark.parametrize(
    ("reach", "url", "allowed"),
    [
        (PRODUCTION, "https://auth.agentconnect.gouv.fr/api/v2", True),
        (PRODUCTION, "https://auth.agentconnect.gouv.fr:8443", True),
        (PRODUCTION, "http://auth.agentconnect.gouv.fr", False),
        (PRODUCTION, "https://10.0.0.7", False),
        (PRODUCTION, "https://169.254.169.254/latest/meta-data", False),
        (PRODUCTION, "https://[fd00::1]", False),
        (PRODUCTION, "https://[::ffff:10.0.0.7]", False),
        (PRODUCTION, "https://127.0.0.1", False),
        (PRODUCTION, "https://localhost", False),
        (PRODUCTION, "http://127.0.0.1:9000", False),
        (PRODUCTION, "https://", False),
        (PRODUCTION, "https://[bad", False),
        (PRODUCTION, "https://host:port", False),
        (PRODUCTION, "file:///etc/passwd", False),
        (TRIAL, "http://127.0.0.1:9000", True),
        (TRIAL, "http://[::1]:9000", True),
        (TRIAL, "http://localhost:9000", True),
        (TRIAL, "https://10.0.0.7", False),
        (TRIAL, "http://10.0.0.7", False),
        (LISTED, "https://sso.valmoret.test/token", True),
        (LISTED, "https://SSO.valmoret.test/token", True),
        (LISTED, "https://sso.valmoret.test:8443/token", True),
        (LISTED, "https://sso.valmoret.test:9443/token", False),
        (LISTED, "https://10.1.2.3", True),
        (LISTED, "https://elsewhere.test", False),
        (LISTED, "https://sso.valmoret.test.elsewhere.test", False),
        (LISTED, "https://sso.valmoret.test@elsewhere.test", False),
        (LISTED, "http://sso.valmoret.test:443", False),
    ],
)
def test_by_name(reach: Reach, url: str, allowed: bool) -> None:
    assert reach.allows(url) is allowed


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("185.24.184.5", True),
        ("2a01:c9c0::1", True),
        ("10.0.0.7", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff0e::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::10.0.0.7", False),
        ("64:ff9b::185.24.184.5", True),
        ("2002:0a00:0007::1", False),
    ],
)
def test_by_address(address: str, public: bool) -> None:
    assert PRODUCTION.admits(ip_address(address)) is public
    assert LISTED.admits(ip_address(address))


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"host": self.headers["Host"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


class Counting(HTTPServer):
    connections = 0

    def get_request(self) -> tuple[socket.socket, Any]:
        self.connections += 1
        return super().get_request()

    def handle_error(self, *_arguments: object) -> None:
        """A handshake that fails is what a test is about."""


@contextmanager
def answering(context: ssl.SSLContext | None = None) -> Iterator[Counting]:
    with Counting(("127.0.0.1", 0), Answering) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to; each time one is asked for, its next address."""
    resolve, known = socket.getaddrinfo, dict[str, list[str]]()

    def resolved(host: Any, *arguments: Any, **options: Any) -> Any:
        addresses = known.get(host)
        if addresses is None:
            return resolve(host, *arguments, **options)
        return resolve(addresses.pop(0) if len(addresses) > 1 else addresses[0], *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return known


def test_a_name_that_leads_inside_is_not_followed(names: dict[str, list[str]]) -> None:
    with answering() as server:
        names["inside.test"] = ["127.0.0.1"]
        with pytest.raises(Unreachable) as refused:
            fetch_json(f"https://inside.test:{server.server_port}", PRODUCTION)
        assert "not public" in str(refused.value.__cause__)
        assert server.connections == 0


def test_a_name_is_resolved_once(names: dict[str, list[str]], tmp_path: Path) -> None:
    """What it means a moment later (DNS rebinding) leads nowhere."""
    context, _authority = certificate(tmp_path)
    with answering(context) as server:
        # First an address where nobody answers, then the one where somebody does.
        names["rebinding.test"] = ["127.0.0.2", "127.0.0.1"]
        reach = Reach(frozenset({("rebinding.test", server.server_port)}))
        with pytest.raises(Unreachable):
            fetch_json(f"https://rebinding.test:{server.server_port}", reach)
        assert server.connections == 0
        assert names["rebinding.test"] == ["127.0.0.1"]


def test_a_host_that_is_listed_may_be_anywhere_and_shows_its_certificate(
    names: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = certificate(tmp_path, "sso.valmoret.test")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    with answering(context) as server:
        names["sso.valmoret.test"] = names["another.test"] = ["127.0.0.1"]
        port = server.server_port
        reach = Reach(frozenset({("sso.valmoret.test", port), ("another.test", port)}))
        assert fetch_json(f"https://sso.valmoret.test:{port}", reach) == {"host": f"sso.valmoret.test:{port}"}
        with pytest.raises(Unreachable) as refused:
            fetch_json(f"https://another.test:{port}", reach)
        assert "doesn't match" in str(refused.value.__cause__) or "mismatch" in str(refused.value.__cause__)


def test_on_trial_this_machine_answers() -> None:
    with answering() as server:
        url = f"http://127.0.0.1:{server.server_port}"
        assert fetch_json(url, TRIAL)["host"] == f"127.0.0.1:{server.server_port}"
        with pytest.raises(Unreachable):
            fetch_json(url, PRODUCTION)
        assert server.connections == 1


def test_a_proxy_is_asked_for_listed_hosts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It resolves names itself: nobody here would see where they lead."""
    monkeypatch.setenv("NO_PROXY", "")
    with answering() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.server_port}")
        with guard(requests.Session(), TRIAL) as session, pytest.raises(requests.exceptions.ProxyError):
            session.get("http://localhost:9/x")
        assert proxy.connections == 0
        listed = Reach(frozenset({("localhost", 9)}), on_trial=True)
        with guard(requests.Session(), listed) as session:
            assert session.get("http://localhost:9/x").json() == {"host": "localhost:9"}
        assert proxy.connections == 1
