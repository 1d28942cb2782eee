"""What ends when somebody leaves: their sessions and their tokens, so that coming back revives neither."""

from datetime import date
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.people.events import AgentLeft
from app.people.models import Agent
from app.signin import sessions, tokens
from app.signin.events import Ended
from app.signin.models import AccessToken, WebSession


def end_access(session: Session, event: AgentLeft, actor: Actor) -> None:
    """Of somebody whose last day is past; of the others the worker takes care, the day after."""
    if event.left_on < actor.today():
        _end(session, actor, [event.subject_id])


def end_access_of_leavers(session: Session, actor: Actor, day: date) -> int:
    """End the sessions and tokens of all who have left before `day`: how many. A chore."""
    gone = (
        select(col(Agent.id))
        .where(
            col(Agent.authority_id) == actor.authority_id,
            col(Agent.left_on) < day,
            or_(
                exists(1).where(col(WebSession.agent_id) == col(Agent.id)),
                exists(1).where(
                    col(AccessToken.agent_id) == col(Agent.id), col(AccessToken.revoked_at).is_(None)
                ),
            ),
        )
        .order_by(col(Agent.id))
    )
    found = session.execute(gone).scalars().all()
    return _end(session, actor, list(found)) if found else 0


def _end(session: Session, actor: Actor, agent_ids: list[UUID]) -> int:
    ended = sessions.end_all(session, actor, agent_ids, Ended.LEFT)
    return ended + tokens.end_all(session, actor, agent_ids, Ended.LEFT)
