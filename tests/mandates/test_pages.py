"""A mandate read, signed and refused by people at a browser."""

import re
from datetime import timedelta
from typing import Any

from app.kit import clock
from tests.mandates.builders import mandate, name_of, sign_all, submitted
from tests.signin.builders import signed_in
from tests.support.visitor import Visitor, where
from tests.support.world import World


def at(world: World, name: str) -> Visitor:
    return signed_in(world, world.people[name])


def first_to_sign(world: World, made: dict[str, Any]) -> list[str]:
    awaited = [party for party in made["parties"] if party["state"] == "pending"]
    lowest = min(party["rank"] for party in awaited)
    return sorted(name_of(world, party["agent_id"]) for party in awaited if party["rank"] == lowest)


def test_everybody_signs_what_they_read(world: World) -> None:
    made = submitted(world)
    path = f"/mandats/{made['id']}"
    while made["state"] == "in_signature":
        name = first_to_sign(world, made)[0]
        visitor = at(world, name)
        assert 'href="/mandats"' in visitor.get("/")
        assert f'href="{path}"' in visitor.get("/mandats")
        shown = visitor.get(path)
        for clause in made["clauses"]:
            assert clause["title"] in shown.replace("\N{NO-BREAK SPACE}", " ").replace("&#39;", "'")
        hash_shown = re.search(r'name="document_hash" value="([0-9a-f]{64})"', shown)
        assert hash_shown
        assert hash_shown[1] == made["document_hash"]
        answer = visitor.submit(f"{path}/signer", document_hash=hash_shown[1], consent="true")
        assert where(answer) == f"{path}?fait=signe"
        assert "Votre signature est enregistrée" in visitor.get(where(answer))
        made = world.lab.get(f"/mandates/{made['id']}")
    assert made["state"] == "active"
    assert "Rien à signer aujourd’hui" in visitor.get("/mandats")


def test_nobody_signs_without_saying_that_they_read(world: World) -> None:
    made = submitted(world)
    path = f"/mandats/{made['id']}"
    visitor = at(world, first_to_sign(world, made)[0])
    visitor.get(path)
    page = visitor.submit(f"{path}/signer", document_hash=made["document_hash"], expect=422).text
    assert 'aria-invalid="true" aria-describedby="e-consent"' in page
    assert world.lab.get(f"/mandates/{made['id']}")["signatures_count"] == 0


def test_a_text_that_has_changed_is_not_signed(world: World) -> None:
    made = submitted(world)
    path = f"/mandats/{made['id']}"
    visitor = at(world, first_to_sign(world, made)[0])
    visitor.get(path)
    visitor.submit(f"{path}/signer", document_hash="0" * 64, consent="true", expect=409)
    visitor.get(path)
    page = visitor.submit(f"{path}/signer", document_hash="?", consent="true", expect=422).text
    assert "Erreur" in page
    assert world.lab.get(f"/mandates/{made['id']}")["signatures_count"] == 0


def test_the_page_says_whose_turn_it_is(world: World) -> None:
    made = submitted(world)
    page = at(world, "dgs").get(f"/mandats/{made['id']}")
    assert "Votre tour viendra" in page
    assert "/signer" not in page
    assert f'href="/mandats/{made["id"]}">Lire et signer' not in at(world, "dgs").get("/mandats")


def test_a_refusal_says_why(world: World) -> None:
    made = sign_all(world, submitted(world), but=("dgs",))
    name = first_to_sign(world, made)[0]
    path = f"/mandats/{made['id']}"
    visitor = at(world, name)
    assert "Dites ce qui devrait changer" in visitor.get(f"{path}/refuser")
    page = visitor.submit(f"{path}/refuser", reason="", expect=422).text
    assert 'id="e-reason"' in page
    typed = "Le jeudi est jour de marché.\r\nLe mardi\u00a0: oui."
    answer = visitor.submit(f"{path}/refuser", reason=typed)
    assert where(answer) == f"{path}?fait=refuse"
    seen = world.lab.get(f"/mandates/{made['id']}")
    assert seen["state"] == "draft"
    assert "Le mardi" in seen["reason"]
    assert "Le jeudi est jour de marché." in at(world, "lab").get(path)


def test_an_old_session_shows_who_it_is_first(world: World) -> None:
    made = submitted(world)
    path = f"/mandats/{made['id']}"
    visitor = at(world, first_to_sign(world, made)[0])
    visitor.get(path)
    with clock.at(clock.now() + timedelta(minutes=20)):
        page = visitor.get(path)
        assert f"/connexion?suite={path}&amp;fraiche=1" in page
        assert "/signer" not in page
        answer = visitor.submit(f"{path}/signer", document_hash=made["document_hash"], consent="true")
        assert where(answer).endswith("fraiche=1")
    assert world.lab.get(f"/mandates/{made['id']}")["signatures_count"] == 0


def test_strangers_know_of_nothing(world: World) -> None:
    made = mandate(world)
    path = f"/mandats/{made['id']}"
    bystander = at(world, "elected")
    bystander.get(path, expect=404)
    assert "Aucun mandat ne vous concerne encore" in bystander.get("/mandats")
    for address in (path, f"{path}/refuser"):
        assert Visitor(world.app).http.get(address).status_code == 303
    bystander.get(f"{path}/refuser", expect=404)
    bystander.submit(f"{path}/signer", document_hash="0" * 64, consent="true", expect=404)
    bystander.submit(f"{path}/refuser", reason="Non.", expect=404)


def test_a_draft_is_read_as_it_stands(world: World) -> None:
    made = mandate(world)
    page = at(world, "lab").get(f"/mandats/{made['id']}")
    assert "Mandat en rédaction" in page
    assert "/signer" not in page
    assert "{" not in re.sub(r"<[^>]*>", "", page)
