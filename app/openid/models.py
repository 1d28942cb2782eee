"""The OpenID providers of an authority, whom they know, and the sign-ins under way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from app.kit import clock
from app.kit.columns import AuthorityRow, EditedRow, enum_field, instant_field
from app.openid.profiles import TRAITS, Algorithm, MatchBy, Profile, Traits


class IdentityProvider(EditedRow, table=True):
    """An OpenID provider at which the agents of an authority have accounts.

    `issuer` never changes: the subjects of the bindings are its own. The client's secret is not here: `secret_name`
    says which of the operator's it is (`ESSAIM_OIDC_SECRETS`). An empty list asks for nothing: no `acr_values`, any
    `acr`; no `sirets`, no SIRET looked at; no `idp_ids`, any identity provider behind a federation.
    """

    __tablename__ = "identity_providers"
    __table_args__ = (UniqueConstraint("authority_id", "issuer"),)

    name: str = Field(max_length=100)
    profile: Profile = enum_field(Profile)
    issuer: str = Field(max_length=255)
    client_id: str = Field(max_length=255)
    secret_name: str = Field(default="oidc", max_length=32)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    acr_values: list[str] = Field(default_factory=list, sa_type=JSON)
    sirets: list[str] = Field(default_factory=list, sa_type=JSON)
    idp_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    algorithm: Algorithm = enum_field(Algorithm, default=Algorithm.RS256)
    match_by: MatchBy = enum_field(MatchBy, default=MatchBy.EMAIL)
    is_active: bool = True

    @property
    def traits(self) -> Traits:
        return TRAITS[self.profile]


class IdentityBinding(AuthorityRow, table=True):
    """A provider's account (`subject`, its `sub`) is this agent's: one account, one agent, until it is released."""

    __tablename__ = "identity_bindings"
    __table_args__ = (
        UniqueConstraint("provider_id", "subject"),
        UniqueConstraint("provider_id", "agent_id"),
        Index("ix_identity_bindings_created_at", "authority_id", "created_at", "id"),
    )

    provider_id: UUID = Field(foreign_key="identity_providers.id")
    subject: str = Field(max_length=255)
    agent_id: UUID = Field(foreign_key="agents.id", index=True)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    last_used_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class SignInAttempt(AuthorityRow, table=True):
    """A browser sent to a provider, not yet back. It serves once.

    `agent_id` is set where somebody already signed in proves afresh who they are: nobody else may come back.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        UniqueConstraint("state_hash"),
        Index("ix_sign_in_attempts_expires_at", "authority_id", "expires_at"),
    )

    provider_id: UUID = Field(foreign_key="identity_providers.id")
    state_hash: str = Field(max_length=64)
    browser_hash: str = Field(max_length=64)
    destination: str = Field(max_length=2000)
    agent_id: UUID | None = Field(default=None, foreign_key="agents.id")
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    expires_at: datetime = instant_field(nullable=False)
