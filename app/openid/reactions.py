"""What the calendar makes due in this room."""

from datetime import date

from sqlmodel import Session

from app.access.actor import Actor
from app.kit import clock
from app.openid import attempts


def forget_attempts(session: Session, actor: Actor, _day: date) -> int:
    """Delete the sign-ins that nobody came back from."""
    return attempts.purge(session, actor.authority_id, clock.now())
