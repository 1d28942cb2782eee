"""« Mes accès »: one's own sessions and tokens, on a page that works without script."""

import re
from datetime import timedelta

import pytest

from app.kit import clock
from app.signin.tokens import MOST
from tests.signin.builders import signed_in
from tests.support.visitor import Visitor, where
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
SECRET = re.compile(r"essaim_[\w-]{43}")


def made(visitor: Visitor, **fields: str) -> str:
    """The secret of a token made on the page."""
    visitor.get("/mes-acces")
    form = {"name": "Tableau de bord", "scopes": "read", "days": "30", **fields}
    [secret] = SECRET.findall(visitor.submit("/jetons", expect=200, **form).text)
    return str(secret)


def status(world: World, token: str, method: str = "GET", path: str = "/me") -> int:
    answer = world.http.request(method, f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    return int(answer.status_code)


class TestSessions:
    def test_a_stranger_is_sent_to_the_doors(self, world: World) -> None:
        assert where(Visitor(world.app).http.get("/mes-acces")) == "/connexion?suite=/mes-acces"

    def test_where_one_is_signed_in(self, world: World) -> None:
        signed_in(world, world.lab)
        text = signed_in(world, world.lab).get("/mes-acces")
        for said in ("Firefox, Windows", "192.0.2.17", "Celle-ci", "Servie pour la dernière fois"):
            assert said in text
        assert text.count("Fermer cette connexion") == 1

    def test_close_another(self, world: World) -> None:
        there, here = signed_in(world, world.alice), signed_in(world, world.alice)
        theirs = re.findall(r"/connexions/([0-9a-f-]{36})/fermer", here.get("/mes-acces"))
        answer = here.submit(f"/connexions/{theirs[0]}/fermer")
        assert where(answer) == "/mes-acces?fait=fermee"
        assert "Cette connexion est fermée" in here.get("/mes-acces?fait=fermee")
        assert here.is_inside()
        assert not there.is_inside()

    def test_close_all_others(self, world: World) -> None:
        others = [signed_in(world, world.alice) for _ in range(3)]
        bruno, here = signed_in(world, world.bruno), signed_in(world, world.alice)
        assert "Fermer toutes les autres" in here.get("/mes-acces")
        assert where(here.submit("/connexions/fermer-les-autres")) == "/mes-acces?fait=fermees"
        assert [visitor.is_inside() for visitor in (here, bruno, *others)] == [
            True,
            True,
            False,
            False,
            False,
        ]
        assert "Fermer toutes les autres" not in here.get("/mes-acces")

    def test_not_anybody_elses(self, world: World) -> None:
        signed_in(world, world.bruno)
        theirs = world.bruno.get("/me/sessions")["items"][0]["id"]
        here = signed_in(world, world.alice)
        here.get("/mes-acces")
        for session_id in (theirs, UNKNOWN, "nope"):
            here.submit(f"/connexions/{session_id}/fermer", expect=404)
        assert len(world.bruno.get("/me/sessions")["items"]) == 1

    def test_a_constant_number_of_queries(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        made(visitor)
        with world.counted_queries() as few:
            visitor.get("/mes-acces")
        for _ in range(5):
            signed_in(world, world.alice)
            made(visitor)
        with world.counted_queries() as many:
            visitor.get("/mes-acces")
        assert len(few) == len(many) == 3


class TestTokens:
    def test_make_one_see_it_once_take_it_back(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        world.alice.delete(f"/me/tokens/{world.alice.get('/me/tokens')['items'][0]['id']}", expect=204)
        assert "Aucun jeton" in visitor.get("/mes-acces")
        secret = made(visitor, name="Relevé <b>", scopes="read")
        text = visitor.get("/mes-acces")
        assert secret not in text
        assert "Relevé &lt;b&gt;" in text
        assert "Jamais servi" in text
        assert (status(world, secret), status(world, secret, "DELETE", "/me/sessions")) == (200, 403)
        text = visitor.get("/mes-acces")
        assert "Servi pour la dernière fois" in text
        [token_id] = re.findall(r"/jetons/([0-9a-f-]{36})/revoquer", text)
        assert where(visitor.submit(f"/jetons/{token_id}/revoquer")) == "/mes-acces?fait=revoque"
        assert "Aucun jeton" in visitor.get("/mes-acces")
        assert status(world, secret) == 401
        visitor.submit(f"/jetons/{token_id}/revoquer", expect=404)

    def test_one_that_acts(self, world: World) -> None:
        secret = made(signed_in(world, world.alice), scopes="write")
        assert status(world, secret, "DELETE", "/me/sessions") == 204

    @pytest.mark.parametrize(
        ("field", "value"), [("name", ""), ("name", "x" * 101), ("days", "0"), ("days", "366"), ("days", "x")]
    )
    def test_what_is_wrong_stands_beside_the_field(self, world: World, field: str, value: str) -> None:
        visitor = signed_in(world, world.alice)
        visitor.get("/mes-acces")
        form = {"name": "Relevé", "scopes": "write", "days": "30", field: value}
        text = visitor.submit("/jetons", expect=422, **form).text
        assert f'id="e-{field}"' in text
        assert "le jeton n’a pas été créé" in text
        assert 'value="write" checked' in text
        assert field == "name" or 'value="Relevé"' in text
        assert "Relevé" not in visitor.get("/mes-acces")

    def test_a_scope_of_nobodys(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        visitor.get("/mes-acces")
        text = visitor.submit("/jetons", expect=422, name="Relevé", scopes="everything", days="30").text
        assert 'href="#f-scopes"' in text

    def test_after_a_quarter_of_an_hour_one_says_again_who_one_is(self, world: World) -> None:
        visitor, opened = signed_in(world, world.alice), clock.now()
        visitor.get("/mes-acces")
        with clock.at(opened + timedelta(minutes=16)):
            text = visitor.get("/mes-acces")
            assert "Identifiez-vous à nouveau" in text
            assert 'name="days"' not in text
            answer = visitor.http.post("/jetons", data={"csrf": visitor.csrf, "name": "x", "days": "7"})
            assert where(answer).startswith("/connexion?suite=")
            assert where(answer).endswith("fraiche=1")

    def test_no_more_than_so_many(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        # One more is held: that of the test itself.
        for number in range(MOST - 1):
            made(visitor, name=f"Relevé {number}")
        visitor.get("/mes-acces")
        text = visitor.submit("/jetons", expect=422, name="De trop", scopes="read", days="7").text
        assert f"Vous avez déjà {MOST} jetons" in text

    def test_not_anybody_elses(self, world: World) -> None:
        token_id = world.bruno.post("/me/tokens", {"name": "À moi"})["id"]
        visitor = signed_in(world, world.alice)
        visitor.get("/mes-acces")
        for one in (token_id, UNKNOWN, "nope"):
            visitor.submit(f"/jetons/{one}/revoquer", expect=404)
        assert token_id in {item["id"] for item in world.bruno.get("/me/tokens")["items"]}

    def test_in_english(self, world: World) -> None:
        answer = signed_in(world, world.alice).http.get("/mes-acces", headers={"Accept-Language": "en"})
        assert "Create a token" in answer.text
        assert "Créer" not in answer.text
