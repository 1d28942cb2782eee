"""The append-only journal, its chains and its deliveries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.kit.columns import AuthorityRow, Row, instant_field

GENESIS = "0" * 64
"""What the first event of a chain names as the one before it."""


class JournalEvent(AuthorityRow, table=True):
    """One fact. `position` and the hashes are null until it is sealed into its authority's chain."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("authority_id", "position"),
        Index(
            "ix_events_unsealed",
            "authority_id",
            "id",
            postgresql_where=text("position IS NULL"),
            sqlite_where=text("position IS NULL"),
        ),
        Index("ix_events_subject", "subject_id"),
    )

    type: str = Field(max_length=64)
    subject_type: str = Field(max_length=32)
    subject_id: UUID
    agent_id: UUID | None = Field(default=None)
    client_id: UUID | None = Field(default=None)
    request_id: UUID | None = Field(default=None)
    occurred_at: datetime = instant_field(nullable=False)
    payload: str = Field(sa_type=Text)
    position: int | None = None
    previous_hash: str | None = Field(default=None, max_length=64)
    hash: str | None = Field(default=None, max_length=64)


class JournalChain(SQLModel, table=True):
    """The head of an authority's chain: the lock that makes positions gapless."""

    __tablename__ = "journal_chains"

    authority_id: UUID = Field(primary_key=True, foreign_key="authorities.id")
    position: int = 0
    hash: str = Field(default=GENESIS, max_length=64)


class Delivery(Row, table=True):
    """The outbox: one sealed event, owed to one subscriber."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "subscriber"),
        Index(
            "ix_deliveries_due",
            "due_at",
            postgresql_where=text("delivered_at IS NULL"),
            sqlite_where=text("delivered_at IS NULL"),
        ),
    )

    event_id: UUID = Field(foreign_key="events.id")
    subscriber: str = Field(max_length=64)
    due_at: datetime = instant_field(nullable=False)
    leased_until: datetime | None = instant_field(default=None, nullable=True)
    attempts: int = 0
    last_error: str | None = Field(default=None, max_length=500)
    delivered_at: datetime | None = instant_field(default=None, nullable=True)
