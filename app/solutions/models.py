"""Solutions, how widely they spread, and their adoptions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from app.kit import search
from app.kit.columns import EditedRow, enum_field, instant_field
from app.solutions.lifecycle import AdoptionState, SolutionState

_LIVE = text("state <> 'dropped'")


class Solution(EditedRow, table=True):
    """What a team made, told so that others can take it up. `search` holds the stems of its texts (`kit.search`)."""

    __tablename__ = "solutions"
    __table_args__ = (
        Index("ix_solutions_created_at", "authority_id", "created_at", "id"),
        Index("ix_solutions_team_id", "team_id"),
        Index(
            "ix_solutions_search",
            text(search.lexemes("authority_id", "search")),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
    )

    team_id: UUID = Field(foreign_key="teams.id")
    title: str = Field(max_length=200)
    problem: str = Field(sa_type=Text)
    description: str = Field(default="", sa_type=Text)
    how_to_adopt: str = Field(default="", sa_type=Text)
    to_adapt: str = Field(default="", sa_type=Text)
    cost: str = Field(default="", sa_type=Text)
    result: str = Field(default="", sa_type=Text)
    state: SolutionState = enum_field(SolutionState, default=SolutionState.DRAFT)
    reason: str | None = Field(default=None, sa_type=Text)
    published_at: datetime | None = instant_field(default=None, nullable=True)
    search: str = Field(default="", sa_type=Text)


class SolutionTally(SQLModel, table=True):
    """How many directorates have taken a solution up and not dropped it, and how many of them use it."""

    __tablename__ = "solution_tallies"

    solution_id: UUID = Field(primary_key=True, foreign_key="solutions.id")
    authority_id: UUID = Field(foreign_key="authorities.id")
    adoptions: int = 0
    in_use: int = 0


class Adoption(EditedRow, table=True):
    """A directorate that takes a solution up. One at a time for each of both; dropped, it may be begun anew."""

    __tablename__ = "adoptions"
    __table_args__ = (
        Index(
            "uq_adoptions_live",
            "solution_id",
            "directorate_id",
            unique=True,
            postgresql_where=_LIVE,
            sqlite_where=_LIVE,
        ),
        Index("ix_adoptions_created_at", "authority_id", "created_at", "id"),
        Index("ix_adoptions_solution_id", "solution_id"),
        Index("ix_adoptions_directorate_id", "directorate_id"),
        Index("ix_adoptions_contact_id", "contact_id"),
    )

    solution_id: UUID = Field(foreign_key="solutions.id")
    directorate_id: UUID = Field(foreign_key="directorates.id")
    contact_id: UUID | None = Field(default=None, foreign_key="agents.id")
    state: AdoptionState = enum_field(AdoptionState, default=AdoptionState.INTERESTED)
    note: str = Field(sa_type=Text)
    what: str | None = Field(default=None, sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)


__all__ = ["Adoption", "Solution", "SolutionTally"]
