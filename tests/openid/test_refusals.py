"""What is not let in: a provider that runs is made to misbehave, and a browser to cheat."""

import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.kit import clock
from app.kit.limits import Limit
from app.openid import pages, protocol
from app.openid.attempts import LIFETIME
from tests.openid.doors import SIRET, Doors
from tests.openid.provider import Provider, path_of, running_provider
from tests.support.world import World

REFUSED = "identity_provider.refused_person"
ID_TOKEN = (
    "audience",
    "second_audience",
    "expired",
    "nonce",
    "no_nonce",
    "issuer",
    "access_token",
    "subject",
    "none",
    "confused",
    "stranger",
    "odd_auth_time",
    "no_id_token",
)
USERINFO = (
    "userinfo_signature",
    "userinfo_altered",
    "userinfo_subject",
    "userinfo_audience",
    "userinfo_issuer",
    "userinfo_expired",
    "userinfo_none",
    "userinfo_stranger",
    "userinfo_odd",
    "userinfo_json",
    "userinfo_page",
)


class TestAnswersThatDoNotHold:
    @pytest.mark.parametrize("fault", [*ID_TOKEN, *USERINFO])
    def test_nobody_comes_in(self, doors: Doors, fault: str) -> None:
        response = doors.sign_in(fault=fault)
        assert response.status_code == 403, response.text
        assert "pu être vérifiée" in response.text
        assert doors.me() is None
        assert doors.sessions() == 0
        assert doors.events("identity_binding.made", REFUSED) == [(REFUSED, {"reason": "unverified"})]

    def test_a_level_below_what_is_asked(self, doors: Doors) -> None:
        """Asked as essential, the provider would raise it; what it says in the end is what counts."""
        doors.set(acr_values=["eidas2", "eidas3"])
        assert doors.sign_in(acr="eidas2").status_code == 303
        doors.world.http.cookies.clear()
        response = doors.sign_in(acr="eidas2", fault="level")
        assert response.status_code == 403
        assert "second facteur" in response.text
        assert doors.events(REFUSED) == [(REFUSED, {"reason": "level_too_low"})]

    def test_a_key_that_has_just_come_is_learnt(self, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
        assert doors.sign_in().status_code == 303
        doors.world.http.cookies.clear()
        # Within the minute, what the provider said is what it says: whoever names keys at random costs it nothing.
        assert doors.sign_in(fault="rotated").status_code == 403
        monkeypatch.setattr("app.openid.discovery.NEW_KEY_SECONDS", 0)
        assert doors.sign_in(fault="rotated").status_code == 303


class TestWayBack:
    def test_a_code_serves_once(self, doors: Doors) -> None:
        """The attempt is over, so the code is not even tried; a new attempt with it is refused by the provider."""
        first = doors.leave()
        doors.provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
        back = doors.provider.through(first)
        assert doors.come_back(back).status_code == 303
        assert doors.come_back(back).status_code == 400
        doors.world.http.cookies.clear()
        second = doors.provider.through(doors.leave())
        code = parse_qs(urlsplit(back).query)["code"][0]
        response = doors.come_back(_with(second, code=code))
        assert response.status_code == 403
        assert doors.me() is None

    def test_a_state_serves_once_even_at_the_same_instant(self, doors: Doors) -> None:
        doors.provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
        back = doors.provider.through(doors.leave())
        cookies = dict(doors.world.http.cookies)
        ready, answers = threading.Barrier(4), []

        def come() -> None:
            # Not entered: leaving one would end the application for the others.
            browser = TestClient(doors.world.app, cookies=cookies, raise_server_exceptions=False)
            ready.wait()
            answers.append(browser.get(path_of(back), follow_redirects=False).status_code)
            browser.close()

        threads = [threading.Thread(target=come) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [303, 400, 400, 400]
        assert doors.sessions() == 1

    def test_another_browser(self, doors: Doors) -> None:
        """Login CSRF: somebody is made to open the address with which another would come in."""
        doors.provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
        back = doors.provider.through(doors.leave())
        doors.world.http.cookies.clear()
        response = doors.come_back(back)
        assert response.status_code == 400
        assert "autre navigateur" in response.text
        assert doors.sessions() == 0

    @pytest.mark.parametrize("state", ["", "x", "é" * 50, "A" * 43])
    def test_a_state_of_nobodys(self, doors: Doors, state: str) -> None:
        doors.leave()
        response = doors.world.http.get("/oidc/retour/valmoret", params={"state": state, "code": "c"})
        assert response.status_code == 400

    def test_a_way_back_that_takes_too_long(self, doors: Doors) -> None:
        doors.provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
        back = doors.provider.through(doors.leave())
        with clock.at(clock.now() + LIFETIME):
            assert doors.come_back(back).status_code == 400

    def test_given_up(self, doors: Doors) -> None:
        response = doors.sign_in(fault="given_up")
        assert response.status_code == 403
        assert "abandonnée" in response.text
        assert doors.events(REFUSED) == []

    @pytest.mark.parametrize("iss", ["https://elsewhere.test", None])
    def test_another_providers_answer(self, doors: Doors, iss: str | None) -> None:
        """Mix-up (RFC 9207): this provider says that it names itself in its answers."""
        doors.provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
        back = doors.provider.through(doors.leave())
        assert doors.come_back(_with(back, iss=iss)).status_code == 403
        assert doors.sessions() == 0

    def test_an_answer_at_another_authoritys_address(self, doors: Doors) -> None:
        """Mix-up (RFC 9700, 4.4.2): another authority's provider passes on the code of this one."""
        doors.provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
        back = doors.provider.through(doors.leave())
        assert doors.come_back(back.replace("/valmoret?", "/ailleurs?")).status_code == 403
        assert doors.sessions() == 0

    def test_a_code_of_another_attempt_of_the_same_browser(self, doors: Doors) -> None:
        """PKCE: the code answers the challenge of its own attempt alone."""
        doors.provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
        first, second = (doors.provider.through(doors.leave()) for _ in range(2))
        code = parse_qs(urlsplit(first).query)["code"][0]
        assert doors.come_back(_with(second, code=code)).status_code == 403

    def test_parameters_of_another_kind(self, doors: Doors) -> None:
        for query in ({"state": "x" * 300}, {"code": "x" * 5000}, {"iss": "x" * 300}):
            assert doors.world.http.get("/oidc/retour/valmoret", params=query).status_code == 404
        for query in ({"fournisseur": "x"}, {"fraiche": "x"}, {"suite": "/" * 3000}):
            assert doors.world.http.get("/oidc/depart", params=query).status_code == 404


class TestProviderAway:
    @pytest.mark.parametrize(
        "fault",
        [
            "token_down",
            "token_odd",
            "token_cut",
            "token_deep",
            "userinfo_down",
            "userinfo_cut",
            "userinfo_long",
        ],
    )
    def test_in_the_middle(self, doors: Doors, fault: str) -> None:
        response = doors.sign_in(fault=fault)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "30"
        assert "code imprimé" in response.text
        assert doors.sessions() == 0

    def test_slower_than_one_waits(self, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.openid.protocol.TIMEOUT", (1, 0.5))
        monkeypatch.setattr("app.kit.outgoing.WHOLE_SECONDS", 1)
        for fault in ("slow", "userinfo_stalled", "userinfo_drips"):
            before = time.monotonic()
            assert doors.sign_in(fault=fault).status_code == 503
            assert time.monotonic() - before < 2.5

    def test_as_many_as_may_wait_are_waiting(self, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(protocol, "_conversations", threading.BoundedSemaphore(1))
        monkeypatch.setattr(protocol, "PATIENCE", 0.1)
        with protocol._conversations:
            assert doors.sign_in().status_code == 503
        assert doors.sign_in().status_code == 303

    @pytest.mark.parametrize("fault", ["discovery_issuer", "discovery_plain"])
    def test_it_speaks_for_another_or_in_clear(self, doors: Doors, fault: str) -> None:
        doors.provider.recognises("nobody", fault=fault)
        response = doors.world.http.get("/oidc/depart", follow_redirects=False)
        assert response.status_code == 503

    def test_gone(self, world: World, own_secrets: FastAPI) -> None:
        with running_provider() as short_lived:
            doors = Doors.open(world, short_lived)
            short_lived.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
            back = short_lived.through(doors.leave())
            short_lived.stop()
            assert doors.come_back(back).status_code == 503
            # What it said of itself is remembered; nobody is kept waiting by asking it again.
            assert doors.leave().startswith(short_lived.issuer)

    def test_never_there(self, world: World, own_secrets: FastAPI, provider: Provider) -> None:
        doors = Doors.open(world, provider, issuer="http://127.0.0.1:1")
        response = doors.world.http.get("/oidc/depart?suite=/%3Fa", follow_redirects=False)
        assert response.status_code == 503
        assert "ne répond pas" in response.text
        assert "suite=/%3Fa" in response.text

    def test_our_secret_is_wrong(self, doors: Doors) -> None:
        settings = doors.world.app.state.settings
        wrong = {"valmoret/oidc": SecretStr("not what was agreed")}
        doors.world.app.state.settings = settings.model_copy(update={"oidc_secrets": wrong})
        assert doors.sign_in().status_code == 503

    def test_no_secret(self, doors: Doors) -> None:
        doors.set(secret_name="forgotten")
        assert doors.world.http.get("/oidc/depart", follow_redirects=False).status_code == 503


class TestLimits:
    def test_leaving(self, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pages, "LEAVING", Limit("openid.leaving", times=2, seconds=60))
        for _ in range(2):
            doors.leave()
        response = doors.world.http.get("/oidc/depart", follow_redirects=False)
        assert response.status_code == 429
        assert int(response.headers["retry-after"]) > 0

    def test_coming_back(self, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pages, "COMING_BACK", Limit("openid.coming_back", times=2, seconds=60))
        answers = [doors.world.http.get("/oidc/retour/valmoret?state=x").status_code for _ in range(3)]
        assert answers == [400, 400, 429]


def _with(url: str, **changes: str | None) -> str:
    """The address with some parameters of its query changed, or left out."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    kept = {name: value for name, value in query.items() if value is not None}
    return urlunsplit(parts._replace(query=urlencode(kept)))
