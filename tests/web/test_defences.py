"""What every answer tells browsers, and what the server in front of the application makes of odd requests."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.server import running_server
from tests.support.visitor import Visitor
from tests.support.world import World


class TestHeaders:
    @pytest.mark.parametrize(
        "path",
        [
            "/healthz",
            "/api/v1/openapi.json",
            "/api/v1/nowhere",
            "/static/img/favicon.svg",
            "/nowhere",
            "/connexion",
        ],
    )
    def test_no_answer_does_anything_in_a_frame_or_as_a_page(self, world: World, path: str) -> None:
        headers = world.http.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.count("default-src 'none'") == policy.count("base-uri 'none'") == 1
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert len(headers.get_list("content-security-policy")) == 1

    def test_the_api_is_kept_by_no_cache(self, world: World) -> None:
        for path in ("/me", "/irritants", f"/agents/{world.alice.id}"):
            answer = world.alice.request("GET", path)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"

    def test_no_other_origin_is_let_in(self, world: World) -> None:
        asked = {"Origin": "https://evil.test", "Access-Control-Request-Method": "GET"}
        for method, path in (("GET", "/connexion"), ("GET", "/api/v1/me"), ("OPTIONS", "/api/v1/me")):
            answer = world.http.request(method, path, headers=asked)
            assert not [name for name in answer.headers if name.startswith("access-control-")]

    def test_texts_say_their_encoding(self, world: World) -> None:
        for path, media_type in (
            ("/connexion", "text/html; charset=utf-8"),
            ("/static/essaim.css", "text/css; charset=utf-8"),
            ("/static/img/favicon.svg", "image/svg+xml; charset=utf-8"),
        ):
            assert world.http.get(path).headers["content-type"] == media_type


class TestAddresses:
    @pytest.mark.parametrize("path", ["/static", "/static/", "/static/img", "/static/img/"])
    def test_no_folder_is_listed(self, world: World, path: str) -> None:
        assert world.http.get(path, follow_redirects=True).status_code == 404

    @pytest.mark.parametrize("path", ["/api/v1/me", "/connexion", "/healthz", "/static/essaim.css"])
    def test_nothing_is_traced(self, world: World, path: str) -> None:
        answer = world.http.request("TRACE", path, headers={"X-Secret": "s3cr3t"})
        assert answer.status_code == 405
        assert "s3cr3t" not in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_nobody_is_signed_in_by_a_link_elsewhere(world: World, site: str) -> None:
    """Who has a session at the provider would come back from there signed in, having asked for nothing."""
    http = Visitor(world.app).http
    answer = http.get("/oidc/depart", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, "<h1" in answer.text) == (200, True)
    # From the button of ours, or an address that was typed, one is on one's way: here, to no provider.
    for chosen in ("same-origin", "none"):
        assert http.get("/oidc/depart", headers={"Sec-Fetch-Site": chosen}).status_code == 503


FRAMINGS = {
    "both": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: b\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 44\r\n\r\nGET /healthz HTTP/1.1\r\nHost: b\r\n\r\n",
    "odd coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: b\r\n\r\n",
}
"""Requests whose end two servers could see at different places, each with another behind it (RFC 9112, 6.3)."""


def test_no_request_hides_in_another(world: World, database_url: str, tmp_path: Path) -> None:
    with running_server(database_url, tmp_path / "server.log", ESSAIM_WORKER="outside") as url:
        where = urlsplit(url)
        for name, rest in FRAMINGS.items():
            with socket.create_connection((str(where.hostname), where.port or 80), timeout=10) as wire:
                wire.sendall(b"POST /connexion HTTP/1.1\r\nHost: a\r\n" + rest)
                wire.shutdown(socket.SHUT_WR)
                said = b""
                while piece := wire.recv(65536):
                    said += piece
            assert b"alive" not in said, name
            assert said.startswith(b"HTTP/1.1 400"), name
