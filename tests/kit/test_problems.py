"""Refusals as problem documents."""

import json
import re
from collections.abc import Iterator

import pytest

import app.main
from app.kit.encoding import to_json
from app.kit.i18n import _
from app.kit.problems import Conflict, FieldError, Invalid, MoveRefused, Problem, Unauthenticated

__all__ = ["app"]


def subclasses(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


EVERY = sorted({problem for problem in subclasses(Problem) if problem.__module__.startswith("app.")}, key=str)


@pytest.mark.parametrize("problem", EVERY, ids=lambda problem: problem.slug)
def test_every_refusal_is_complete(problem: type[Problem]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.slug)
    assert problem.status in {400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 500, 503}
    assert problem.title.to("fr").endswith("."), "a sentence"


def test_a_slug_names_one_refusal() -> None:
    slugs = [problem.slug for problem in EVERY]
    assert sorted(slugs) == sorted(set(slugs))


def test_document() -> None:
    document = Conflict().document("fr", "/somewhere")
    assert document == {
        "type": "urn:essaim:problem:conflict",
        "title": "L'état présent ne permet pas ce geste.",
        "status": 409,
        "detail": "L'état présent ne permet pas ce geste.",
        "instance": "/somewhere",
    }


def test_detail_is_the_title_unless_said_otherwise() -> None:
    assert Conflict().document("fr")["detail"] == str(Conflict.title)
    document = Conflict(_("Cette salle est prise le {day}.").format(day="26 novembre")).document("fr")
    assert document["title"] == str(Conflict.title)
    assert document["detail"] == "Cette salle est prise le 26 novembre."


def test_language() -> None:
    assert Invalid().document("en")["title"] == "Some fields need correcting."
    assert Invalid().document("fr")["title"] == "Certains champs sont à corriger."


def test_fields() -> None:
    problem = Invalid(errors=[FieldError("a.b", _("Un texte est attendu."), "string_type", "query")])
    assert problem.document("fr")["errors"] == [
        {"field": "a.b", "in": "query", "code": "string_type", "detail": "Un texte est attendu."}
    ]
    assert "errors" not in Invalid().document("fr")


def test_on_one_field() -> None:
    problem = Invalid.on("into_id", _("Choisissez un autre irritant."))
    assert problem.document("fr")["errors"][0]["field"] == "into_id"
    assert isinstance(problem, Invalid)


def test_a_field_that_is_no_unicode() -> None:
    document = Invalid(errors=[FieldError("\ud800", _("Ce champ n'est pas connu ici."))]).document("fr")
    assert json.loads(to_json(document))["errors"][0]["field"] == "?"


def test_extensions() -> None:
    document = MoveRefused(state="open", possible_moves=["close"]).document("fr")
    assert (document["state"], document["possible_moves"]) == ("open", ["close"])


def test_headers() -> None:
    assert Unauthenticated().headers["WWW-Authenticate"].startswith("Bearer")
    assert Conflict().headers == {}
