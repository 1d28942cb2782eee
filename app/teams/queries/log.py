"""Named selects over the logs of teams."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, exists, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.sql import among
from app.people.models import Agent, Directorate
from app.teams.lifecycle import Visibility
from app.teams.models import LogEntry, Team, TeamMember
from app.teams.queries.teams import AUTHORITY, IS_OF_TEAM, VIEWER, full_name, parameters_of

# Who takes part in the programme: members, coaches and sponsors of teams, heads of client directorates. Correlated to
# nothing of the list around it, so that the database answers it once.
_takes_part = or_(
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

_own_entry = col(LogEntry.authority_id) == AUTHORITY
_of_my_team = or_(col(LogEntry.author_id) == VIEWER, IS_OF_TEAM)
ALL_ENTRIES = Visible("all", _own_entry)
FOR_AGENT = Visible(
    "for an agent",
    _own_entry
    & or_(
        _of_my_team,
        col(LogEntry.visibility) == Visibility.AUTHORITY,
        (col(LogEntry.visibility) == Visibility.PROGRAMME) & _takes_part,
    ),
)
FOR_ANOTHER = Visible(
    "for somebody else",
    _own_entry & or_(_of_my_team, (col(LogEntry.visibility) != Visibility.TEAM) & _takes_part),
)

_entries: Select[*tuple[Any, ...]] = (
    select(
        col(LogEntry.id),
        col(LogEntry.team_id),
        col(Team.name).label("team_name"),
        col(LogEntry.author_id),
        full_name(Agent).label("author_name"),
        col(LogEntry.body),
        col(LogEntry.visibility),
        col(LogEntry.created_at),
        col(LogEntry.updated_at),
        col(LogEntry.version),
    )
    .join(Team, col(Team.id) == col(LogEntry.team_id))
    .join(Agent, col(Agent.id) == col(LogEntry.author_id))
)
LOG = Listing(
    _entries,
    key=col(LogEntry.id),
    sorts={"created_at": col(LogEntry.created_at)},
    filters={
        "team_id": among(col(LogEntry.team_id), "team_id"),
        "author_id": among(col(LogEntry.author_id), "author_id"),
        "visibility": among(col(LogEntry.visibility), "visibility"),
    },
)
_entry = {
    visible.name: _entries.where(visible.clause, col(LogEntry.id) == bindparam("id"))
    for visible in (ALL_ENTRIES, FOR_AGENT, FOR_ANOTHER)
}


def log_readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The log entries that `actor` may know of, and the parameters of that clause."""
    if actor.has(Capacity.LAB, Capacity.SYSTEM):
        return ALL_ENTRIES, parameters_of(actor)
    return FOR_AGENT if actor.has(Capacity.AGENT) else FOR_ANOTHER, parameters_of(actor)


def entry_detail(connection: Connection | Session, actor: Actor, entry_id: UUID) -> dict[str, Any]:
    """One log entry as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = log_readable_by(actor)
    row = connection.execute(_entry[visible.name], {**parameters, "id": entry_id}).one_or_none()
    if row is None:
        raise NotFound
    return row._asdict()


def takes_part(session: Session, actor: Actor) -> bool:
    """Does `actor` take part in the programme: in a team, beside one, or as the head of a client directorate?"""
    return bool(session.execute(select(_takes_part), parameters_of(actor)).scalar())
