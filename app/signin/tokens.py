"""Tokens that people give themselves for a program of theirs: named, narrow, for a time, taken back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import get
from app.kit.ids import new_id
from app.kit.problems import Forbidden, NotFound
from app.kit.sql import among
from app.people.models import Agent
from app.signin import events
from app.signin.events import Ended
from app.signin.models import AccessToken
from app.signin.policy import ONES_TOKENS, TOKENS
from app.signin.problems import TooManyTokens
from app.signin.schemas import TokenCreate
from app.signin.scopes import READ, WRITE
from app.signin.service import issue

MOST: Final = 20
_tokens = table_of(AccessToken)


def create(session: Session, actor: Actor, form: TokenCreate) -> tuple[UUID, str]:
    """A new token of the caller's: its id, and its secret, to be shown this once.

    It is no fresher than its holder is now: a token that gives another cannot put off when one must show anew who one
    is. Raises `FreshAuthenticationNeeded`, `TooManyTokens` (409), `Forbidden`.
    """
    TOKENS.require(session, actor, "create")
    if actor.agent_id is None:
        raise Forbidden(ONES_TOKENS)
    now = clock.now()
    # Two that are asked for at once wait for each other here, and are counted one after the other.
    lock = select(col(Agent.id)).where(col(Agent.id) == actor.agent_id).with_for_update(key_share=True)
    session.execute(lock)
    held = select(func.count()).where(
        _tokens.c.agent_id == actor.agent_id, _tokens.c.revoked_at.is_(None), _tokens.c.expires_at > now
    )
    if session.execute(held).scalar_one() >= MOST:
        raise TooManyTokens(TooManyTokens.title.format(most=MOST))
    scopes = (READ, WRITE) if WRITE in form.scopes else (READ,)
    row = AccessToken(
        id=new_id(),
        authority_id=actor.authority_id,
        agent_id=actor.agent_id,
        name=form.name,
        scopes=list(scopes),
        token_hash="",
        authenticated_at=actor.authenticated_at,
        expires_at=now + timedelta(days=form.days),
    )
    secret = issue(session, row)
    issued = events.TokenIssued(
        subject_id=row.id, agent_id=actor.agent_id, scopes=scopes, expires_at=row.expires_at
    )
    record(session, issued, by=actor)
    return row.id, secret


def revoke(session: Session, actor: Actor, token_id: UUID) -> None:
    """Take back one of one's own tokens. Raises `NotFound` for anybody else's, and for one taken back already."""
    row = get(session, AccessToken, token_id, actor.authority_id)
    TOKENS.require(session, actor, "revoke", row)
    if not _end(session, actor, Ended.ASKED, _tokens.c.id == row.id):
        raise NotFound


def revoke_of(session: Session, actor: Actor, agent_id: UUID, token_id: UUID) -> None:
    """Take back a token of somebody of the authority. Raises `NotFound`, `Forbidden`."""
    TOKENS.require(session, actor, "end")
    whose = (_tokens.c.id == token_id, _tokens.c.agent_id == agent_id)
    if not _end(session, actor, Ended.ADMINISTRATOR, *whose):
        raise NotFound


def end_of(session: Session, actor: Actor, agent_id: UUID) -> int:
    """Take back all the tokens of somebody of the authority; how many. Raises `NotFound`, `Forbidden`."""
    TOKENS.require(session, actor, "end")
    agent = get(session, Agent, agent_id, actor.authority_id)
    return end_all(session, actor, [agent.id], Ended.ADMINISTRATOR)


def end_all(session: Session, actor: Actor, agent_ids: Sequence[UUID], reason: Ended) -> int:
    """Take back every token of these agents; how many. Whoever calls has asked the policy."""
    return _end(session, actor, reason, among(_tokens.c.agent_id, "agent_ids"), agent_ids=list(agent_ids))


def _end(session: Session, actor: Actor, reason: Ended, *which: object, **values: object) -> int:
    statement = (
        update(_tokens)
        .where(
            _tokens.c.authority_id == actor.authority_id,
            _tokens.c.agent_id.is_not(None),
            _tokens.c.revoked_at.is_(None),
            *which,  # type: ignore[arg-type]
        )
        .values(revoked_at=clock.now())
        .returning(_tokens.c.id, _tokens.c.agent_id)
    )
    ended = session.execute(statement, values).all()
    for row in ended:
        record(
            session, events.TokenRevoked(subject_id=row.id, agent_id=row.agent_id, reason=reason), by=actor
        )
    return len(ended)
