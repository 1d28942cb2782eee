"""What teams answer to calls."""

from sqlmodel import Session

from app.access.actor import Actor
from app.calls.events import ApplicationWithdrawn, CallCancelled, CallConcluded
from app.calls.queries import irritants_held_by
from app.irritants.service import release
from app.teams import queries
from app.teams.lifecycle import TeamState
from app.teams.problems import BoundByTeam
from app.teams.service import leave


def free_irritants_without_team(session: Session, event: CallConcluded | CallCancelled, actor: Actor) -> None:
    """A call has ended: the irritants that it held and that no team took are open again."""
    for irritant in irritants_held_by(session, event.subject_id):
        if queries.active_on(session, irritant.id) is None:
            release(session, actor, irritant)


def let_applicant_go(session: Session, event: ApplicationWithdrawn, actor: Actor) -> None:
    """Whoever takes their application back leaves the team it led to. Raises `BoundByTeam` once it is mandated."""
    team = queries.joined_through(session, event.call_id, event.irritant_id, event.agent_id)
    if team is None:
        return
    queries.hold(session, team)
    if team.state is not TeamState.FORMING:
        raise BoundByTeam
    leave(session, actor, team, event.agent_id)
