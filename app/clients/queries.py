"""Named selects over API clients."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.clients.models import ClientSecret
from app.kit import clock
from app.kit.columns import table_of
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.query import Query
from app.signin.models import ApiClient

_summary: tuple[Any, ...] = tuple(
    col(getattr(ApiClient, name))
    for name in ("id", "name", "scopes", "created_at", "updated_at", "last_used_at", "closed_at", "version")
)
_own: Any = col(ApiClient.authority_id) == bindparam("authority_id")
_secret: tuple[Any, ...] = tuple(
    col(getattr(ClientSecret, name)) for name in ("id", "created_at", "expires_at")
)
_instant: Any = table_of(ClientSecret).c.expires_at.type

OWN = Visible("own", _own)
CLIENTS = Listing(select(*_summary), key=col(ApiClient.id), sorts={"created_at": col(ApiClient.created_at)})
_DETAIL = Query(
    select(*_summary, col(ApiClient.jwks), col(ApiClient.jwks_uri)).where(
        _own, col(ApiClient.id) == bindparam("id")
    )
)
_SECRETS = Query(
    select(*_secret)
    .where(
        col(ClientSecret.client_id) == bindparam("id"),
        col(ClientSecret.revoked_at).is_(None),
        or_(
            col(ClientSecret.expires_at).is_(None),
            col(ClientSecret.expires_at) > bindparam("now", type_=_instant),
        ),
    )
    .order_by(col(ClientSecret.id))
)


def detail(connection: Connection | Session, actor: Actor, client_id: UUID) -> dict[str, Any]:
    """One client as the API shows it, with the secrets that count. Raises `NotFound`."""
    data = _DETAIL.one_or_none(connection, {"authority_id": actor.authority_id, "id": client_id})
    if data is None:
        raise NotFound
    return {**data, "secrets": _SECRETS.all(connection, {"id": client_id, "now": clock.now()})}
