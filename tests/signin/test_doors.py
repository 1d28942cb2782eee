"""The pages of sign-in: the cookie, the form's token, the way in and out."""

from datetime import timedelta

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from app.kit import clock
from app.kit.database import Database
from app.main import create_app
from app.settings import Settings
from app.signin.arithmetic import browser_name
from tests.signin.builders import FIREFOX, cookie, signed_in
from tests.support.visitor import Visitor, where
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


class TestCookie:
    def test_a_stranger_is_given_one(self, world: World) -> None:
        answer = Visitor(world.app).http.get("/connexion")
        given = answer.headers["set-cookie"]
        assert given.startswith("essaim=")
        assert {"httponly", "path=/", "samesite=lax"} <= {part.strip().lower() for part in given.split(";")}
        assert "domain" not in given.lower()

    def test_over_https(self, database: Database) -> None:
        app = create_app(Settings(worker="outside", public_url="https://essaim.valmoret.test"), database)
        answer = Visitor(app).http.get("/connexion")
        given = answer.headers["set-cookie"]
        assert given.startswith("__Host-essaim=")
        assert "Secure" in given
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"

    def test_is_not_given_twice(self, world: World) -> None:
        visitor = Visitor(world.app)
        visitor.get("/connexion")
        assert "set-cookie" not in visitor.http.get("/connexion").headers

    @pytest.mark.parametrize(
        "value", ["short", "x" * 44, "é" * 43, "'; DROP TABLE web_sessions; --aaaaaaaaaaa"]
    )
    def test_nonsense_is_replaced(self, world: World, value: str) -> None:
        answer = world.http.get("/connexion", headers={b"Cookie": f"essaim={value}".encode()})
        assert answer.status_code == 200
        assert "set-cookie" in answer.headers

    def test_one_of_nobodys_opens_nothing(self, world: World) -> None:
        visitor = Visitor(world.app)
        visitor.get("/connexion")
        assert where(visitor.http.get("/")) == "/connexion?suite=/"


class TestWayIn:
    def test_a_stranger_is_sent_to_the_doors_and_comes_back(self, world: World) -> None:
        answer = Visitor(world.app).http.get("/?fermee=1")
        assert answer.status_code == 303
        assert where(answer) == "/connexion?suite=/%3Ffermee%3D1"

    def test_whoever_is_inside_goes_on(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        assert where(visitor.http.get("/connexion?suite=/%3Fa=b")) == "/?a=b"

    @pytest.mark.parametrize(
        "suite",
        [
            "https://evil.test/",
            "//evil.test",
            "/\\evil.test",
            "\\evil",
            "javascript:alert(1)",
            "/a\r\nX: y",
            "",
        ],
    )
    def test_nobody_is_led_elsewhere(self, world: World, suite: str) -> None:
        visitor = signed_in(world, world.alice)
        answer = visitor.http.get("/connexion", params={"suite": suite})
        assert answer.headers["location"] == "/"

    def test_once_more_where_an_act_asks_for_it(self, world: World) -> None:
        visitor, opened = signed_in(world, world.alice), clock.now()
        assert where(visitor.http.get("/connexion?fraiche=1&suite=/x")) == "/x"
        with clock.at(opened + timedelta(minutes=16)):
            assert "Dites à nouveau qui vous êtes" in visitor.get("/connexion?fraiche=1&suite=/x")

    def test_in_english(self, world: World) -> None:
        answer = Visitor(world.app).http.get("/connexion", headers={"Accept-Language": "en"})
        assert "Sign in" in answer.text
        assert answer.headers["content-language"] == "en"

    def test_a_long_way_back(self, world: World) -> None:
        assert "Rien ne se trouve" in Visitor(world.app).get("/connexion?suite=/" + "x" * 3000, expect=404)


class TestWayOut:
    def test_sign_out(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        before = str(cookie(visitor))
        visitor.get("/")
        answer = visitor.submit("/deconnexion")
        assert where(answer) == "/connexion?sortie=1"
        assert cookie(visitor) is None
        assert "Vous êtes déconnecté" in visitor.get("/connexion?sortie=1")
        visitor.http.cookies.set("essaim", before, domain="testserver.local", path="/")
        assert not visitor.is_inside()

    def test_reading_signs_nobody_out(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        assert visitor.http.get("/deconnexion").status_code == 405
        assert visitor.is_inside()


class TestFirstPage:
    def test_who_one_is_and_where_to_go(self, world: World) -> None:
        text = signed_in(world, world.lab).get("/")
        for said in ("Bonjour Lab LAB", "Ville de Valmoret", "laboratoire"):
            assert said in text
        for path in ("/mes-acces", "/journal/moi", "/journal"):
            assert f'href="{path}"' in text

    def test_nobody_is_led_before_a_closed_page(self, world: World) -> None:
        text = signed_in(world, world.alice).get("/")
        assert 'href="/journal/moi"' in text
        assert 'href="/journal"' not in text

    def test_a_constant_number_of_queries(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        visitor.get("/")
        with world.counted_queries() as seen:
            visitor.get("/")
        assert len(seen) == 3

    def test_what_a_browser_calls_itself_is_escaped(self, world: World) -> None:
        world.add_person("<script>alert(1)</script>", "DEP")
        text = signed_in(world, world.people["<script>alert(1)</script>"]).get("/")
        assert "<script>" not in text
        assert "&lt;script&gt;" in text


class TestAddress:
    def test_behind_a_proxy_that_is_trusted(self, database: Database) -> None:
        app = create_app(Settings(worker="outside", trusted_proxies="10.0.0.0/8, 192.0.2.1"), database)  # type: ignore[arg-type]
        assert address_seen(app, peer="10.1.2.3", forwarded="203.0.113.7") == "203.0.113.7"
        assert address_seen(app, peer="192.0.2.1", forwarded="203.0.113.7, 10.9.9.9") == "203.0.113.7"
        assert address_seen(app, peer="192.0.2.1", forwarded="1.1.1.1, 203.0.113.7") == "203.0.113.7"

    def test_nobody_else_is_believed(self, database: Database) -> None:
        app = create_app(Settings(worker="outside", trusted_proxies="10.0.0.0/8"), database)  # type: ignore[arg-type]
        assert address_seen(app, peer="198.51.100.1", forwarded="203.0.113.7") == "198.51.100.1"
        app = create_app(Settings(worker="outside"), database)
        assert address_seen(app, peer="127.0.0.1", forwarded="203.0.113.7") == "127.0.0.1"

    def test_nonsense_in_the_settings(self) -> None:
        with pytest.raises(ValueError, match="trusted_proxies"):
            Settings(trusted_proxies="the proxy")  # type: ignore[arg-type]


def address_seen(app: FastAPI, *, peer: str, forwarded: str) -> str:
    """What the application takes for the address of a request."""

    async def look(request: Request) -> Response:
        return Response(request.client and request.client.host)

    app.router.add_route("/seen", look)
    answer = TestClient(app, client=(peer, 50000)).get("/seen", headers={"X-Forwarded-For": forwarded})
    return str(answer.text)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 "
            "Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 "
            "Safari/537.36 Edg/128.0.0.0",
            "Edge, Windows",
        ),
        ("curl/8.5.0", None),
        ("", None),
        (None, None),
    ],
)
def test_browser_names(said: str | None, name: str | None) -> None:
    assert browser_name(said) == name
