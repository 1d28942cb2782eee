"""Irritants, the votes they gather and what colleagues add."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.irritants.lifecycle import IrritantState
from app.kit import clock, search
from app.kit.columns import AuthorityRow, EditedRow, enum_field, instant_field


class Irritant(EditedRow, table=True):
    """A concrete field problem. `search` holds the stems of its texts (`kit.search`)."""

    __tablename__ = "irritants"
    __table_args__ = (
        Index("ix_irritants_created_at", "authority_id", "created_at", "id"),
        Index("ix_irritants_directorate_id", "authority_id", "directorate_id", "state"),
        Index("ix_irritants_reporter_id", "reporter_id"),
        Index(
            "ix_irritants_search",
            text(search.lexemes("authority_id", "search")),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
    )

    directorate_id: UUID = Field(foreign_key="directorates.id")
    reporter_id: UUID | None = Field(default=None, foreign_key="agents.id")
    title: str = Field(max_length=200)
    description: str = Field(sa_type=Text)
    impact: str = Field(default="", sa_type=Text)
    state: IrritantState = enum_field(IrritantState, default=IrritantState.SUBMITTED)
    reason: str | None = Field(default=None, sa_type=Text)
    merged_into_id: UUID | None = Field(default=None, foreign_key="irritants.id")
    search: str = Field(default="", sa_type=Text)


class IrritantTally(SQLModel, table=True):
    """The counters of an irritant, in a row that no index covers: a vote rewrites nothing else."""

    __tablename__ = "irritant_tallies"

    irritant_id: UUID = Field(primary_key=True, foreign_key="irritants.id")
    authority_id: UUID = Field(foreign_key="authorities.id")
    votes: int = 0
    comments: int = 0


class IrritantVote(AuthorityRow, table=True):
    """One agent's "me too"."""

    __tablename__ = "irritant_votes"
    __table_args__ = (UniqueConstraint("irritant_id", "agent_id"),)

    irritant_id: UUID = Field(foreign_key="irritants.id")
    agent_id: UUID = Field(foreign_key="agents.id", index=True)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class IrritantComment(AuthorityRow, table=True):
    """What a colleague adds to an irritant."""

    __tablename__ = "irritant_comments"
    __table_args__ = (Index("ix_irritant_comments_irritant_id", "irritant_id", "created_at", "id"),)

    irritant_id: UUID = Field(foreign_key="irritants.id")
    author_id: UUID | None = Field(default=None, foreign_key="agents.id")
    body: str = Field(sa_type=Text)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
