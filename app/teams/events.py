"""What happens to teams and to their log."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event
from app.teams.lifecycle import Phase, Visibility


@dataclass(frozen=True, kw_only=True)
class TeamFormed(Event):
    """Its first members are in `member_ids`; those who come later each have a `team.member_joined`."""

    type: ClassVar[str] = "team.formed"
    irritant_id: UUID
    call_id: UUID | None
    client_directorate_id: UUID
    coach_id: UUID
    member_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class TeamEdited(Event):
    type: ClassVar[str] = "team.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TeamMemberJoined(Event):
    type: ClassVar[str] = "team.member_joined"
    agent_id: UUID
    on_day: date


@dataclass(frozen=True, kw_only=True)
class TeamMemberLeft(Event):
    type: ClassVar[str] = "team.member_left"
    agent_id: UUID
    on_day: date


@dataclass(frozen=True, kw_only=True)
class TeamMandated(Event):
    type: ClassVar[str] = "team.mandated"
    irritant_id: UUID


@dataclass(frozen=True, kw_only=True)
class TeamPhaseEntered(Event):
    type: ClassVar[str] = "team.phase_entered"
    left: Phase
    entered: Phase
    on_day: date


@dataclass(frozen=True, kw_only=True)
class TeamConcluded(Event):
    """`was_mandated` is false for a team that ended before its mandate."""

    type: ClassVar[str] = "team.concluded"
    irritant_id: UUID
    outcome: Phase
    on_day: date
    was_mandated: bool


@dataclass(frozen=True, kw_only=True)
class LogEntryWritten(Event):
    type: ClassVar[str] = "log_entry.written"
    team_id: UUID
    visibility: Visibility


@dataclass(frozen=True, kw_only=True)
class LogEntryEdited(Event):
    type: ClassVar[str] = "log_entry.edited"
    team_id: UUID
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LogEntryDeleted(Event):
    type: ClassVar[str] = "log_entry.deleted"
    team_id: UUID
