"""The secrets of API clients, and the statements that they have signed. The clients are in `signin.models`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.kit import clock
from app.kit.columns import AuthorityRow, instant_field
from app.kit.digests import SHA256


class ClientSecret(AuthorityRow, table=True):
    """A secret of a client: 256 random bits, of which the SHA-256 is kept. Without `expires_at` it lasts."""

    __tablename__ = "client_secrets"
    __table_args__ = (UniqueConstraint("secret_hash"),)

    client_id: UUID = Field(foreign_key="api_clients.id", index=True)
    secret_hash: str = Field(max_length=64)
    algorithm: str = Field(default=SHA256, max_length=32)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    expires_at: datetime | None = instant_field(default=None, nullable=True)
    revoked_at: datetime | None = instant_field(default=None, nullable=True)

    def counts_at(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class ClientAssertion(AuthorityRow, table=True):
    """A `jti` that a client has shown: not twice while what bore it could be shown again (RFC 7523, section 3)."""

    __tablename__ = "client_assertions"
    __table_args__ = (
        UniqueConstraint("client_id", "jti_hash"),
        Index("ix_client_assertions_expires_at", "authority_id", "expires_at"),
    )

    client_id: UUID = Field(foreign_key="api_clients.id")
    jti_hash: str = Field(max_length=64)
    expires_at: datetime = instant_field(nullable=False)
