"""Named selects over sessions and personal tokens."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import Database
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.query import Query
from app.people.models import Agent, Authority
from app.signin.models import AccessToken, WebSession
from app.signin.schemas import SessionOfAgent, SessionQuery, TokenQuery

_id: Any = table_of(WebSession).c.id.type
_instant: Any = table_of(WebSession).c.expires_at.type
# Whose they are: the caller, or somebody whose access an administrator looks after.
_OF_HOLDER = Visible(
    "of_holder",
    (col(WebSession.authority_id) == bindparam("authority_id"))
    & (col(WebSession.agent_id) == bindparam("holder_id", type_=_id))
    & (col(WebSession.idle_until) > bindparam("now", type_=_instant))
    & (col(WebSession.expires_at) > bindparam("now", type_=_instant)),
)
_TOKENS_OF_HOLDER = Visible(
    "of_holder",
    (col(AccessToken.authority_id) == bindparam("authority_id"))
    & (col(AccessToken.agent_id) == bindparam("holder_id", type_=_id))
    & col(AccessToken.revoked_at).is_(None)
    & (col(AccessToken.expires_at) > bindparam("now", type_=_instant)),
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


_TOKEN: tuple[Any, ...] = (
    col(AccessToken.id),
    col(AccessToken.name),
    col(AccessToken.scopes),
    col(AccessToken.created_at),
    col(AccessToken.expires_at),
    col(AccessToken.last_used_on),
)
_TOKENS = Listing(select(*_TOKEN), key=col(AccessToken.id), sorts={"created_at": col(AccessToken.created_at)})
_ONE_TOKEN = Query(select(*_TOKEN).where(col(AccessToken.id) == bindparam("token_id")))
_AGENT = Query(
    select(col(Agent.id)).where(
        col(Agent.id) == bindparam("agent_id"), col(Agent.authority_id) == bindparam("authority_id")
    )
)
_ADMINISTRATORS_SEE = tuple(name for name in SessionOfAgent.model_fields)


def sessions_page(
    connection: Connection, actor: Actor, query: SessionQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One's own sessions that still count."""
    return _SESSIONS.page(connection, query, _OF_HOLDER, _of(actor, actor.agent_id))


def tokens_page(
    connection: Connection, actor: Actor, query: TokenQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One's own tokens that still count."""
    return _TOKENS.page(connection, query, _TOKENS_OF_HOLDER, _of(actor, actor.agent_id))


def sessions_of(
    connection: Connection, actor: Actor, agent_id: UUID, query: SessionQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """The sessions of somebody of the authority. Raises `NotFound` where there is no such agent."""
    _check_agent(connection, actor, agent_id)
    items, cursor = _SESSIONS.page(connection, query, _OF_HOLDER, _of(actor, agent_id))
    return [{name: item[name] for name in _ADMINISTRATORS_SEE} for item in items], cursor


def tokens_of(
    connection: Connection, actor: Actor, agent_id: UUID, query: TokenQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """The tokens of somebody of the authority. Raises `NotFound` where there is no such agent."""
    _check_agent(connection, actor, agent_id)
    return _TOKENS.page(connection, query, _TOKENS_OF_HOLDER, _of(actor, agent_id))


def token(connection: Connection | Session, token_id: UUID) -> dict[str, Any]:
    """A token that was just made, as its holder sees it."""
    return _ONE_TOKEN.all(connection, {"token_id": token_id})[0]


def _of(actor: Actor, holder_id: UUID | None) -> dict[str, Any]:
    return {"authority_id": actor.authority_id, "holder_id": holder_id, "now": clock.now()}


def _check_agent(connection: Connection, actor: Actor, agent_id: UUID) -> None:
    known = {"agent_id": agent_id, "authority_id": actor.authority_id}
    if _AGENT.one_or_none(connection, known) is None:
        raise NotFound


def only_authority(database: Database) -> str | None:
    """The name of the authority that this server is for, where there is but one."""
    with database.read() as connection:
        names = connection.execute(select(col(Authority.name)).limit(2)).scalars().all()
    return names[0] if len(names) == 1 else None
