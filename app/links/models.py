"""Links asked for, and links sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.kit import clock
from app.kit.columns import AuthorityRow, Row, instant_field
from app.kit.digests import SHA256


class LinkRequest(Row, table=True):
    """Somebody gave an address and awaits a link. Nobody has looked yet whether it is anybody's.

    It belongs to no authority, and lives until the worker's next round.
    """

    __tablename__ = "link_requests"

    email: str = Field(max_length=254)
    browser_hash: str = Field(max_length=64)
    destination: str = Field(max_length=2000)
    language: str = Field(max_length=2)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class SignInLink(AuthorityRow, table=True):
    """A link that opens one session of one agent, once, in the browser that asked. Stored is its secret's SHA-256."""

    __tablename__ = "sign_in_links"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_sign_in_links_expires_at", "authority_id", "expires_at"),
    )

    agent_id: UUID = Field(foreign_key="agents.id", index=True)
    token_hash: str = Field(max_length=64)
    algorithm: str = Field(default=SHA256, max_length=32)
    browser_hash: str = Field(max_length=64)
    destination: str = Field(max_length=2000)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    expires_at: datetime = instant_field(nullable=False)
    used_at: datetime | None = instant_field(default=None, nullable=True)
