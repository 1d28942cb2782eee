"""The append-only journal, its chains and its deliveries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.kit.columns import AuthorityRow, instant_field

GENESIS = "0" * 64
"""What the first event of a chain names as the one before it."""


_SEALED = text("position IS NOT NULL")
_HAS_ADDRESS = text("position IS NOT NULL AND address IS NOT NULL")


class JournalEvent(AuthorityRow, table=True):
    """One fact: who did it, in what capacity (`acting_as`), by which delegation, from where, on what, when.

    `position` and the hashes are null until it is sealed into its authority's chain; nothing else of it ever changes.
    `address` is the one thing that is forgotten after a time: the chain holds `address_hash`, the SHA-256 of
    `address_salt`, a space and `address`, which tells nothing once the salt is gone (CNIL, délibération 2021-122: logs
    are kept for six months to a year). `digest_version` says which facts the chain covers (`journal.digest`).

    Indexes for readers leave out what is not sealed, so that recording an event does not pay for them.
    """

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
        Index(
            "ix_events_agent",
            "authority_id",
            "agent_id",
            "position",
            postgresql_where=_SEALED,
            sqlite_where=_SEALED,
        ),
        Index(
            "ix_events_type",
            "authority_id",
            "type",
            "position",
            postgresql_where=_SEALED,
            sqlite_where=_SEALED,
        ),
        Index(
            "ix_events_occurred_at",
            "authority_id",
            "occurred_at",
            postgresql_where=_SEALED,
            sqlite_where=_SEALED,
        ),
        Index(
            "ix_events_address",
            "authority_id",
            "occurred_at",
            postgresql_where=_HAS_ADDRESS,
            sqlite_where=_HAS_ADDRESS,
        ),
    )

    type: str = Field(max_length=64)
    subject_type: str = Field(max_length=32)
    subject_id: UUID
    agent_id: UUID | None = Field(default=None)
    client_id: UUID | None = Field(default=None)
    acting_as: str | None = Field(default=None, max_length=32)
    delegation_id: UUID | None = Field(default=None)
    address: str | None = Field(default=None, max_length=45)
    address_salt: str | None = Field(default=None, max_length=32)
    address_hash: str | None = Field(default=None, max_length=64)
    request_id: UUID | None = Field(default=None)
    occurred_at: datetime = instant_field(nullable=False)
    payload: str = Field(sa_type=Text)
    digest_version: int = Field(
        default=2, sa_type=SmallInteger, sa_column_kwargs={"server_default": text("1")}, nullable=False
    )
    position: int | None = None
    previous_hash: str | None = Field(default=None, max_length=64)
    hash: str | None = Field(default=None, max_length=64)


class JournalChain(SQLModel, table=True):
    """The head of an authority's chain: the lock that makes positions gapless.

    `concerned_position` is the last event whose persons are in `event_persons`.
    """

    __tablename__ = "journal_chains"

    authority_id: UUID = Field(primary_key=True, foreign_key="authorities.id")
    position: int = 0
    hash: str = Field(default=GENESIS, max_length=64)
    concerned_position: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class EventPerson(SQLModel, table=True):
    """That a sealed event concerns an agent. No proof: an index, made by the worker, that erasure may empty."""

    __tablename__ = "event_persons"
    __table_args__ = (Index("ix_event_persons_event_id", "event_id"),)

    agent_id: UUID = Field(primary_key=True, foreign_key="agents.id")
    position: int = Field(primary_key=True)
    event_id: UUID = Field(foreign_key="events.id")
    authority_id: UUID = Field(foreign_key="authorities.id")


class JournalCheckpoint(AuthorityRow, table=True):
    """The signed word of this installation that, at `made_at`, an authority's chain ended at `position` with `hash`.

    `signature` is Ed25519 (RFC 8032) in hexadecimal, over what `journal.digest` says, by the key `key_id`.
    """

    __tablename__ = "journal_checkpoints"
    __table_args__ = (UniqueConstraint("authority_id", "position", "key_id"),)

    position: int
    hash: str = Field(max_length=64)
    made_at: datetime = instant_field(nullable=False)
    key_id: str = Field(max_length=32)
    signature: str = Field(max_length=128)


class Delivery(AuthorityRow, table=True):
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
