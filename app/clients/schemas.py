"""What the API takes and gives about API clients."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Line, Request, Response

Name = Annotated[Line, Field(max_length=100, description="What people read.", examples=["SIRH"])]
Scope = Annotated[str, StringConstraints(min_length=1, max_length=50)]
Scopes = Annotated[
    list[Scope],
    Field(
        min_length=1,
        max_length=20,
        description="What it may do, as in `scopes_supported` of `/.well-known/oauth-authorization-server`. "
        "`programme:write` implies `programme:read`.",
        examples=[["hr:read", "hr:write"]],
    ),
]
Jwks = Annotated[
    dict[str, Any] | None,
    Field(
        description="Its public keys (RFC 7517), for `private_key_jwt`: one to ten of RSA (2048 bits at least), "
        "EC P-256 or Ed25519. A new set replaces the former.",
        examples=[
            {
                "keys": [
                    {
                        "kty": "OKP",
                        "crv": "Ed25519",
                        "kid": "2026",
                        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                    }
                ]
            }
        ],
    ),
]


JwksUri = Annotated[
    str | None,
    Field(
        max_length=500,
        description="Where its public keys are, by HTTPS, instead of `jwks`: read again each hour, and when a "
        "statement names a key that is not among those known. A host that the operator lets this server call.",
        examples=["https://sirh.valmoret.fr/jwks.json"],
    ),
]


class ClientQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"


class ClientCreate(Request):
    """A new client. With keys it needs no secret, and receives none unless it asks."""

    name: Name
    scopes: Scopes
    jwks: Jwks = None
    jwks_uri: JwksUri = None
    with_secret: bool = Field(default=True, description="Whether it receives a secret.")


class ClientEdit(Request):
    name: Name = UNCHANGED
    scopes: Scopes = UNCHANGED
    jwks: Jwks = UNCHANGED
    jwks_uri: JwksUri = UNCHANGED


class SecretRotate(Request):
    """How long the secret before it still counts."""

    former_ends_at: AwareDatetime | None = Field(
        default=None, description="From now to ninety days ahead. Left out: in seven days."
    )


class SecretRevoke(Request):
    secret_id: UUID


class SecretSummary(Response):
    """What is known of a secret that counts. Never the secret."""

    id: UUID
    created_at: datetime
    expires_at: datetime | None = Field(description="When it ends; null: when it is replaced or revoked.")


class ClientSummary(Response):
    """A machine that may call the API."""

    id: UUID = Field(description="Its `client_id` at `/oauth/token`.")
    name: str
    scopes: list[str]
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None = Field(description="Its last call, to the hour; null: none yet.")
    closed_at: datetime | None = Field(description="Since when it may call no more.")
    version: int


class ClientDetail(ClientSummary):
    jwks: dict[str, Any] | None = Field(description="Its public keys, where they are kept here.")
    jwks_uri: str | None = Field(description="Where its public keys are, instead.")
    secrets: list[SecretSummary] = Field(description="Those that count now: two at most.")


class ClientWithSecret(ClientDetail):
    """The client with the secret that it has just received."""

    secret: str | None = Field(description="Shown this once: keep it now. Null where none was asked for.")
