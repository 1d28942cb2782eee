"""Read one's notices. To read one's own post is no event."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.kit import clock
from app.kit.database import get
from app.notices.models import Notice
from app.notices.policy import POLICY


def mark_read(session: Session, actor: Actor, notice_id: UUID) -> None:
    """Mark one of the caller's notices read; again changes nothing. Raises `NotFound` for anybody else's."""
    POLICY.require(session, actor, "list")
    notice = get(session, Notice, notice_id, actor.authority_id)
    POLICY.require(session, actor, "read", notice)
    _read(session, actor, col(Notice.id) == notice.id)


def mark_all_read(session: Session, actor: Actor) -> int:
    """Mark all of the caller's notices read; how many were not."""
    POLICY.require(session, actor, "list")
    return _read(session, actor)


def _read(session: Session, actor: Actor, *which: Any) -> int:
    done = session.execute(
        update(Notice)
        .where(col(Notice.agent_id) == actor.agent_id, col(Notice.read_at).is_(None), *which)
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return int(cast(CursorResult[Any], done).rowcount)
