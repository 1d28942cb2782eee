"""Named selects over the logs of teams."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.sql import among
from app.people.models import Agent
from app.teams.belonging import AUTHORITY, TAKES_PART, VIEWER, parameters_of
from app.teams.lifecycle import Visibility
from app.teams.models import LogEntry, Team
from app.teams.policy import LOG_ABILITIES
from app.teams.queries.teams import IS_OF_TEAM, full_name

_own_entry = col(LogEntry.authority_id) == AUTHORITY
_of_my_team = or_(col(LogEntry.author_id) == VIEWER, IS_OF_TEAM)
ALL_ENTRIES = Visible("all", _own_entry)
FOR_AGENT = Visible(
    "for an agent",
    _own_entry
    & or_(
        _of_my_team,
        col(LogEntry.visibility) == Visibility.AUTHORITY,
        (col(LogEntry.visibility) == Visibility.PROGRAMME) & TAKES_PART,
    ),
)
FOR_ANOTHER = Visible(
    "for somebody else",
    _own_entry & or_(_of_my_team, (col(LogEntry.visibility) != Visibility.TEAM) & TAKES_PART),
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
    data = row._asdict()
    data["abilities"] = LOG_ABILITIES.of(connection, actor, data)
    return data
