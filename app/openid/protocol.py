"""The authorization code flow of OpenID Connect Core 1.0 (section 3.1), with PKCE (RFC 7636), and the way out.

Nothing here knows the database: what a conversation needs is in a `Client`, what it brings is an `Identity`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.kit import clock
from app.kit.outgoing import TIMEOUT, UNREADABLE, content_of, guard
from app.kit.remembered import PATIENCE
from app.openid.discovery import Directory, Metadata
from app.openid.problems import AnswerUnverified, LevelTooLow, ProviderAway
from app.openid.profiles import Algorithm, Traits
from app.settings import get_settings

log = structlog.get_logger("essaim.openid")

LEEWAY: Final = 30
"""Seconds by which the provider's clock may differ from ours."""

AT_ONCE: Final = 8
"""How many threads of a server process may talk to providers: a slow one leaves the others to everybody else."""

UNSOUND: Final = (JoseError, TypeError, ValueError, OverflowError, RecursionError)
"""What a token that does not hold is found out by."""

_conversations = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to a provider, and what we ask of it."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str
    scopes: tuple[str, ...]
    acr_values: tuple[str, ...]
    algorithm: Algorithm
    traits: Traits


class Identity(BaseModel):
    """Whom a provider says it has recognised: the claims of the ID token and of userinfo, verified.

    `id_token` is kept for the end of the session. `siret` is fourteen digits; `uid` is the person's identifier at the
    identity provider `idp_id`, behind a federation.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    sub: str = Field(min_length=1, max_length=255)
    email: str | None = Field(default=None, max_length=254)
    email_verified: bool | None = None
    uid: str | None = Field(default=None, max_length=255)
    siret: str | None = Field(default=None, max_length=64)
    idp_id: str | None = Field(default=None, max_length=255)
    acr: str | None = Field(default=None, max_length=255)
    authenticated_at: datetime | None = None
    id_token: str


def authorization_url(
    client: Client, metadata: Metadata, *, state: str, nonce: str, verifier: str, afresh: bool
) -> str:
    """Where to send the browser. `afresh`: whoever is there proves it again, whatever session the provider holds.

    The levels are asked for as an essential claim (section 5.5.1.1), so that the provider brings the person up to one
    instead of answering with less; `auth_time` says when they last proved who they are.
    """
    level = {"essential": True, "values": list(client.acr_values)} if client.acr_values else None
    claims = {"auth_time": {"essential": True}, "acr": level}
    options: dict[str, str] = {}
    if afresh:
        options["prompt"] = "login"
        if client.traits.knows_max_age:
            options["max_age"] = "0"
    with _session(client) as session:
        url, _state = session.create_authorization_url(
            metadata.authorization_endpoint,
            state=state,
            nonce=nonce,
            code_verifier=verifier,
            claims=json.dumps({"id_token": claims}, separators=(",", ":")),
            **options,
        )
    return str(url)


def logout_url(metadata: Metadata, id_token: str, *, back_to: str, state: str) -> str | None:
    """Where the browser ends the provider's own session (RP-Initiated Logout 1.0), if the provider has such a place."""
    if not metadata.end_session_endpoint:
        return None
    joint = "&" if urlsplit(metadata.end_session_endpoint).query else "?"
    parameters = {"id_token_hint": id_token, "post_logout_redirect_uri": back_to, "state": state}
    return metadata.end_session_endpoint + joint + urlencode(parameters)


def identify(
    client: Client, directory: Directory, metadata: Metadata, *, code: str, nonce: str, verifier: str
) -> Identity:
    """Whom the `code` stands for.

    Raises `ProviderAway` where the provider does not answer, `AnswerUnverified` where what it answers does not hold or
    the code has already served, `LevelTooLow` where the person proved less than is asked.
    """
    if not _conversations.acquire(timeout=PATIENCE):
        raise ProviderAway
    try:
        with _session(client) as session:
            tokens = _tokens(session, metadata, code, verifier)
            id_token = tokens.get("id_token")
            if not isinstance(id_token, str):
                raise AnswerUnverified
            proven = _id_claims(client, directory, metadata, tokens, nonce)
            told = _userinfo(session, client, directory, metadata)
    finally:
        _conversations.release()
    if told.get("sub") != proven["sub"]:
        # Section 5.3.2: the answer may be about somebody else.
        raise _unverified("userinfo is about another subject")
    if client.acr_values and proven.get("acr") not in client.acr_values:
        raise LevelTooLow
    return _identity({**proven, **told}, proven, id_token)


def _session(client: Client) -> Any:
    session = OAuth2Session(
        client.client_id,
        client.secret,
        token_endpoint_auth_method=client.traits.client_authentication,
        scope=" ".join(client.scopes),
        redirect_uri=client.redirect_uri,
        code_challenge_method="S256",
        default_timeout=TIMEOUT,
        # ProConnect's access token lives a minute: with the default, it would count as spent at once.
        leeway=0,
    )
    return guard(session, get_settings().reach)


def _tokens(session: Any, metadata: Metadata, code: str, verifier: str) -> Mapping[str, Any]:
    try:
        tokens: Mapping[str, Any] = session.fetch_token(
            metadata.token_endpoint,
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            allow_redirects=False,
        )
    except AuthlibBaseError as error:
        # `invalid_client` is ours to mend, not the person's.
        if error.error == "invalid_client":
            log.error("client refused by the provider", issuer=metadata.issuer, exc_info=error)
            raise ProviderAway from None
        raise _unverified(f"the token endpoint refused: {error.error}") from None
    except UNREADABLE as error:
        log.warning("provider away", issuer=metadata.issuer, exc_info=error)
        raise ProviderAway from None
    return tokens


def _id_claims(
    client: Client, directory: Directory, metadata: Metadata, tokens: Mapping[str, Any], nonce: str
) -> dict[str, Any]:
    """The claims of the ID token, verified as section 3.1.3.7 says."""
    token = _decoded(tokens["id_token"], client, directory, metadata)
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={
            "iss": {"essential": True, "value": client.issuer},
            "aud": {"essential": True, "value": client.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "iat": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        },
        params={"nonce": nonce, "client_id": client.client_id, "access_token": tokens.get("access_token")},
    )
    try:
        claims.validate(now=_now(), leeway=LEEWAY)
    except UNSOUND as error:
        raise _unverified(f"ID token: {error}") from None
    return token.claims


def _userinfo(session: Any, client: Client, directory: Directory, metadata: Metadata) -> Mapping[str, Any]:
    """The claims of the userinfo endpoint (section 5.3), as a JWT of ours or, where the profile allows it, as JSON."""
    try:
        with session.get(
            metadata.userinfo_endpoint, headers={"Accept": "application/jwt, application/json"}, stream=True,
            allow_redirects=False,
        ) as answer:  # fmt: skip
            if answer.status_code >= requests.codes.server_error:
                raise requests.HTTPError(f"status {answer.status_code}")
            content = content_of(answer)
    except AuthlibBaseError as error:
        raise _unverified(f"the access token is of no use: {error.error}") from None
    except UNREADABLE as error:
        log.warning("provider away", issuer=metadata.issuer, exc_info=error)
        raise ProviderAway from None
    if answer.status_code != requests.codes.ok:
        raise _unverified(f"userinfo answered {answer.status_code}")
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/jwt":
        return _userinfo_claims(content, client, directory, metadata)
    if media_type != "application/json" or client.traits.signs_userinfo:
        raise _unverified(f"userinfo came as {media_type}")
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise _unverified("userinfo is no JSON object")
    return told


def _userinfo_claims(
    content: bytes, client: Client, directory: Directory, metadata: Metadata
) -> Mapping[str, Any]:
    token = _decoded(content, client, directory, metadata)
    registry = jwt.JWTClaimsRegistry(
        now=_now(),
        leeway=LEEWAY,
        iss={"essential": True, "value": client.issuer},
        aud={"essential": True, "value": client.client_id},
        sub={"essential": True},
    )
    try:
        registry.validate(token.claims)
    except UNSOUND as error:
        raise _unverified(f"userinfo: {error}") from None
    return token.claims


def _decoded(value: str | bytes, client: Client, directory: Directory, metadata: Metadata) -> jwt.Token:
    """A JWT of the provider's, its signature verified by the one algorithm that is agreed."""
    registry = JWSRegistry(algorithms=[client.algorithm.value], strict_check_header=False)
    try:
        try:
            return jwt.decode(value, directory.keys(metadata), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(value, directory.keys(metadata, unknown=True), registry=registry)
    except UNSOUND as error:
        raise _unverified(f"signature: {error}") from None


def _identity(claims: Mapping[str, Any], proven: Mapping[str, Any], id_token: str) -> Identity:
    try:
        authenticated_at = (
            datetime.fromtimestamp(proven["auth_time"], UTC) if proven.get("auth_time") is not None else None
        )
        return Identity.model_validate(
            {
                **claims,
                "acr": proven.get("acr"),
                "id_token": id_token,
                "authenticated_at": authenticated_at,
            }
        )
    except (ValidationError, TypeError, ValueError, OverflowError, OSError):
        raise _unverified("claims of another kind than the specification's") from None


def _unverified(why: str) -> AnswerUnverified:
    log.warning("answer refused", why=why)
    return AnswerUnverified()


def _now() -> int:
    return int(clock.now().timestamp())
