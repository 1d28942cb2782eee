"""Who may do what with teams and their log."""

from sqlmodel import Session, col, select

from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.kit.i18n import _
from app.people.models import Directorate
from app.teams.lifecycle import Visibility
from app.teams.models import LogEntry, Team, TeamMember


def is_member(session: Session, team_id: object, agent_id: object) -> bool:
    """Is this agent a member of this team today?"""
    statement = select(TeamMember.id).where(
        col(TeamMember.team_id) == team_id,
        col(TeamMember.agent_id) == agent_id,
        col(TeamMember.left_on).is_(None),
    )
    return session.exec(statement).first() is not None


