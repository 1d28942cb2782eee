"""Irritants, the votes they gather, what colleagues add; and what is kept of a report under protection.

Nothing here but the ciphertext of `protected_identities` leads from a protected irritant to its reporter, and what a
protected reporter does is dated to the day at best (`kit.clock.blurred`).
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.irritants.lifecycle import IrritantState, Side
from app.kit import clock, search
from app.kit.columns import AuthorityRow, EditedRow, enum_field, instant_field
from app.kit.digests import SHA256
from app.kit.vault import ALGORITHM


class Irritant(EditedRow, table=True):
    """A concrete field problem. `search` holds the stems of its texts (`kit.search`).

    `protected`: reported under protection; `reporter_id` is null then, and stays so.
    """

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
    protected: bool = False
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


class ProtectedIdentity(AuthorityRow, table=True):
    """Who reported a protected irritant: the agent's id, locked (`kit.vault`), of the same length for everybody."""

    __tablename__ = "protected_identities"
    __table_args__ = (UniqueConstraint("irritant_id"),)

    irritant_id: UUID = Field(foreign_key="irritants.id")
    master_id: str = Field(max_length=16)
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    ciphertext: bytes = Field(sa_type=LargeBinary)
    algorithm: str = Field(default=ALGORITHM, max_length=32)


class ProtectedReceipt(AuthorityRow, table=True):
    """The follow-up key of a protected irritant, as its SHA-256."""

    __tablename__ = "protected_receipts"
    __table_args__ = (UniqueConstraint("irritant_id"), UniqueConstraint("receipt_hash"))

    irritant_id: UUID = Field(foreign_key="irritants.id")
    receipt_hash: str = Field(max_length=64)
    algorithm: str = Field(default=SHA256, max_length=32)


class ProtectedMessage(AuthorityRow, table=True):
    """A message between a protected reporter, who has no `author_id`, and the lab. `number` gives their order."""

    __tablename__ = "protected_messages"
    __table_args__ = (UniqueConstraint("irritant_id", "number"),)

    irritant_id: UUID = Field(foreign_key="irritants.id")
    number: int
    side: Side = enum_field(Side)
    author_id: UUID | None = Field(default=None, foreign_key="agents.id", index=True)
    body: str = Field(sa_type=Text)
    written_on: date


class IdentityOpening(AuthorityRow, table=True):
    """One look at the identity of a protected reporter: by whom, when and why."""

    __tablename__ = "identity_openings"
    __table_args__ = (Index("ix_identity_openings_irritant_id", "irritant_id", "opened_at", "id"),)

    irritant_id: UUID = Field(foreign_key="irritants.id")
    agent_id: UUID = Field(foreign_key="agents.id", index=True)
    reason: str = Field(sa_type=Text)
    opened_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class AwaitedFact(AuthorityRow, table=True):
    """What a protected reporter did on a day, not yet in the journal. `number` is a message's; None: the report."""

    __tablename__ = "awaited_facts"
    __table_args__ = (
        Index("ix_awaited_facts_day", "authority_id", "day"),
        Index("ix_awaited_facts_irritant_id", "irritant_id"),
    )

    irritant_id: UUID = Field(foreign_key="irritants.id")
    number: int | None = None
    day: date
