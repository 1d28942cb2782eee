"""What amendments make of the events of rooms below, in the same transaction."""

from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.amendments import service
from app.mandates import events as mandates
from app.mandates.models import Mandate
from app.people.events import AgentCapacityWithdrawn
from app.teams.events import TeamMemberJoined, TeamMemberLeft

Ended = mandates.MandateTerminated | mandates.MandateCompleted | mandates.MandateExpired


def mandate_ended(session: Session, event: Ended, actor: Actor) -> None:
    """Nobody writes, signs or owes a signature on a mandate that has ended."""
    service.lapse(session, actor, event.subject_id)
    service.review(session, actor, session.get_one(Mandate, event.subject_id))


def follow_members(session: Session, event: TeamMemberJoined | TeamMemberLeft, actor: Actor) -> None:
    """A text that awaits signatures names the members: it is written again when they change."""
    service.withdraw_for_team(session, actor, event.subject_id)


def capacity_withdrawn(session: Session, event: AgentCapacityWithdrawn, actor: Actor) -> None:
    """Whoever signed as an elected sponsor no longer is one."""
    if event.capacity == Capacity.ELECTED:
        service.end_of_term(session, actor, event.subject_id)


REACTIONS = (
    (mandates.MandateTerminated, mandate_ended),
    (mandates.MandateCompleted, mandate_ended),
    (mandates.MandateExpired, mandate_ended),
    (TeamMemberJoined, follow_members),
    (TeamMemberLeft, follow_members),
    (AgentCapacityWithdrawn, capacity_withdrawn),
)
