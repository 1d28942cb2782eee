"""What every page does, whatever it shows: tried on three small ones added to the real application."""

from datetime import timedelta
from typing import Annotated

import pytest
from fastapi import FastAPI, Query, Request, Response
from pydantic import Field
from sqlalchemy import select, update
from sqlmodel import col

from app.access.dependencies import ActorDep
from app.access.fresh import require_fresh
from app.kit import clock, routing
from app.kit.database import Database
from app.kit.limits import Limit, take
from app.kit.problems import Conflict, Invalid
from app.kit.routing import DatabaseDep, SessionDep
from app.kit.schemas import Day, Line
from app.kit.schemas import Request as Body
from app.main import create_app
from app.people.models import Authority
from app.settings import Settings
from app.web.forms import blank, read
from app.web.pages import local, page_router, redirect
from tests.signin.builders import signed_in
from tests.support.visitor import Visitor, where
from tests.support.world import World


class Naming(Body):
    name: Line
    since: Day | None = None
    colours: list[Line] = Field(default=[], max_length=3)


pages = page_router("/petites")
open_pages = page_router("/petites", anonymous=True)


@pages.post("/nommer")
def rename(request: Request, actor: ActorDep, session: SessionDep) -> Response:
    form = read(request, Naming)
    if form.value is None:
        said = "; ".join(f"{field}: {sentence}" for field, sentence in form.errors.items())
        return Response(f"{said} | {dict(form.typed)}", 422)
    session.execute(
        update(Authority).where(col(Authority.id) == actor.authority_id).values(name=form.value.name)
    )
    match form.value.name:
        case "refus":
            raise Conflict
        case "panne":
            raise RuntimeError("broken")
        case "grave":
            require_fresh(actor)
        case _:
            pass
    return redirect("/petites/bien?" + "&".join(form.value.colours))


@pages.get("/compter")
def count(request: Request, n: Annotated[int, Query(ge=1)]) -> Response:
    return Response(str(n))


@open_pages.get("/frapper")
def knock(database: DatabaseDep) -> Response:
    take(database, Limit("petites", times=1, seconds=60))
    return Response("entrez")


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    unused = Database(f"sqlite:///{tmp_path_factory.mktemp('unused') / 'unused.db'}")
    app = create_app(Settings(worker="outside", token_memory_seconds=0), unused)
    routing.serve(app, [pages, open_pages])
    return app


@pytest.fixture
def alice(world: World) -> Visitor:
    visitor = signed_in(world, world.alice)
    visitor.get("/")
    return visitor


def name(world: World) -> str:
    with world.database.read() as connection:
        return str(connection.execute(select(col(Authority.name))).scalar_one())


class TestTransaction:
    def test_committed_before_the_answer(self, world: World, alice: Visitor) -> None:
        alice.submit("/petites/nommer", name="Ville de Givrey")
        assert name(world) == "Ville de Givrey"

    def test_rolled_back_by_a_refusal(self, world: World, alice: Visitor) -> None:
        answer = alice.submit("/petites/nommer", name="refus", expect=409)
        assert answer.headers["content-type"].startswith("text/html")
        assert "ne permet pas ce geste" in answer.text
        assert name(world) == "Ville de Valmoret"

    def test_rolled_back_by_a_fault(self, world: World, alice: Visitor) -> None:
        answer = alice.submit("/petites/nommer", name="panne", expect=500)
        assert "broken" not in answer.text
        assert name(world) == "Ville de Valmoret"

    def test_an_act_that_asks_for_a_fresh_authentication(self, world: World, alice: Visitor) -> None:
        alice.submit("/petites/nommer", name="grave")
        with clock.at(clock.now() + timedelta(minutes=16)):
            answer = alice.http.post(
                "/petites/nommer",
                data={"csrf": alice.csrf, "name": "grave"},
                headers={"Referer": "http://testserver/petites/compter?n=1"},
            )
        assert where(answer) == "/connexion?suite=/petites/compter%3Fn%3D1&fraiche=1"
        assert name(world) == "grave"


class TestForm:
    def test_lists_and_blanks(self, alice: Visitor) -> None:
        answer = alice.submit("/petites/nommer", name="Givrey", since="", colours=["bleu", "rouge"])
        assert where(answer) == "/petites/bien?bleu&rouge"

    def test_what_is_wrong_and_what_was_typed(self, world: World, alice: Visitor) -> None:
        answer = alice.submit("/petites/nommer", name="   ", since="demain", colour="bleu", expect=422)
        assert "name: Ce texte est vide" in answer.text
        assert "since: Une date est attendue" in answer.text
        assert "colour: Ce champ n'est pas connu ici" in answer.text
        assert "'since': 'demain'" in answer.text
        assert "csrf" not in answer.text
        assert name(world) == "Ville de Valmoret"

    def test_too_many_of_a_list(self, alice: Visitor) -> None:
        answer = alice.submit("/petites/nommer", name="x", colours=["a", "b", "c", "d"], expect=422)
        assert "colours: Donnez au plus 3 élément(s)." in answer.text

    def test_what_a_service_says_of_it(self) -> None:
        form = blank(Naming)
        refused = form.refused(Invalid.on("name", Invalid.title))
        assert set(refused.errors) == {"name"}
        assert set(form.refused(Conflict()).errors) == {""}


class TestRefusal:
    def test_an_address_that_makes_no_sense(self, alice: Visitor) -> None:
        assert "Rien ne se trouve" in alice.get("/petites/compter?n=0", expect=404)
        assert "Rien ne se trouve" in alice.get("/petites/compter?n=x", expect=404)
        assert alice.get("/petites/compter?n=3") == "3"

    def test_too_often(self, world: World) -> None:
        visitor = Visitor(world.app)
        visitor.get("/petites/frapper")
        answer = visitor.http.get("/petites/frapper", headers={"Accept-Language": "en"})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "60"
        assert "Too many attempts in a short time: try again in 60 seconds." in answer.text


@pytest.mark.parametrize(
    ("path", "where_to"),
    [
        ("/", "/"),
        ("/mandats/1?a=b#c", "/mandats/1?a=b#c"),
        ("/é", "/é"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/a\\b", "/"),
        ("/\tevil", "/"),
        ("/\n/evil.test", "/"),
        ("https://evil.test", "/"),
        ("mandats", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_local(path: str | None, where_to: str) -> None:
    assert local(path) == where_to
