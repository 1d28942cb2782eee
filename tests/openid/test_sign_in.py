"""Coming in by a provider, and going out again, against one that runs."""

import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update
from sqlmodel import col

from app.kit import clock
from app.kit.digests import digest
from app.main import do_chores
from app.openid import attempts, farewell
from app.openid.discovery import Directory
from app.openid.models import SignInAttempt
from app.signin.models import Method, WebSession
from tests.openid.doors import SIRET, Doors
from tests.openid.provider import PUBLIC_URL, Provider
from tests.support.world import World


class TestComingIn:
    def test_somebody_comes_in_and_goes_where_they_wanted(self, doors: Doors) -> None:
        response = doors.sign_in(query={"suite": "/?a=b"})
        assert response.status_code == 303, response.text
        assert response.headers["location"] == "/?a=b"
        assert doors.me() == "bruno"

    def test_the_session_says_how(self, doors: Doors) -> None:
        doors.sign_in(acr="eidas2")
        with doors.world.database.session() as session:
            row = session.execute(select(WebSession)).scalar_one()
            assert row.agent_id == doors.world.bruno.agent.id
            assert row.method is Method.OIDC
            assert row.acr == "eidas2"
            assert row.id_token
            assert row.id_token.count(".") == 2

    def test_the_journal_says_who_was_bound_and_names_nobody(self, doors: Doors) -> None:
        doors.sign_in()
        events = doors.events("identity_binding.made", "session.opened", "identity_provider.refused_person")
        assert [kind for kind, _payload in events] == ["identity_binding.made", "session.opened"]
        assert events[0][1] == {"provider_id": str(doors.row.id), "agent_id": doors.world.bruno.id}
        assert "bruno" not in json.dumps(events)

    def test_the_second_time_binds_nothing_more(self, doors: Doors) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        assert doors.sign_in().status_code == 303
        assert len(doors.events("identity_binding.made")) == 1
        assert len(doors.events("session.opened")) == 2

    def test_the_cookie_before_is_not_the_cookie_after(self, doors: Doors) -> None:
        doors.world.http.get("/connexion")
        before = doors.world.http.cookies["essaim"]
        doors.sign_in()
        assert doors.world.http.cookies["essaim"] != before

    def test_only_a_page_of_ours_is_gone_to(self, doors: Doors) -> None:
        assert doors.sign_in(query={"suite": "https://elsewhere.test/"}).headers["location"] == "/"
        doors.world.http.cookies.clear()
        assert doors.sign_in(query={"suite": "//elsewhere.test/"}).headers["location"] == "/"

    def test_the_sign_in_page_offers_the_door(self, doors: Doors) -> None:
        page = doors.world.http.get("/connexion", params={"suite": "/?a=b&c=d"})
        assert 'href="/oidc/depart?suite=/%3Fa%3Db%26c%3Dd"' in page.text

    def test_without_a_secret_no_door_is_offered(self, world: World) -> None:
        assert "/oidc/depart" not in world.http.get("/connexion").text

    def test_somebody_who_is_in_is_not_sent_away(self, doors: Doors) -> None:
        doors.sign_in()
        response = doors.world.http.get("/oidc/depart?suite=/%23x", follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (303, "/#x")


class TestTheRequest:
    def test_it_asks_what_proconnect_takes_and_nothing_else(self, doors: Doors) -> None:
        """Any other parameter, `max_age` included, is an error Y000400 there."""
        doors.set(acr_values=["eidas2", "eidas3"])
        asked = doors.asked()
        assert asked.keys() == {
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "claims",
            "code_challenge",
            "code_challenge_method",
        }
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"] == f"{PUBLIC_URL}/oidc/retour/valmoret"
        assert asked["scope"] == "openid given_name usual_name email uid siret"
        assert asked["code_challenge_method"] == "S256"
        assert json.loads(asked["claims"]) == {
            "id_token": {
                "auth_time": {"essential": True},
                "acr": {"essential": True, "values": ["eidas2", "eidas3"]},
            }
        }
        # ProConnect wants 32 characters at least of both.
        assert min(len(asked["state"]), len(asked["nonce"])) >= 32

    def test_nothing_kept_could_end_it_elsewhere(self, doors: Doors) -> None:
        asked = doors.asked()
        with doors.world.database.session() as session:
            kept = session.execute(select(SignInAttempt)).scalar_one()
        secret = doors.world.http.cookies["essaim"]
        begun = attempts.resumed(asked["state"], secret)
        assert kept.state_hash == digest(asked["state"])
        assert kept.browser_hash == digest(secret)
        stored = " ".join(map(str, kept.model_dump().values()))
        for hidden in (asked["state"], asked["nonce"], secret, begun.verifier):
            assert hidden not in stored

    def test_each_request_has_its_own_state_and_nonce(self, doors: Doors) -> None:
        first, second = doors.asked(), doors.asked()
        assert first["state"] != second["state"]
        assert first["nonce"] != second["nonce"]
        assert first["code_challenge"] != second["code_challenge"]

    def test_the_levels_of_the_standard_profile(self, doors: Doors) -> None:
        other = Doors.open(
            doors.world, doors.provider, profile="standard", issuer="http://127.0.0.1:1", sirets=[]
        )
        assert other.row.traits.scopes == ("openid", "profile", "email")


class TestFreshness:
    def test_a_session_of_the_providers_is_no_fresh_authentication(self, doors: Doors) -> None:
        """What the provider remembers of this morning is of this morning."""
        doors.sign_in(fault="stale")
        assert _authenticated(doors) < clock.now() - timedelta(minutes=50)

    def test_the_second_of_two_sign_ins_in_a_row_is_as_old_as_the_first(self, doors: Doors) -> None:
        doors.sign_in()
        first = _authenticated(doors)
        time.sleep(2)
        doors.world.http.cookies.clear()
        doors.sign_in(same_browser=True)
        with doors.world.database.session() as session:
            assert set(session.execute(select(col(WebSession.authenticated_at))).scalars()) == {first}

    def test_who_has_just_typed_their_password_is_fresh(self, doors: Doors) -> None:
        doors.sign_in()
        assert abs(_authenticated(doors) - clock.now()) < timedelta(seconds=20)

    def test_a_provider_that_does_not_say_is_not_taken_for_fresh(self, doors: Doors) -> None:
        doors.sign_in(fault="no_auth_time")
        assert doors.me() == "bruno"
        assert _authenticated(doors) == datetime(1970, 1, 1, tzinfo=UTC)

    def test_stepping_up_asks_for_a_new_login(self, doors: Doors) -> None:
        doors.sign_in()
        _age(doors)
        asked = doors.asked(fraiche="1")
        assert asked["prompt"] == "login"
        assert "max_age" not in asked

    def test_stepping_up_makes_fresh(self, doors: Doors) -> None:
        doors.sign_in()
        _age(doors)
        response = doors.sign_in(query={"fraiche": "1", "suite": "/?x"})
        assert response.headers["location"] == "/?x", response.text
        assert abs(_authenticated(doors) - clock.now()) < timedelta(seconds=20)
        assert doors.sessions() == 1

    def test_stepping_up_with_an_old_login_is_refused(self, doors: Doors) -> None:
        doors.sign_in()
        _age(doors)
        response = doors.sign_in(query={"fraiche": "1"}, fault="stale")
        assert response.status_code == 403
        assert "n&#39;a pas confirmé" in response.text
        assert _authenticated(doors) < clock.now() - timedelta(minutes=50)

    def test_stepping_up_where_the_provider_does_not_say_is_refused(self, doors: Doors) -> None:
        doors.sign_in()
        _age(doors)
        assert doors.sign_in(query={"fraiche": "1"}, fault="no_auth_time").status_code == 403

    def test_nobody_else_steps_up(self, doors: Doors) -> None:
        doors.sign_in()
        _age(doors)
        response = doors.sign_in("sub-chloe", "chloe@valmoret.test", query={"fraiche": "1"})
        assert response.status_code == 403
        assert "autre personne" in response.text
        refused = "identity_provider.refused_person"
        assert doors.events(refused) == [(refused, {"reason": "somebody_else"})]
        assert len(doors.events("identity_binding.made")) == 1
        assert doors.me() == "bruno"
        assert _authenticated(doors) < clock.now() - timedelta(minutes=50)

    def test_a_fresh_session_steps_up_without_the_provider(self, doors: Doors) -> None:
        doors.sign_in()
        response = doors.world.http.get("/oidc/depart?fraiche=1&suite=/%3Fx", follow_redirects=False)
        assert response.headers["location"] == "/?x"


class TestStandardProfile:
    def test_userinfo_as_json(self, world: World, own_secrets: FastAPI, provider: Provider) -> None:
        doors = _standard(world, provider)
        response = doors.sign_in(email_verified=True)
        assert response.status_code == 303, response.text
        assert doors.me() == "bruno"

    def test_an_email_that_nobody_verified_finds_nobody(
        self, world: World, own_secrets: FastAPI, provider: Provider
    ) -> None:
        doors = _standard(world, provider)
        assert doors.sign_in().status_code == 403
        assert doors.sign_in(email_verified=False).status_code == 403
        assert doors.me() is None

    def test_stepping_up_sends_max_age(self, world: World, own_secrets: FastAPI, provider: Provider) -> None:
        doors = _standard(world, provider)
        doors.sign_in(email_verified=True)
        _age(doors)
        asked = doors.asked(fraiche="1")
        assert (asked["prompt"], asked["max_age"]) == ("login", "0")
        assert doors.sign_in(email_verified=True, query={"fraiche": "1"}).status_code == 303


class TestGoingOut:
    def test_the_provider_is_left_too(self, doors: Doors) -> None:
        doors.sign_in()
        page = _sign_out(doors)
        assert page.status_code == 200
        onward = page.headers["refresh"].removeprefix("0; url=")
        asked = parse_qs(urlsplit(onward).query)
        assert onward.startswith(f"{doors.provider.issuer}/session/end?")
        assert asked["post_logout_redirect_uri"] == [f"{PUBLIC_URL}/oidc/sortie"]
        assert len(asked["state"][0]) >= 32
        assert doors.me() is None
        assert doors.sessions() == 0
        # The provider takes it: it ends its own session, and sends the browser back.
        question = doors.provider.browser.get(onward).text
        xsrf = question.partition('name="xsrf" value="')[2].partition('"')[0]
        answer = doors.provider.browser.post(
            f"{doors.provider.issuer}/session/end/confirm", data={"xsrf": xsrf, "logout": "yes"}
        )
        assert answer.headers["location"] == f"{PUBLIC_URL}/oidc/sortie?state={asked['state'][0]}"

    def test_back_from_the_provider(self, doors: Doors) -> None:
        response = doors.world.http.get("/oidc/sortie?state=whatever", follow_redirects=False)
        assert response.headers["location"] == "/connexion"

    def test_a_provider_that_is_away_holds_nobody_back(
        self, doors: Doors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        doors.sign_in()
        monkeypatch.setattr(farewell, "directory", Directory())
        doors.provider.recognises("sub-bruno", fault="discovery_issuer")
        assert _sign_out(doors).status_code == 303
        assert doors.me() is None


class TestSeveralHouses:
    def test_one_is_asked_which(self, doors: Doors) -> None:
        other = Doors.open(
            doors.world, doors.provider, name="Compte de la ville", issuer="http://127.0.0.1:1"
        )
        page = doors.world.http.get("/oidc/depart?suite=/%3Fa", follow_redirects=False)
        assert page.status_code == 200
        for row in (doors.row, other.row):
            assert f"fournisseur={row.id}&amp;suite=/%3Fa" in page.text
        assert doors.asked(fournisseur=str(doors.row.id))["client_id"] == "essaim"

    def test_a_provider_that_is_closed_is_not_there(self, doors: Doors) -> None:
        doors.set(is_active=False)
        for query in ({}, {"fournisseur": str(doors.row.id)}):
            response = doors.world.http.get("/oidc/depart", params=query, follow_redirects=False)
            assert response.status_code == 503
            assert response.headers["retry-after"] == "30"

    def test_closed_while_somebody_was_away(self, doors: Doors) -> None:
        doors.provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
        back = doors.provider.through(doors.leave())
        doors.set(is_active=False)
        assert doors.come_back(back).status_code == 404
        assert doors.sessions() == 0

    def test_another_authoritys_provider_lets_in_its_own(self, doors: Doors) -> None:
        with World.build(doors.world.app, doors.world.database, "ailleurs") as elsewhere:
            theirs = Doors.open(elsewhere, doors.provider)
            doors.provider.recognises("sub-bruno", email="bruno@ailleurs.test", siret=SIRET)
            back = doors.provider.through(theirs.leave(fournisseur=str(theirs.row.id)))
            assert theirs.come_back(back).status_code == 303
            with doors.world.database.session() as session:
                row = session.execute(select(WebSession)).scalar_one()
            assert row.authority_id == elsewhere.authority.id
            assert row.agent_id == elsewhere.bruno.agent.id


def test_what_nobody_came_back_from_is_forgotten(doors: Doors) -> None:
    doors.leave()
    do_chores(doors.world.database)
    assert _attempts(doors) == 1
    with clock.at(clock.now() + timedelta(minutes=16)):
        do_chores(doors.world.database)
    assert _attempts(doors) == 0


def _standard(world: World, provider: Provider) -> Doors:
    return Doors.open(world, provider, profile="standard", client_id="essaim-plain", sirets=[])


def _attempts(doors: Doors) -> int:
    with doors.world.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(SignInAttempt)).scalar_one())


def _authenticated(doors: Doors) -> datetime:
    """When the one session there is says that its person showed who they are."""
    with doors.world.database.session() as session:
        found: datetime = session.execute(select(col(WebSession.authenticated_at))).scalar_one()
        return found


def _age(doors: Doors) -> None:
    """Make what the sessions know an hour old."""
    with doors.world.database.transaction() as session:
        session.execute(update(WebSession).values(authenticated_at=clock.now() - timedelta(hours=1)))


def _sign_out(doors: Doors) -> httpx.Response:
    token = doors.world.http.get("/").text.partition('name="csrf" value="')[2].partition('"')[0]
    response: httpx.Response = doors.world.http.post(
        "/deconnexion", data={"csrf": token}, follow_redirects=False
    )
    return response
