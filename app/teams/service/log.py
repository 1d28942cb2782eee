"""Write the log of a team."""

from typing import Any, cast
from uuid import UUID

from sqlmodel import Session

from app.access.actor import Actor
from app.journal.service import record
from app.kit.database import get, insert
from app.kit.lifecycle import change
from app.kit.problems import NotFound
from app.teams import events
from app.teams.models import LogEntry, Team
from app.teams.policy import LOG_POLICY, TEAM_POLICY
from app.teams.problems import UnknownTeam
from app.teams.schemas import LogEntryForm


def write_entry(session: Session, actor: Actor, form: LogEntryForm) -> LogEntry:
    """A page of a team's log, signed by a member or the coach. Raises `UnknownTeam` on its field."""
    team = session.get(Team, form.team_id)
    if (
        team is None
        or team.authority_id != actor.authority_id
        or not TEAM_POLICY.allows(session, actor, "read", team)
    ):
        raise UnknownTeam.on("team_id", UnknownTeam.title)
    TEAM_POLICY.require(session, actor, "write_log", team)
    entry = insert(
        session,
        LogEntry(authority_id=actor.authority_id, author_id=cast(UUID, actor.agent_id), **form.model_dump()),
    )
    written = events.LogEntryWritten(subject_id=entry.id, team_id=team.id, visibility=entry.visibility)
    record(session, written, by=actor)
    return entry


def find_entry(session: Session, actor: Actor, entry_id: UUID) -> LogEntry:
    """The log entry, if `actor` may know of it. Raises `NotFound`."""
    entry = get(session, LogEntry, entry_id, actor.authority_id)
    if not LOG_POLICY.allows(session, actor, "read", entry):
        raise NotFound
    return entry


def edit_entry(session: Session, actor: Actor, entry: LogEntry, changes: dict[str, Any]) -> None:
    """Correct one's own page, or change who reads it."""
    LOG_POLICY.require(session, actor, "edit", entry)
    change(session, entry, **changes)
    edited = events.LogEntryEdited(subject_id=entry.id, team_id=entry.team_id, fields=tuple(changes))
    record(session, edited, by=actor)


def delete_entry(session: Session, actor: Actor, entry: LogEntry) -> None:
    """Take one's own page out of the log."""
    LOG_POLICY.require(session, actor, "delete", entry)
    session.delete(entry)
    record(session, events.LogEntryDeleted(subject_id=entry.id, team_id=entry.team_id), by=actor)
