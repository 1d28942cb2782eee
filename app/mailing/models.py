"""Mail on its way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from app.kit import clock
from app.kit.columns import AuthorityRow, instant_field


class OutgoingMail(AuthorityRow, table=True):
    """A message owed to a person. Its texts are erased once it is sent or given up: it may hold a link that opens.

    `given_up_at`: after the last attempt, or past `expires_at`, when what it says would no longer be true.
    """

    __tablename__ = "mails"
    __table_args__ = (
        Index(
            "ix_mails_due",
            "due_at",
            postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL"),
            sqlite_where=text("sent_at IS NULL AND given_up_at IS NULL"),
        ),
        Index("ix_mails_created_at", "authority_id", "created_at"),
    )

    agent_id: UUID = Field(foreign_key="agents.id", index=True)
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    expires_at: datetime = instant_field(nullable=False)
    due_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    leased_until: datetime | None = instant_field(default=None, nullable=True)
    attempts: int = 0
    last_error: str | None = Field(default=None, max_length=500)
    sent_at: datetime | None = instant_field(default=None, nullable=True)
    given_up_at: datetime | None = instant_field(default=None, nullable=True)
