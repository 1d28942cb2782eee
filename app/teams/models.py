"""Teams, their members, the dated phases of their work, and their log."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.kit.columns import AuthorityRow, EditedRow, enum_field
from app.teams.lifecycle import Phase, TeamState, Visibility

_ACTIVE = text("state <> 'concluded'")
_OPEN = text("ended_on IS NULL")


class Team(EditedRow, table=True):
    """The volunteers around one irritant. At most one team at a time works on an irritant.

    `sponsor_id` is the person that the team's mandate names; null before.
    """

    __tablename__ = "teams"
    __table_args__ = (
        Index("ix_teams_created_at", "authority_id", "created_at", "id"),
        Index(
            "uq_teams_active_irritant",
            "irritant_id",
            unique=True,
            postgresql_where=_ACTIVE,
            sqlite_where=_ACTIVE,
        ),
        Index("ix_teams_irritant_id", "irritant_id"),
        Index("ix_teams_call_id", "call_id"),
        Index("ix_teams_coach_id", "coach_id"),
        Index("ix_teams_sponsor_id", "sponsor_id"),
        Index("ix_teams_client_directorate_id", "client_directorate_id"),
        CheckConstraint(
            "(state = 'concluded') = (phase IN ('transferred', 'operated', 'stopped'))", name="ending"
        ),
    )

    name: str = Field(max_length=200)
    irritant_id: UUID = Field(foreign_key="irritants.id")
    call_id: UUID | None = Field(default=None, foreign_key="calls.id")
    client_directorate_id: UUID = Field(foreign_key="directorates.id")
    coach_id: UUID = Field(foreign_key="agents.id")
    sponsor_id: UUID | None = Field(default=None, foreign_key="agents.id")
    state: TeamState = enum_field(TeamState, default=TeamState.FORMING)
    phase: Phase = enum_field(Phase, default=Phase.INVESTIGATION)


class TeamMember(AuthorityRow, table=True):
    """An agent's belonging to a team, from `joined_on` (included) to `left_on` (excluded). Coming back reopens it."""

    __tablename__ = "team_members"
    __table_args__ = (
        UniqueConstraint("team_id", "agent_id"),
        Index("ix_team_members_agent_id", "agent_id", "left_on"),
        CheckConstraint("left_on IS NULL OR joined_on <= left_on", name="dates"),
    )

    team_id: UUID = Field(foreign_key="teams.id")
    agent_id: UUID = Field(foreign_key="agents.id")
    joined_on: date
    left_on: date | None = None


class TeamPhase(AuthorityRow, table=True):
    """A phase of a team, from `started_on` to `ended_on`; `learned` is what was learned in it."""

    __tablename__ = "team_phases"
    __table_args__ = (
        UniqueConstraint("team_id", "phase"),
        Index("uq_team_phases_open", "team_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        CheckConstraint("ended_on IS NULL OR started_on <= ended_on", name="dates"),
    )

    team_id: UUID = Field(foreign_key="teams.id")
    phase: Phase = enum_field(Phase)
    started_on: date
    ended_on: date | None = None
    learned: str | None = Field(default=None, sa_type=Text)


class LogEntry(EditedRow, table=True):
    """What a team writes between follow-ups."""

    __tablename__ = "log_entries"
    __table_args__ = (
        Index("ix_log_entries_created_at", "authority_id", "created_at", "id"),
        Index("ix_log_entries_team_id", "team_id", "created_at", "id"),
        Index("ix_log_entries_author_id", "author_id"),
    )

    team_id: UUID = Field(foreign_key="teams.id")
    author_id: UUID = Field(foreign_key="agents.id")
    body: str = Field(sa_type=Text)
    visibility: Visibility = enum_field(Visibility, default=Visibility.TEAM)


__all__ = ["LogEntry", "Team", "TeamMember", "TeamPhase"]
