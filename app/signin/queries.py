"""Named selects over sessions."""

from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.access.actor import Actor
from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import Database
from app.kit.listing import Listing, Visible
from app.people.models import Authority
from app.signin.models import WebSession
from app.signin.schemas import SessionQuery

_id: Any = table_of(WebSession).c.id.type
_instant: Any = table_of(WebSession).c.expires_at.type
_MINE = Visible(
    "mine",
    (col(WebSession.authority_id) == bindparam("authority_id"))
    & (col(WebSession.agent_id) == bindparam("viewer_id", type_=_id))
    & (col(WebSession.idle_until) > bindparam("now", type_=_instant))
    & (col(WebSession.expires_at) > bindparam("now", type_=_instant)),
)
_SESSIONS = Listing(
    select(
        col(WebSession.id),
        col(WebSession.method),
        col(WebSession.address),
        col(WebSession.user_agent),
        col(WebSession.opened_at),
        col(WebSession.last_used_at),
        col(WebSession.idle_until),
        col(WebSession.expires_at),
    ),
    key=col(WebSession.id),
    sorts={"opened_at": col(WebSession.opened_at)},
)


def sessions_page(
    connection: Connection, actor: Actor, query: SessionQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One's own sessions that still count."""
    parameters = {"authority_id": actor.authority_id, "viewer_id": actor.agent_id, "now": clock.now()}
    return _SESSIONS.page(connection, query, _MINE, parameters)


def only_authority(database: Database) -> str | None:
    """The name of the authority that this server is for, where there is but one."""
    with database.read() as connection:
        names = connection.execute(select(col(Authority.name)).limit(2)).scalars().all()
    return names[0] if len(names) == 1 else None
