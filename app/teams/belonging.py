"""Who belongs to a team, and who takes part in the programme: what the policy and the lists both ask."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.kit.columns import table_of
from app.people.models import Directorate
from app.teams.models import Team, TeamMember

_uuid: Any = table_of(Team).c.id.type
VIEWER: Any = bindparam("viewer_id", type_=_uuid)
AUTHORITY: Any = bindparam("authority_id", type_=_uuid)

# Members, coaches and sponsors of teams, heads of client directorates. Correlated to nothing of the list around it, so
# that the database answers it once.
TAKES_PART = or_(
    exists(1)
    .where(
        col(Team.authority_id) == AUTHORITY, or_(col(Team.coach_id) == VIEWER, col(Team.sponsor_id) == VIEWER)
    )
    .correlate(None),
    exists(1).where(col(TeamMember.agent_id) == VIEWER, col(TeamMember.left_on).is_(None)).correlate(None),
    exists(1)
    .where(col(Directorate.head_id) == VIEWER, col(Team.client_directorate_id) == col(Directorate.id))
    .correlate(None),
)


def parameters_of(actor: Actor) -> dict[str, Any]:
    return {"authority_id": actor.authority_id, "viewer_id": actor.agent_id}


def is_member(session: Session, team_id: UUID, agent_id: UUID | None) -> bool:
    """Is this agent a member of this team today?"""
    statement = select(col(TeamMember.id)).where(
        col(TeamMember.team_id) == team_id,
        col(TeamMember.agent_id) == agent_id,
        col(TeamMember.left_on).is_(None),
    )
    return session.execute(statement).first() is not None


def takes_part(session: Session, actor: Actor) -> bool:
    """Does `actor` take part in the programme: in a team, beside one, or as the head of a client directorate?"""
    return bool(session.execute(select(TAKES_PART), parameters_of(actor)).scalar())
