"""Sessions of browsers: opened at a door, known by a cookie, ended by whoever holds them or by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, bindparam, delete, or_, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import get, insert
from app.kit.digests import digest
from app.kit.problems import NotFound
from app.kit.query import Command, Query
from app.kit.sql import among
from app.people.models import Agent, Authority, CapacityGrant
from app.settings import Settings
from app.signin import events
from app.signin.events import Ended
from app.signin.models import Method, WebSession
from app.signin.policy import POLICY
from app.signin.service import person
from app.web.visits import new_secret

__all__ = [
    "Lifetimes",
    "Method",
    "close",
    "end",
    "end_all",
    "end_mine",
    "end_of",
    "forget_ended",
    "open_session",
    "revoke",
    "revoke_of",
    "signed_in",
    "touch",
]

STEPS = 6
"""`idle_until` moves by sixths of the time that it leaves: what it tells of the last use is no finer."""
NOBODYS = UUID(int=0)


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

    def idle_until(self, method: Method, now: datetime) -> datetime:
        """Until when a session that is used now counts without further use: never longer than the settings say."""
        idle = self.idle_of(method)
        step, until = idle.total_seconds() / STEPS, (now + idle).timestamp()
        return datetime.fromtimestamp(until - until % step, UTC)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever a cookie stands for, the name of their authority, and until when that holds without further use."""

    actor: Actor
    house: str
    method: Method
    idle_until: datetime


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
            last_used_at=_day_of(now, session.get_one(Authority, agent.authority_id).time_zone),
            idle_until=lifetimes.idle_until(method, now),
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
        col(WebSession.idle_until),
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
    .values(last_used_at=bindparam("day"), idle_until=bindparam("until"))
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
    return SignedIn(actor, row["house"], row["method"], row["idle_until"])


def touch(session: Session, secret: str, found: SignedIn, until: datetime) -> None:
    """Note that the session was used: it lives on, without further use, until then."""
    day = _day_of(clock.now(), found.actor.time_zone)
    _TOUCH.run(session, {"of": digest(secret), "day": day, "until": until})


def _day_of(instant: datetime, time_zone: str) -> datetime:
    """The beginning of its day, where the authority is."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(instant.astimezone(zone).date(), time(), zone)


def close(session: Session, secret: str) -> WebSession | None:
    """End the session behind a cookie: what it was, or None where there was none."""
    row = session.execute(
        select(WebSession).where(col(WebSession.token_hash) == digest(secret))
    ).scalar_one_or_none()
    if row is not None:
        end(session, row)
    return row


def revoke(session: Session, actor: Actor, session_id: UUID) -> None:
    """End one of one's own sessions. Raises `NotFound` for anybody else's."""
    row = get(session, WebSession, session_id, actor.authority_id)
    POLICY.require(session, actor, "revoke", row)
    end(session, row, actor)


def revoke_of(session: Session, actor: Actor, agent_id: UUID, session_id: UUID) -> None:
    """End a session of somebody of the authority. Raises `NotFound`, `Forbidden`."""
    POLICY.require(session, actor, "end")
    row = get(session, WebSession, session_id, actor.authority_id)
    if row.agent_id != agent_id:
        raise NotFound
    end(session, row, actor, Ended.ADMINISTRATOR)


def end_mine(session: Session, actor: Actor) -> int:
    """End all of one's own sessions but the one that is at hand; how many."""
    POLICY.require(session, actor, "list")
    mine = [actor.agent_id] if actor.agent_id else []
    return end_all(session, actor, mine, Ended.ASKED, but=actor.session_id)


def end_of(session: Session, actor: Actor, agent_id: UUID) -> int:
    """End all the sessions of somebody of the authority; how many. Raises `NotFound`, `Forbidden`."""
    POLICY.require(session, actor, "end")
    agent = get(session, Agent, agent_id, actor.authority_id)
    return end_all(session, actor, [agent.id], Ended.ADMINISTRATOR)


_sessions = table_of(WebSession)


def end_all(
    session: Session, actor: Actor, agent_ids: Sequence[UUID], reason: Ended, *, but: UUID | None = None
) -> int:
    """End every session of these agents, `but` one; how many. Whoever calls has asked the policy."""
    gone = session.execute(
        delete(_sessions)
        .where(
            _sessions.c.authority_id == actor.authority_id,
            among(_sessions.c.agent_id, "agent_ids"),
            _sessions.c.id != (but or NOBODYS),
        )
        .returning(_sessions.c.id, _sessions.c.agent_id),
        {"agent_ids": list(agent_ids)},
    ).all()
    for row in gone:
        record(
            session, events.SessionClosed(subject_id=row.id, agent_id=row.agent_id, reason=reason), by=actor
        )
    return len(gone)


def end(session: Session, row: WebSession, actor: Actor | None = None, reason: Ended = Ended.ASKED) -> None:
    """End a session, by its holder unless `actor` does."""
    by = actor or Actor(row.authority_id, "", frozenset(), agent_id=row.agent_id, session_id=row.id)
    gone = session.execute(
        delete(WebSession).where(col(WebSession.id) == row.id).execution_options(synchronize_session=False)
    )
    session.expunge(row)
    # Of two who end it at the same instant, one has done so.
    if gone.rowcount:  # type: ignore[attr-defined]
        record(session, events.SessionClosed(subject_id=row.id, agent_id=row.agent_id, reason=reason), by=by)


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
