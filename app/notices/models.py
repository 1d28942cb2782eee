"""What each person has been told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.kit.columns import AuthorityRow, instant_field

_UNREAD = text("read_at IS NULL")


class Notice(AuthorityRow, table=True):
    """One event, told to one person, once.

    `title` and `body` are the French sentences, rendered only when they are read; `facts` fill their placeholders
    (`notices.wording`) and never hold a name. Whom a sentence may name is `person_id`, so that erasing a person erases
    the name. `created_at` is when it happened.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("agent_id", "event_id"),
        Index("ix_notices_inbox", "agent_id", "created_at", "id"),
        Index(
            "ix_notices_unread",
            "agent_id",
            "created_at",
            "id",
            postgresql_where=_UNREAD,
            sqlite_where=_UNREAD,
        ),
        Index("ix_notices_event_id", "event_id"),
    )

    agent_id: UUID = Field(foreign_key="agents.id")
    event_id: UUID = Field(foreign_key="events.id")
    kind: str = Field(max_length=64)
    subject_type: str = Field(max_length=32)
    subject_id: UUID
    title: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    person_id: UUID | None = Field(default=None, foreign_key="agents.id")
    created_at: datetime = instant_field(nullable=False)
    read_at: datetime | None = instant_field(default=None, nullable=True)


__all__ = ["Notice"]
