"""Bearer tokens of people and machines. A token is stored as its SHA-256 and shown once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.kit import clock
from app.kit.columns import AuthorityRow, instant_field


class ApiClient(AuthorityRow, table=True):
    """A machine that calls the API by scopes: an HRIS, a dashboard."""

    __tablename__ = "api_clients"
    __table_args__ = (UniqueConstraint("authority_id", "name"),)

    name: str = Field(max_length=100)
    scopes: list[str] = Field(sa_type=JSON)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class AccessToken(AuthorityRow, table=True):
    """A bearer token (RFC 6750) of one person or one client."""

    __tablename__ = "access_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("(agent_id IS NULL) <> (client_id IS NULL)", name="one_holder"),
    )

    agent_id: UUID | None = Field(default=None, foreign_key="agents.id", index=True)
    client_id: UUID | None = Field(default=None, foreign_key="api_clients.id", index=True)
    name: str = Field(default="", max_length=100)
    token_hash: str = Field(max_length=64)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    expires_at: datetime = instant_field(nullable=False)
    revoked_at: datetime | None = instant_field(default=None, nullable=True)
