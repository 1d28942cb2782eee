"""The demonstration's doors and mailbox: there, and nowhere else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from app.demo.filling import SLUG
from app.kit import clock
from app.kit.database import Database
from app.kit.mail import Mail
from app.mailing.service import post
from app.main import create_app
from app.people.service import create_authority
from app.settings import Settings
from tests.support.visitor import Visitor, where
from tests.support.world import World


@pytest.fixture(scope="module")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    unused = Database(f"sqlite:///{tmp_path_factory.mktemp('unused') / 'unused.db'}")
    return create_app(Settings(worker="outside", demo=True), unused)


@pytest.fixture
def town(demo_app: FastAPI, database: Database) -> Iterator[World]:
    """The demonstration's town, small."""
    demo_app.state.database = database
    with World.build(demo_app, database, slug=SLUG) as built:
        yield built


class TestElsewhere:
    """Outside of the demonstration."""

    def test_there_is_no_such_page(self, world: World) -> None:
        visitor = Visitor(world.app)
        text = visitor.get("/connexion")
        assert "demo" not in text
        answer = visitor.http.post("/demo/entrer", data={"csrf": visitor.csrf, "agent_id": world.lab.id})
        assert answer.status_code == 404
        assert visitor.http.get("/boite-aux-lettres").status_code == 404
        assert not visitor.is_inside()

    def test_nor_where_another_authority_lives(self, town: World) -> None:
        """Not even by the setting, in a database that is not the demonstration's alone."""
        with town.database.transaction() as session:
            create_authority(session, slug="vraie-ville", name="Une vraie ville")
        visitor = Visitor(town.app)
        assert "Lab LAB" not in visitor.get("/connexion")
        visitor.submit("/demo/entrer", agent_id=town.lab.id, expect=404)
        visitor.get("/boite-aux-lettres", expect=404)
        assert not visitor.is_inside()

    def test_nor_in_a_town_of_another_name(self, demo_app: FastAPI, database: Database) -> None:
        demo_app.state.database = database
        with World.build(demo_app, database, slug="vraie-ville") as real:
            visitor = Visitor(demo_app)
            visitor.get("/connexion")
            visitor.submit("/demo/entrer", agent_id=real.lab.id, expect=404)


class TestEnter:
    def test_a_button_for_each_kind_of_person(self, town: World) -> None:
        text = Visitor(town.app).get("/connexion")
        for what, who in (("Laboratoire", "Lab LAB"), ("Ressources humaines", "Hr HR"), ("Élue", "Elected")):
            assert what in text
            assert who in text

    def test_and_in(self, town: World) -> None:
        visitor = Visitor(town.app)
        visitor.get("/connexion?suite=/%3Ffermee=1")
        answer = visitor.submit("/demo/entrer", agent_id=town.lab.id, suite="/?fermee=1")
        assert where(answer) == "/?fermee=1"
        assert "Bonjour Lab LAB" in visitor.get("/")
        assert town.lab.get("/me/sessions")["items"][0]["method"] == "demo"

    def test_the_cookie_is_another(self, town: World) -> None:
        visitor = Visitor(town.app)
        visitor.get("/connexion")
        before = visitor.http.cookies.get("essaim")
        visitor.submit("/demo/entrer", agent_id=town.lab.id)
        assert before
        assert visitor.http.cookies.get("essaim") != before

    @pytest.mark.parametrize("agent_id", ["", "nope", "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"])
    def test_as_nobody(self, town: World, agent_id: str) -> None:
        visitor = Visitor(town.app)
        visitor.get("/connexion")
        visitor.submit("/demo/entrer", agent_id=agent_id, expect=404)

    def test_without_the_token_of_the_form(self, town: World) -> None:
        visitor = Visitor(town.app)
        visitor.get("/connexion")
        assert visitor.http.post("/demo/entrer", data={"agent_id": town.lab.id}).status_code == 403

    def test_too_often(self, town: World) -> None:
        visitor = Visitor(town.app)
        with clock.at(clock.now()):
            visitor.get("/connexion")
            for _ in range(60):
                visitor.submit("/demo/entrer", agent_id="nope", expect=404)
            answer = visitor.submit("/demo/entrer", agent_id=town.lab.id, expect=429)
        assert answer.headers["retry-after"] == "1"


class TestMailbox:
    def test_empty(self, town: World) -> None:
        assert "Aucun courriel pour le moment" in Visitor(town.app).get("/boite-aux-lettres")

    def test_the_newest_first_and_escaped(self, town: World) -> None:
        with town.database.transaction() as session:
            for subject in ("Premier", "Second"):
                mail = Mail(
                    "lab@exemple.test", subject, "<b>Ouvrez</b> http://127.0.0.1:8000/x?a=b", "<p></p>"
                )
                post(session, town.lab.agent, mail, expires_at=clock.now() + timedelta(hours=1))
        text = Visitor(town.app).get("/boite-aux-lettres")
        assert text.index("Second") < text.index("Premier")
        assert "lab@exemple.test" in text
        assert "&lt;b&gt;Ouvrez" in text
        assert 'href="http://127.0.0.1:8000/x?a=b"' in text
