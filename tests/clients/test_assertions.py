"""`private_key_jwt`: statements that hold, and every way in which one does not."""

import base64
import hmac
import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import OctKey, OKPKey, RSAKey

from app.access.actor import system
from app.clients.service import forget
from app.kit import clock
from tests.clients.conftest import ISSUER, JWKS, KEYS, TOKEN_ENDPOINT, Desk, proof, statement

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


@pytest.fixture
def client(desk: Desk) -> dict[str, Any]:
    return desk.create(jwks=JWKS, with_secret=False)


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


class TestHolds:
    @pytest.mark.parametrize("alg", KEYS)
    @pytest.mark.parametrize("audience", [TOKEN_ENDPOINT, ISSUER, [ISSUER, TOKEN_ENDPOINT]])
    def test_by_each_algorithm(self, desk: Desk, client: dict[str, Any], alg: str, audience: Any) -> None:
        response = desk.prove(client, alg=alg, header={"kid": KEYS[alg].kid}, aud=audience)
        assert desk.caller(response).get("/me")["name"] == client["name"]

    def test_by_eddsa_s_former_name(self, desk: Desk, client: dict[str, Any]) -> None:
        with pytest.warns(UserWarning, match="EdDSA"):
            signed = statement(client["id"], alg="EdDSA", key=KEYS["Ed25519"])
        assert desk.post(proof(signed)).status_code == 200

    def test_without_a_kid_and_with_the_client_named(self, desk: Desk, client: dict[str, Any]) -> None:
        assert desk.prove(client, alg="ES256", form={"client_id": client["id"]}).status_code == 200
        assert desk.prove(client, form={"scope": "hr:read"}).json()["scope"] == "hr:read"

    def test_a_clock_half_a_minute_off(self, desk: Desk, client: dict[str, Any]) -> None:
        now = int(clock.now().timestamp())
        assert desk.prove(client, iat=now + 20, exp=now + 310).status_code == 200
        assert desk.prove(client, iat=now - 80, exp=now - 20).status_code == 200

    def test_new_keys_replace_the_former(self, desk: Desk, client: dict[str, Any]) -> None:
        new = RSAKey.generate_key(2048)
        both = {"keys": [*JWKS["keys"], new.as_dict(private=False)]}
        desk.admin.patch(f"/api-clients/{client['id']}", {"jwks": both})
        assert [desk.prove(client, key=key).status_code for key in (new, None)] == [200, 200]
        desk.admin.patch(f"/api-clients/{client['id']}", {"jwks": {"keys": both["keys"][-1:]}})
        assert [desk.prove(client, key=key).status_code for key in (new, None)] == [200, 401]


class TestDoesNot:
    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "https://ailleurs.test/oauth/token"},
            {"aud": [TOKEN_ENDPOINT, "https://ailleurs.test"]},
            {"aud": []},
            {"aud": None},
            {"aud": {"x": 1}},
            {"aud": TOKEN_ENDPOINT + "/"},
            {"iss": UNKNOWN},
            {"iss": None},
            {"sub": UNKNOWN},
            {"jti": None},
            {"jti": ""},
            {"jti": 7},
            {"jti": "x" * 256},
            {"exp": None},
            {"exp": "soon"},
            {"exp": float("nan")},
            {"exp": float("inf")},
            {"exp": True},
            {"exp": 10**30},
        ],
    )
    def test_by_its_claims(self, desk: Desk, client: dict[str, Any], claims: dict[str, Any]) -> None:
        response = desk.prove(client, **claims)
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")

    @pytest.mark.parametrize(
        ("claim", "seconds"), [("exp", -31), ("exp", 335), ("exp", 86_400), ("iat", 40), ("nbf", 40)]
    )
    def test_by_its_time(self, desk: Desk, client: dict[str, Any], claim: str, seconds: int) -> None:
        with clock.at(clock.now()):
            claims: dict[str, Any] = {claim: int(clock.now().timestamp()) + seconds}
            assert desk.prove(client, **claims).status_code == 401

    def test_alg_none(self, desk: Desk, client: dict[str, Any]) -> None:
        claims = statement(client["id"]).split(".")[1]
        for alg in ("none", "None", "nOnE", ""):
            for signature in ("", "AAAA"):
                forged = f"{encoded({'alg': alg})}.{claims}.{signature}"
                assert desk.post(proof(forged)).status_code == 401

    def test_a_public_key_as_a_shared_secret(self, desk: Desk, client: dict[str, Any]) -> None:
        for public in (KEYS["RS256"].as_pem(private=False), json.dumps(JWKS["keys"][0]).encode()):
            head = encoded({"alg": "HS256", "kid": "rsa"})
            claims = statement(client["id"]).split(".")[1]
            mac = hmac.digest(public, f"{head}.{claims}".encode(), "sha256")
            forged = f"{head}.{claims}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
            assert desk.post(proof(forged)).status_code == 401

    def test_an_algorithm_beyond_those(self, desk: Desk, client: dict[str, Any]) -> None:
        for alg in ("RS512", "PS384", "HS256"):
            key = OctKey.generate_key(256) if alg == "HS256" else KEYS["RS256"]
            assert desk.prove(client, alg=alg, key=key).status_code == 401

    def test_somebody_else_s_key(self, desk: Desk, client: dict[str, Any]) -> None:
        stranger = RSAKey.generate_key(2048)
        assert desk.prove(client, key=stranger).status_code == 401
        # Brought along in the header, it convinces nobody.
        brought = {"jwk": stranger.as_dict(private=False)}
        assert desk.prove(client, key=stranger, header=brought).status_code == 401
        assert desk.prove(client, header={"kid": "another"}).status_code == 401
        assert desk.prove(desk.create(), alg="ES256").status_code == 401

    def test_another_client_s_statement(self, desk: Desk, client: dict[str, Any]) -> None:
        other = desk.create(jwks={"keys": [OKPKey.generate_key("Ed25519").as_dict(private=False)]})
        assert desk.prove(client, iss=other["id"], sub=other["id"]).status_code == 401
        response = desk.prove(client, form={"client_id": other["id"]})
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")

    def test_a_key_of_its_own_algorithm_alone(self, desk: Desk) -> None:
        key = RSAKey.generate_key(2048)
        pinned = {"keys": [{**key.as_dict(private=False), "alg": "PS256"}]}
        made = desk.create(jwks=pinned)
        assert [desk.prove(made, alg=alg, key=key).status_code for alg in ("PS256", "RS256")] == [200, 401]

    def test_shown_twice(self, desk: Desk, client: dict[str, Any]) -> None:
        signed = statement(client["id"])
        assert [desk.post(proof(signed)).status_code for _ in range(3)] == [200, 401, 401]
        assert desk.prove(client, jti="of mine").status_code == 200
        assert desk.prove(client, jti="of mine").status_code == 401
        other = desk.create(jwks=JWKS)
        assert desk.prove(other, jti="of mine").status_code == 200

    def test_shown_by_many_at_once(self, desk: Desk, client: dict[str, Any]) -> None:
        signed = statement(client["id"])
        with ThreadPoolExecutor(10) as threads:
            statuses = list(threads.map(lambda _n: desk.post(proof(signed)).status_code, range(10)))
        assert sorted(statuses) == [200] + [401] * 9

    def test_remembered_until_it_can_come_no_more(self, desk: Desk, client: dict[str, Any]) -> None:
        start = clock.now()
        actor = system(desk.world.authority.id)

        def forgotten() -> int:
            with desk.world.database.transaction() as session:
                return forget(session, actor, actor.today())

        with clock.at(start):
            signed = statement(client["id"])
            assert desk.post(proof(signed)).status_code == 200
        with clock.at(start + timedelta(seconds=88)):
            assert forgotten() == 0
            assert desk.post(proof(signed)).status_code == 401
        with clock.at(start + timedelta(seconds=92)):
            assert forgotten() == 1
            assert desk.post(proof(signed)).status_code == 401

    def test_another_type_of_assertion(self, desk: Desk, client: dict[str, Any]) -> None:
        form = {**proof(statement(client["id"])), "client_assertion_type": "urn:saml"}
        assert desk.post(form).json()["error"] == "invalid_request"
        twice = {**proof(statement(client["id"])), "client_secret": "x"}
        assert desk.post(twice).json()["error"] == "invalid_request"

    def test_nobody_learns_whether_a_client_is_known(self, desk: Desk, client: dict[str, Any]) -> None:
        secretive = desk.create()
        closed = desk.create(jwks=JWKS)
        desk.admin.post(f"/api-clients/{closed['id']}/close")
        stranger = RSAKey.generate_key(2048)
        seen = set()
        for number, made in enumerate((client, secretive, closed, {"id": UNKNOWN}, {"id": "SIRH"})):
            signed = statement(made["id"], key=stranger)
            with desk.world.counted_queries() as queries:
                response = desk.post(proof(signed), address=f"203.0.113.{number}")
            headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
            seen.add((response.status_code, response.content, str(headers), tuple(queries)))
        assert len(seen) == 1
        assert next(iter(seen))[0] == 401

    def test_whatever_may_be_written(self, desk: Desk, client: dict[str, Any]) -> None:
        good = statement(client["id"])
        head, claims, signature = good.split(".")
        odd: list[Any] = [
            None,
            1,
            [],
            "x",
            {"alg": 7},
            {"alg": []},
            {"alg": "RS256", "kid": []},
            {"alg": "RS256", "crit": ["b64"], "b64": False},
        ]
        texts = [".".join((encoded(part), claims, signature)) for part in odd]
        texts += [".".join((head, encoded(part), signature)) for part in (*odd, {"sub": 5}, {"sub": []})]
        deep = base64.urlsafe_b64encode(b"[" * 5000).decode()
        texts += [
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            "é.é.é",
            f"{head}.{deep}.x",
            f"{deep}.{claims}.x",
            "x" * 9000,
        ]
        chance = random.Random(14)
        for _ in range(40):
            at = chance.randrange(len(good))
            texts.append(good[:at] + chance.choice("AZaz09-_.=é\0") + good[at + 1 :])
        for number, text in enumerate(texts):
            if text == good:
                continue
            form = proof(text)
            response = desk.post(form, address=f"203.0.113.{number}")
            assert response.status_code in {400, 401}, text
