"""Tokens for machines: the client credentials grant (RFC 6749, section 4.4), and how clients show who they are."""

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, and_, bindparam, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.clients import events, protocol
from app.clients.key_sets import key_sets
from app.clients.models import ClientAssertion, ClientSecret
from app.clients.problems import InvalidClient, OAuthError
from app.journal.service import record
from app.kit import clock
from app.kit.bounds import everywhere, within
from app.kit.columns import table_of
from app.kit.database import Database, insert_if_absent
from app.kit.digests import digest
from app.kit.limits import Limit, take
from app.kit.query import Query
from app.settings import Settings
from app.signin.models import ApiClient
from app.signin.scopes import SCOPES, whole
from app.signin.service import create_client_token

GRANT_TYPE = "client_credentials"
METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
LIFETIME = timedelta(hours=1)

# Wrong tries alone are counted before a client is known: nobody shuts a client out by failing in its name. The first is
# of one who fails in a client's name, the second of one who tries them all.
WRONG_FOR_CLIENT = Limit("wrong client credentials", times=20, seconds=60)
WRONG_FROM_ADDRESS = Limit("wrong client credentials from one address", times=60, seconds=60)
TOKENS = Limit("tokens of a client", times=60, seconds=60)

_instant: Any = table_of(ClientSecret).c.expires_at.type
_KNOWN = Query(
    select(
        col(ApiClient.id),
        col(ApiClient.authority_id),
        col(ApiClient.name),
        col(ApiClient.scopes),
        col(ApiClient.jwks),
        col(ApiClient.jwks_uri),
        col(ClientSecret.secret_hash),
    )
    .outerjoin(
        ClientSecret,
        and_(
            col(ClientSecret.client_id) == col(ApiClient.id),
            col(ClientSecret.revoked_at).is_(None),
            or_(
                col(ClientSecret.expires_at).is_(None),
                col(ClientSecret.expires_at) > bindparam("now", type_=_instant),
            ),
        ),
    )
    .where(col(ApiClient.id) == bindparam("id"), col(ApiClient.closed_at).is_(None))
)

log = structlog.get_logger("essaim.oauth")
_NOBODY = UUID(int=0)
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for a token, as it came: by `method`, with a secret or an assertion."""

    method: str
    client_id: str
    grant_type: str | None
    scope: str | None
    secret: str | None = field(default=None, repr=False)
    assertion: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """A client that is open, as the token endpoint finds it: before its authority is known."""

    actor: Actor
    id: UUID
    scopes: tuple[str, ...]
    jwks: dict[str, Any] | None
    jwks_uri: str | None
    secret_hashes: tuple[str, ...]


def issuer_of(settings: Settings) -> str:
    return settings.public_url.rstrip("/")


def token_endpoint_of(settings: Settings) -> str:
    return f"{issuer_of(settings)}/oauth/token"


def metadata(settings: Settings) -> dict[str, Any]:
    """What a client needs to know of this server (RFC 8414, section 2)."""
    return {
        "issuer": issuer_of(settings),
        "token_endpoint": token_endpoint_of(settings),
        "grant_types_supported": [GRANT_TYPE],
        "response_types_supported": [],
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(protocol.ALGORITHMS),
    }


def answer(database: Database, settings: Settings, ask: Ask, network: str) -> dict[str, Any]:
    """The token that is asked for, as RFC 6749 (section 5.1) gives it.

    Raises `OAuthError`, or `TooManyRequests` after too many wrong tries from a `network` (`kit.limits.network`), or too
    many tokens. Never inside a transaction.
    """
    if not ask.grant_type:
        raise OAuthError("invalid_request", "grant_type is missing.")
    if ask.grant_type != GRANT_TYPE:
        raise OAuthError("unsupported_grant_type", f"The one grant type here is {GRANT_TYPE}.")
    try:
        with everywhere(), database.read() as connection:
            known = find_client(connection, ask.client_id)
        statement = _authenticate(known, ask, settings)
        scopes = _scopes(known, ask.scope)
        take(database, TOKENS, known.id)
        with within(known.actor.authority_id), database.transaction() as session:
            token = _issue(session, known, ask.method, scopes, statement)
    except InvalidClient:
        take(database, WRONG_FOR_CLIENT, network, ask.client_id)
        take(database, WRONG_FROM_ADDRESS, network)
        raise
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": " ".join(scopes),
    }


def find_client(connection: Connection, client_id: str) -> Known:
    """The client of this id in any authority: one query, whether there is one or not.

    A client that is unknown or closed comes back as nobody, with nothing to show: it is refused as a wrong secret is.
    """
    rows = _KNOWN.all(connection, {"id": _uuid(client_id), "now": clock.now()})
    if not rows:
        return Known(Actor(_NOBODY, "", frozenset()), _NOBODY, (), None, None, ())
    row = rows[0]
    capacities = frozenset({Capacity.CLIENT})
    return Known(
        Actor(row["authority_id"], row["name"], capacities, client_id=row["id"]),
        row["id"],
        tuple(row["scopes"]),
        row["jwks"],
        row["jwks_uri"],
        tuple(entry["secret_hash"] for entry in rows if entry["secret_hash"]),
    )


def _authenticate(known: Known, ask: Ask, settings: Settings) -> protocol.Statement | None:
    """What the client showed, to be used up. None: a secret. Raises `InvalidClient`."""
    if ask.assertion is None:
        _check_secret(known, ask.secret or "")
        return None
    audiences = (token_endpoint_of(settings), issuer_of(settings))
    try:
        if known.jwks_uri is not None:
            return key_sets.verify(
                ask.assertion, known.jwks_uri, client_id=str(known.id), audiences=audiences
            )
        return protocol.verify(ask.assertion, known.jwks, client_id=str(known.id), audiences=audiences)
    except protocol.AssertionRefused as refusal:
        log.info("assertion refused", client_id=ask.client_id[:36], because=str(refusal))
        raise InvalidClient from None


def _check_secret(known: Known, secret: str) -> None:
    shown = digest(secret)
    # Two comparisons always: nothing tells how many secrets there are, nor whether there is a client.
    held = (*known.secret_hashes, _NO_HASH, _NO_HASH)[:2]
    matches = [hmac.compare_digest(shown, one) for one in held]
    if not any(matches):
        raise InvalidClient


def _scopes(known: Known, asked: str | None) -> list[str]:
    """What the token opens, in order: what was asked, with what it implies, or all that the client has."""
    held = whole(known.scopes)
    if not asked:
        return sorted(held)
    wanted = whole(asked.split(" "))
    if not wanted <= held:
        raise OAuthError("invalid_scope", f"This client has {' '.join(sorted(held))}.")
    return sorted(wanted)


def _issue(
    session: Session, known: Known, method: str, scopes: list[str], statement: protocol.Statement | None
) -> str:
    if statement is not None and not insert_if_absent(
        session,
        ClientAssertion(
            authority_id=known.actor.authority_id,
            client_id=known.id,
            jti_hash=statement.jti_hash,
            expires_at=statement.expires_at,
        ),
    ):
        log.info("assertion refused", client_id=str(known.id), because="shown before")
        raise InvalidClient
    client = session.get_one(ApiClient, known.id)
    narrowed = None if scopes == sorted(whole(known.scopes)) else scopes
    token = create_client_token(session, client, scopes=narrowed, lifetime=LIFETIME)
    issued = events.TokenIssued(subject_id=known.id, method=method, scopes=tuple(scopes))
    record(session, issued, by=known.actor)
    return token


def _uuid(client_id: str) -> UUID:
    try:
        found = UUID(client_id)
    except ValueError:
        return _NOBODY
    return found if str(found) == client_id else _NOBODY
