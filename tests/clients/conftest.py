"""An administrator who connects machines, and machines that ask for tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.access.capacity import Capacity
from app.clients.protocol import ASSERTION_TYPE
from app.kit import clock
from app.kit.ids import new_id
from tests.support.client import AppClient
from tests.support.world import Caller, Person, World, contract_of

ISSUER = "http://127.0.0.1:8000"
TOKEN_ENDPOINT = f"{ISSUER}/oauth/token"
GRANT = {"grant_type": "client_credentials"}
Key = RSAKey | ECKey | OKPKey
KEYS: dict[str, Key] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "PS256": RSAKey.generate_key(2048, {"kid": "pss"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}
JWKS: dict[str, Any] = {"keys": [key.as_dict(private=False) for key in KEYS.values()]}


@dataclass
class Desk:
    """Where machines come from, and where they ask."""

    world: World
    admin: Person

    def create(self, **body: Any) -> dict[str, Any]:
        """A new client, as its administrator sees it this once."""
        form = {"name": f"SIRH {new_id()}", "scopes": ["hr:read", "hr:write"], **body}
        made: dict[str, Any] = self.admin.post("/api-clients", form, expect=201)
        return made

    def post(
        self, form: Mapping[str, Any], *, address: str = "198.51.100.1", **options: Any
    ) -> httpx.Response:
        http = AppClient(self.world.app, address=address)
        return http.post("/oauth/token", data=dict(form), **options)

    def ask(self, client: Mapping[str, Any], *, secret: str | None = None, **form: Any) -> httpx.Response:
        """With the client's secret, by HTTP Basic."""
        return self.post({**GRANT, **form}, auth=(client["id"], secret or client["secret"]))

    def prove(
        self,
        client: Mapping[str, Any],
        *,
        alg: str = "RS256",
        key: Any = None,
        header: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> httpx.Response:
        """With a statement signed by one of `KEYS`. A claim of None is left out."""
        signed = statement(client["id"], alg=alg, key=key, header=header, **claims)
        return self.post({**proof(signed), **(form or {})})

    def caller(self, response: httpx.Response) -> Caller:
        """Whoever holds the token that was given."""
        assert response.status_code == 200, response.text
        return Caller(self.world.http, contract_of(self.world.app), response.json()["access_token"])


def proof(signed: str) -> dict[str, str]:
    return {**GRANT, "client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}


def statement(
    client_id: str,
    *,
    alg: str = "RS256",
    key: Any = None,
    header: Mapping[str, Any] | None = None,
    **claims: Any,
) -> str:
    now = int(clock.now().timestamp())
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": TOKEN_ENDPOINT,
        "jti": str(new_id()),
        "iat": now,
        "exp": now + 60,
        **claims,
    }
    said = {name: value for name, value in said.items() if value is not None}
    registry = jws.JWSRegistry(algorithms=[alg])
    return jwt.encode({"alg": alg, **(header or {})}, said, key or KEYS[alg], registry=registry)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world, world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR))
