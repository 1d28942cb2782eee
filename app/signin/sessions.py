"""Sessions of browsers: opened at a door, known by a cookie, ended by whoever holds them or by time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, delete, or_, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import get, insert
from app.kit.digests import digest
from app.kit.query import Command, Query
from app.people.models import Agent, Authority, CapacityGrant
from app.settings import Settings
from app.signin import events
from app.signin.models import Method, WebSession
from app.signin.policy import POLICY
from app.signin.service import person
from app.web.visits import new_secret

__all__ = ["Lifetimes", "Method", "close", "forget_ended", "open_session", "revoke", "signed_in", "touch"]

TOUCHED_EVERY = timedelta(seconds=60)
"""A session's last use is written no more often."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long sessions count: without use, without use where the browser may be shared, and at all."""

    idle: timedelta = timedelta(hours=12)
    shared_idle: timedelta = timedelta(minutes=30)
    whole: timedelta = timedelta(days=7)

    @classmethod
    def of(cls, settings: Settings) -> "Lifetimes":
        return cls(
            timedelta(seconds=settings.session_idle_seconds),
            timedelta(seconds=settings.shared_session_idle_seconds),
            timedelta(seconds=settings.session_seconds),
        )

    def idle_of(self, method: Method) -> timedelta:
        return self.shared_idle if method is Method.CODE else self.idle


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever a cookie stands for, the name of their authority, and whether this use is still to be written."""

    actor: Actor
    house: str
    method: Method
    is_to_be_touched: bool


def open_session(
    session: Session,
    agent: Agent,
    *,
    method: Method,
    address: str | None,
    user_agent: str | None,
    acr: str | None = None,
    id_token: str | None = None,
    authenticated_at: datetime | None = None,
    replacing: str | None = None,
    lifetimes: Lifetimes | None = None,
) -> str:
    """Sign `agent` in: what their cookie shall hold. The session behind the `replacing` cookie ends.

    `authenticated_at` is when they showed who they are, where that was not just now: an identity provider may have
    recognised them by a session of its own.
    """
    lifetimes = lifetimes or Lifetimes()
    if replacing:
        close(session, replacing)
    secret, now = new_secret(), clock.now()
    row = insert(
        session,
        WebSession(
            authority_id=agent.authority_id,
            agent_id=agent.id,
            token_hash=digest(secret),
            method=method,
            acr=acr,
            id_token=id_token,
            address=address,
            user_agent=user_agent and user_agent[:300],
            opened_at=now,
            authenticated_at=authenticated_at or now,
            last_used_at=now,
            idle_until=now + lifetimes.idle_of(method),
            expires_at=now + lifetimes.whole,
        ),
    )
    actor = Actor(
        agent.authority_id,
        agent.name,
        frozenset(),
        agent_id=agent.id,
        authenticated_at=row.authenticated_at,
        session_id=row.id,
    )
    record(session, events.SessionOpened(subject_id=row.id, method=method, acr=acr), by=actor)
    return secret


_now: Any = bindparam("now", type_=table_of(WebSession).c.expires_at.type)
_LIVE = (col(WebSession.idle_until) > _now, col(WebSession.expires_at) > _now)
_person: Select[*tuple[Any, ...]] = (
    select(
        col(WebSession.id),
        col(WebSession.authority_id),
        col(WebSession.agent_id),
        col(WebSession.method),
        col(WebSession.authenticated_at),
        col(WebSession.last_used_at),
        col(Authority.name).label("house"),
        col(Authority.time_zone),
        col(Agent.given_name),
        col(Agent.family_name),
        col(CapacityGrant.capacity),
    )
    .join(Authority, col(Authority.id) == col(WebSession.authority_id))
    .join(Agent, col(Agent.id) == col(WebSession.agent_id))
    .outerjoin(CapacityGrant, col(CapacityGrant.agent_id) == col(WebSession.agent_id))
    .where(
        col(WebSession.token_hash) == bindparam("token_hash"),
        *_LIVE,
        or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= bindparam("today")),
    )
)
_SIGNED_IN = Query(_person)
_TOUCH = Command(
    update(table_of(WebSession))
    .where(table_of(WebSession).c.token_hash == bindparam("of"))
    .values(last_used_at=bindparam("now"), idle_until=bindparam("until"))
)


def signed_in(connection: Connection, secret: str) -> SignedIn | None:
    """Whoever the cookie stands for; None where it stands for nobody, no longer, or for an agent who has left."""
    now = clock.now()
    rows = _SIGNED_IN.all(
        connection, {"token_hash": digest(secret), "now": now, "today": now.astimezone(UTC).date()}
    )
    if not rows:
        return None
    row = rows[0]
    actor = person(
        row["authority_id"],
        row["agent_id"],
        f"{row['given_name']} {row['family_name']}",
        granted=(entry["capacity"] for entry in rows),
        time_zone=row["time_zone"],
        authenticated_at=row["authenticated_at"],
        method=row["method"].value,
        session_id=row["id"],
    )
    return SignedIn(actor, row["house"], row["method"], now - row["last_used_at"] >= TOUCHED_EVERY)


def touch(session: Session, secret: str, method: Method, lifetimes: Lifetimes) -> None:
    """Note that the session was used, which lets it live on."""
    now = clock.now()
    _TOUCH.run(session, {"of": digest(secret), "now": now, "until": now + lifetimes.idle_of(method)})


def close(session: Session, secret: str) -> WebSession | None:
    """End the session behind a cookie: what it was, or None where there was none."""
    row = session.execute(
        select(WebSession).where(col(WebSession.token_hash) == digest(secret))
    ).scalar_one_or_none()
    if row is not None:
        _end(session, row)
    return row


def revoke(session: Session, actor: Actor, session_id: UUID) -> None:
    """End one of one's own sessions. Raises `NotFound` for anybody else's."""
    row = get(session, WebSession, session_id, actor.authority_id)
    POLICY.require(session, actor, "revoke", row)
    _end(session, row, actor)


def _end(session: Session, row: WebSession, actor: Actor | None = None) -> None:
    by = actor or Actor(row.authority_id, "", frozenset(), agent_id=row.agent_id, session_id=row.id)
    gone = session.execute(
        delete(WebSession).where(col(WebSession.id) == row.id).execution_options(synchronize_session=False)
    )
    session.expunge(row)
    # Of two who end it at the same instant, one has done so.
    if gone.rowcount:  # type: ignore[attr-defined]
        record(session, events.SessionClosed(subject_id=row.id), by=by)


def forget_ended(session: Session, actor: Actor, _today: date) -> int:
    """Delete the sessions that time has ended; how many."""
    now = clock.now()
    gone = session.execute(
        delete(WebSession)
        .where(
            col(WebSession.authority_id) == actor.authority_id,
            or_(col(WebSession.expires_at) <= now, col(WebSession.idle_until) <= now),
        )
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
