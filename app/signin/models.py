"""Bearer tokens of people and machines, and sessions of browsers. Only a secret's SHA-256 is stored."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from app.kit import clock
from app.kit.columns import AuthorityRow, EditedRow, Labelled, enum_field, instant_field
from app.kit.digests import SHA256
from app.kit.i18n import _


class Method(Labelled):
    """How somebody has shown who they are."""

    OIDC = "oidc", _("compte professionnel")
    LINK = "link", _("lien reçu par courriel")
    CODE = "code", _("matricule et code imprimé")
    CODE_OWN_DEVICE = "code_own_device", _("matricule et code imprimé, sur son propre appareil")
    DEMO = "demo", _("bouton de la démonstration")


class ApiClient(EditedRow, table=True):
    """A machine that calls the API by scopes: an HRIS, a dashboard.

    `jwks` holds the public keys with which it may prove who it is (RFC 7517), or `jwks_uri` is where they are (RFC
    7591, section 2): one of the two at most. `last_used_at` is to the hour.
    """

    __tablename__ = "api_clients"
    __table_args__ = (
        UniqueConstraint("authority_id", "name"),
        Index("ix_api_clients_created_at", "authority_id", "created_at", "id"),
        CheckConstraint("jwks IS NULL OR jwks_uri IS NULL", name="one_key_source"),
    )

    name: str = Field(max_length=100)
    scopes: list[str] = Field(sa_type=JSON)
    jwks: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    jwks_uri: str | None = Field(default=None, max_length=500)
    last_used_at: datetime | None = instant_field(default=None, nullable=True)
    closed_at: datetime | None = instant_field(default=None, nullable=True)


class AccessToken(AuthorityRow, table=True):
    """A bearer token (RFC 6750) of one person or one client. `scopes`: fewer than its holder has; None: all of them.

    Of a person's: `last_used_on` is a day, since an instant could be laid beside a log; `authenticated_at` is when they
    had shown who they are, where that was not when it was issued.
    """

    __tablename__ = "access_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_access_tokens_expires_at", "authority_id", "expires_at"),
        CheckConstraint("(agent_id IS NULL) <> (client_id IS NULL)", name="one_holder"),
    )

    agent_id: UUID | None = Field(default=None, foreign_key="agents.id", index=True)
    client_id: UUID | None = Field(default=None, foreign_key="api_clients.id", index=True)
    name: str = Field(default="", max_length=100)
    scopes: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    token_hash: str = Field(max_length=64)
    algorithm: str = Field(default=SHA256, max_length=32)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    expires_at: datetime = instant_field(nullable=False)
    revoked_at: datetime | None = instant_field(default=None, nullable=True)
    authenticated_at: datetime | None = instant_field(default=None, nullable=True)
    last_used_on: date | None = None


class WebSession(AuthorityRow, table=True):
    """Somebody signed in with a browser. Ended, it is deleted: the journal keeps that it was.

    It counts until `idle_until`, which use moves ahead by steps, and never after `expires_at`. `last_used_at` is the
    beginning of a day. `acr` is the assurance that the identity provider gave (OpenID Connect Core, section 2);
    `id_token` is shown to it again at sign-out.
    """

    __tablename__ = "web_sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_web_sessions_agent_id", "agent_id", "opened_at", "id"),
        Index("ix_web_sessions_expires_at", "authority_id", "expires_at"),
    )

    agent_id: UUID = Field(foreign_key="agents.id")
    token_hash: str = Field(max_length=64)
    algorithm: str = Field(default=SHA256, max_length=32)
    method: Method = enum_field(Method)
    acr: str | None = Field(default=None, max_length=200)
    id_token: str | None = Field(default=None, sa_type=Text)
    address: str | None = Field(default=None, max_length=64)
    user_agent: str | None = Field(default=None, max_length=300)
    opened_at: datetime = instant_field(nullable=False)
    authenticated_at: datetime = instant_field(nullable=False)
    last_used_at: datetime = instant_field(nullable=False)
    idle_until: datetime = instant_field(nullable=False)
    expires_at: datetime = instant_field(nullable=False)
