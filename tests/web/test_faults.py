"""A fault of ours is a page to a person, a problem document to a machine."""

import re

from tests.irritants.test_hunt import without_table
from tests.signin.builders import signed_in
from tests.support.visitor import Visitor
from tests.support.world import API, World

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9"}


def test_a_person_reads_what_to_do(world: World) -> None:
    visitor = signed_in(world, world.bruno)
    with without_table(world.database, "web_sessions"):
        answer = visitor.http.get("/", headers=BROWSER)
        english = visitor.http.get("/", headers={**BROWSER, "Accept-Language": "en"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Une erreur est survenue de notre côté" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "recommencez" in answer.text
    assert "web_sessions" not in answer.text
    assert "Something went wrong" in english.text
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    assert "default-src 'none'; style-src 'self'" in policies[0]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers


def test_in_the_middle_of_a_form(world: World) -> None:
    visitor = signed_in(world, world.bruno)
    page = visitor.get("/")
    found = re.search(r"/connexions/[0-9a-f-]{36}/fermer", page)
    path = found[0] if found else "/deconnexion"
    visitor.http.headers["Accept"] = "text/html"
    with without_table(world.database, "events"):
        answer = visitor.submit(path, expect=500)
    assert "Une erreur est survenue de notre côté" in answer.text
    assert visitor.is_inside(), "what was begun is undone"


def test_at_a_door_and_at_no_address(world: World) -> None:
    visitor = Visitor(world.app)
    with without_table(world.database, "authorities"):
        for path in ("/connexion", "/connexion/lien/envoye"):
            answer = visitor.http.get(path, headers=BROWSER)
            assert answer.status_code == 500
            assert "Une erreur est survenue" in answer.text
    unknown = visitor.http.get("/nulle-part", headers=BROWSER)
    assert unknown.status_code == 404
    assert unknown.headers["content-type"].startswith("text/html")
    assert "style-src 'self'" in unknown.headers["content-security-policy"]


def test_a_machine_reads_a_problem(world: World) -> None:
    with without_table(world.database, "access_tokens"):
        for headers in ({}, BROWSER):
            answer = world.http.get(
                f"{API}/me", headers={**headers, "Authorization": f"Bearer {world.bruno.token}"}
            )
            assert answer.status_code == 500
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["request_id"] == answer.headers["x-request-id"]
