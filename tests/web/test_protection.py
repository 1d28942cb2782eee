"""What forms must carry, what answers say, and what is shown where there is nothing."""

import re

import pytest

from app.web.visits import Visit
from tests.signin.builders import signed_in
from tests.support.visitor import Visitor, where
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


class TestForms:
    def test_without_a_token(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        for fields in ({"a": "b"}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "é"}):
            assert visitor.http.post("/deconnexion", data=fields).status_code == 403
        assert visitor.is_inside()

    def test_with_somebody_elses(self, world: World) -> None:
        alice, bruno = signed_in(world, world.alice), signed_in(world, world.bruno)
        bruno.get("/")
        assert alice.http.post("/deconnexion", data={"csrf": bruno.csrf}).status_code == 403

    def test_with_the_one_of_before_sign_in(self, world: World) -> None:
        visitor = Visitor(world.app)
        visitor.http.cookies.set("essaim", "A" * 43, domain="testserver.local", path="/")
        stale = Visit("A" * 43).csrf
        assert visitor.http.post("/deconnexion", data={"csrf": stale}).status_code == 303
        alice = signed_in(world, world.alice)
        assert alice.http.post("/deconnexion", data={"csrf": stale}).status_code == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.test"},
            {"Origin": "null"},
        ],
    )
    def test_from_another_page(self, world: World, headers: dict[str, str]) -> None:
        visitor = signed_in(world, world.alice)
        visitor.get("/")
        answer = visitor.http.post("/deconnexion", data={"csrf": visitor.csrf}, headers=headers)
        assert answer.status_code == 403
        assert "n&#39;est plus à jour" in answer.text
        assert visitor.is_inside()

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "same-origin"},
            {"Origin": "http://testserver"},
            {"Origin": "http://127.0.0.1:8000"},
        ],
    )
    def test_from_ours(self, world: World, headers: dict[str, str]) -> None:
        visitor = signed_in(world, world.alice)
        visitor.get("/")
        answer = visitor.http.post("/deconnexion", data={"csrf": visitor.csrf}, headers=headers)
        assert answer.status_code == 303

    def test_other_media(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        visitor.get("/")
        assert visitor.http.post("/deconnexion", json={"csrf": visitor.csrf}).status_code == 415
        sent = {"csrf": (None, visitor.csrf)}
        assert visitor.http.post("/deconnexion", files=sent).status_code == 415

    def test_bytes_that_are_no_form(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for body in (b"\xff\xfe", b"csrf=%ff%fe", b"a=1&" * 1000):
            assert visitor.http.post("/deconnexion", content=body, headers=headers).status_code == 400

    def test_too_large(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        assert visitor.http.post("/deconnexion", data={"a": "x" * 2_000_000}).status_code == 413

    def test_whoever_has_gone_in_between_is_sent_to_the_doors(self, world: World) -> None:
        visitor = Visitor(world.app)
        visitor.get("/connexion")
        answer = visitor.http.post(
            f"/connexions/{UNKNOWN}/fermer", data={"csrf": "x"}, headers={"Referer": "http://testserver/?a=b"}
        )
        assert where(answer) == "/connexion?suite=/%3Fa%3Db"
        answer = visitor.http.post(
            f"/connexions/{UNKNOWN}/fermer", data={"csrf": "x"}, headers={"Referer": "http://evil.test/x"}
        )
        assert where(answer) == "/connexion?suite=/"


class TestHeaders:
    def test_of_every_page(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        visitor.get("/")
        answers = [
            visitor.http.get("/"),
            visitor.http.get("/connexion?suite=/x"),
            Visitor(world.app).http.get("/connexion"),
            visitor.http.post("/deconnexion"),
            visitor.http.get("/nulle-part", headers={"Accept": "text/html"}),
        ]
        assert [answer.status_code for answer in answers] == [200, 303, 200, 415, 404]
        for answer in answers:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"

    def test_nothing_inline(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        for text in (visitor.get("/"), Visitor(world.app).get("/connexion")):
            assert "<script" not in text
            assert "<style" not in text
            assert " style=" not in text
            assert " onclick=" not in text

    def test_what_pages_load_is_there_and_kept(self, world: World) -> None:
        text = Visitor(world.app).get("/connexion")
        loaded = set(re.findall(r'(?:href|src|srcset)="(/static/[^"]+)"', text))
        assert len(loaded) >= 5
        for path in loaded:
            answer = world.http.get(path)
            assert answer.status_code == 200, path
            assert "immutable" in answer.headers["cache-control"]
        assert world.http.get("/static/../pages.py").status_code == 404
        assert world.http.get("/static/essaim.css").headers["cache-control"] == "no-cache"


class TestNowhere:
    def test_a_person_reads_a_page(self, world: World) -> None:
        answer = world.http.get("/nulle-part", headers={"Accept": "text/html,*/*"})
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "Rien ne se trouve à cette adresse" in answer.text

    def test_a_machine_reads_a_problem(self, world: World) -> None:
        for path, accept in (("/api/v1/nowhere", "text/html"), ("/nulle-part", "application/json")):
            answer = world.http.get(path, headers={"Accept": accept})
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"

    def test_a_page_that_takes_no_such_method(self, world: World) -> None:
        answer = world.http.post("/connexion", headers={"Accept": "text/html"})
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET"
