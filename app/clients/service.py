"""Connect machines, give them secrets, take them back."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.clients import events, key_sets, protocol
from app.clients.models import ClientAssertion, ClientSecret
from app.clients.policy import POLICY
from app.clients.problems import ClientClosed, ClientRefused, SecretOver, TwoSecretsValid
from app.clients.schemas import ClientCreate
from app.journal.service import record
from app.kit import clock
from app.kit.database import get, insert
from app.kit.digests import digest
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.problems import NotFound
from app.signin.models import AccessToken, ApiClient
from app.signin.scopes import SCOPES, check_scopes
from app.signin.service import create_client_token

PREFIX = "essaim_secret_"
FORMER_LASTS = timedelta(days=7)
FORMER_LASTS_AT_MOST = timedelta(days=90)
TOKENS_KEPT = timedelta(days=1)
"""How long tokens that have run out are kept, for whoever looks into an incident."""


def create(session: Session, actor: Actor, form: ClientCreate) -> tuple[ApiClient, str | None]:
    """A new client and, where it is to have one, its secret.

    Raises `ClientRefused` naming the field that does not fit, `ClientNameTaken`.
    """
    POLICY.require(session, actor, "create")
    client = insert(
        session,
        ApiClient(
            authority_id=actor.authority_id,
            name=form.name,
            scopes=_scopes(form.scopes),
            jwks=_jwks(form.jwks),
            jwks_uri=_jwks_uri(form.jwks_uri, form.jwks),
        ),
    )
    record(session, events.ClientCreated(subject_id=client.id, scopes=tuple(client.scopes)), by=actor)
    return client, _give_secret(session, actor, client, None) if form.with_secret else None


def give_token(session: Session, actor: Actor, client: ApiClient, lifetime: timedelta) -> str:
    """A token of the client's own, handed over by whoever connects it instead of asked for at `/oauth/token`."""
    POLICY.require(session, actor, "create")
    token = create_client_token(session, client, lifetime=lifetime)
    issued = events.TokenIssued(subject_id=client.id, method="command_line", scopes=tuple(client.scopes))
    record(session, issued, by=actor)
    return token


def find(session: Session, actor: Actor, client_id: UUID, action: str) -> ApiClient:
    """A client of the caller's authority on which they may do `action`, held until the transaction ends.

    Raises `NotFound`, `Forbidden`.
    """
    POLICY.require(session, actor, action)
    session.execute(select(col(ApiClient.id)).where(col(ApiClient.id) == client_id).with_for_update())
    return get(session, ApiClient, client_id, actor.authority_id)


def edit(session: Session, actor: Actor, client: ApiClient, changes: dict[str, Any]) -> None:
    """Set a client's name, scopes or keys, or where they are. Its tokens lose at once the scopes that it loses.

    Raises `ClientRefused` naming the field that does not fit, `ClientNameTaken`, `ClientClosed`.
    """
    POLICY.require(session, actor, "edit", client)
    _require_open(client)
    if "scopes" in changes:
        changes["scopes"] = _scopes(changes["scopes"])
    if "jwks" in changes:
        changes["jwks"] = _jwks(changes["jwks"])
    if {"jwks", "jwks_uri"} & set(changes):
        held = {"jwks": client.jwks, "jwks_uri": client.jwks_uri, **changes}
        _jwks_uri(held["jwks_uri"], held["jwks"])
    changes = {name: value for name, value in changes.items() if getattr(client, name) != value}
    if not changes:
        return
    change(session, client, **changes)
    edited = events.ClientEdited(
        subject_id=client.id, fields=tuple(sorted(changes)), scopes=tuple(client.scopes)
    )
    record(session, edited, by=actor)


def rotate(session: Session, actor: Actor, client: ApiClient, former_ends_at: datetime | None = None) -> str:
    """A new secret. The former counts until `former_ends_at`, at the longest for ninety days; by default for seven.

    Raises `ClientClosed`, `TwoSecretsValid`, `ClientRefused` for a date that is past or too far.
    """
    POLICY.require(session, actor, "rotate", client)
    _require_open(client)
    now = clock.now()
    ends_at = former_ends_at or now + FORMER_LASTS
    if not now <= ends_at <= now + FORMER_LASTS_AT_MOST:
        detail = _("Choisissez un instant entre maintenant et dans quatre-vingt-dix jours.")
        raise ClientRefused.on("former_ends_at", detail)
    counting = [secret for secret in _secrets_of(session, client) if secret.counts_at(now)]
    if len(counting) > 1:
        raise TwoSecretsValid
    for former in counting:
        former.expires_at = min(former.expires_at or ends_at, ends_at)
    session.flush()
    return _give_secret(session, actor, client, counting[0].expires_at if counting else None)


def revoke_secret(session: Session, actor: Actor, client: ApiClient, secret_id: UUID) -> None:
    """End a secret at once. Raises `NotFound` for another client's, `SecretOver`."""
    POLICY.require(session, actor, "revoke", client)
    secret = next((row for row in _secrets_of(session, client) if row.id == secret_id), None)
    if secret is None:
        raise NotFound
    now = clock.now()
    if not secret.counts_at(now):
        raise SecretOver
    secret.revoked_at = now
    session.flush()
    record(session, events.SecretRevoked(subject_id=client.id, secret_id=secret_id), by=actor)


def close(session: Session, actor: Actor, client: ApiClient) -> None:
    """The client calls no more: its secrets and its tokens end. Raises `ClientClosed`."""
    POLICY.require(session, actor, "close", client)
    _require_open(client)
    now = clock.now()
    change(session, client, closed_at=now)
    for model in (AccessToken, ClientSecret):
        session.execute(
            update(model)
            .where(col(model.client_id) == client.id, col(model.revoked_at).is_(None))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )
    record(session, events.ClientClosed(subject_id=client.id), by=actor)


def named(session: Session, authority_id: UUID, name: str) -> ApiClient | None:
    """The authority's client of this name, if there is one."""
    client: ApiClient | None = session.execute(
        select(ApiClient).where(col(ApiClient.authority_id) == authority_id, col(ApiClient.name) == name)
    ).scalar_one_or_none()
    return client


def forget(session: Session, actor: Actor, _today: date) -> int:
    """Delete what time has ended: statements that cannot come again, and clients' tokens a day after; how many."""
    now = clock.now()
    statements = delete(ClientAssertion).where(
        col(ClientAssertion.authority_id) == actor.authority_id, col(ClientAssertion.expires_at) <= now
    )
    tokens = delete(AccessToken).where(
        col(AccessToken.authority_id) == actor.authority_id,
        col(AccessToken.client_id).is_not(None),
        col(AccessToken.expires_at) <= now - TOKENS_KEPT,
    )
    gone = (
        session.execute(deletion.execution_options(synchronize_session=False))
        for deletion in (statements, tokens)
    )
    return sum(result.rowcount for result in gone)  # type: ignore[attr-defined]


def _give_secret(session: Session, actor: Actor, client: ApiClient, former_ends_at: datetime | None) -> str:
    secret = PREFIX + secrets.token_urlsafe(32)
    row = insert(
        session,
        ClientSecret(authority_id=client.authority_id, client_id=client.id, secret_hash=digest(secret)),
    )
    issued = events.SecretIssued(subject_id=client.id, secret_id=row.id, former_ends_at=former_ends_at)
    record(session, issued, by=actor)
    return secret


def _secrets_of(session: Session, client: ApiClient) -> list[ClientSecret]:
    statement = select(ClientSecret).where(col(ClientSecret.client_id) == client.id)
    return list(session.execute(statement.order_by(col(ClientSecret.id))).scalars())


def _require_open(client: ApiClient) -> None:
    if client.closed_at is not None:
        raise ClientClosed


def _scopes(scopes: Sequence[str]) -> list[str]:
    try:
        return check_scopes(scopes)
    except ValueError:
        detail = _("Portées connues : {scopes}.").format(scopes=list(SCOPES))
        raise ClientRefused.on("scopes", detail) from None


def _jwks_uri(url: str | None, jwks: Mapping[str, Any] | None) -> str | None:
    if url is None:
        return None
    if jwks is not None:
        raise ClientRefused.on("jwks_uri", _("Donnez ses clés ou leur adresse, mais pas les deux."))
    if not url.isascii() or not url.isprintable() or not key_sets.is_in_reach(url):
        detail = _(
            "Donnez l'adresse https d'un serveur que l'exploitant permet d'appeler (ESSAIM_OUTGOING_HOSTS)."
        )
        raise ClientRefused.on("jwks_uri", detail)
    return url


def _jwks(jwks: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if jwks is None:
        return None
    try:
        return protocol.public_keys(jwks)
    except ValueError as error:
        detail = _("Ce jeu de clés ne convient pas ({reason}).").format(reason=str(error))
        raise ClientRefused.on("jwks", detail) from None
