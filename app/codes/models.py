"""Personal one-time codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from app.codes.arithmetic import ARGON2
from app.kit import clock
from app.kit.columns import AuthorityRow, Labelled, enum_field, instant_field
from app.kit.i18n import _


class Origin(Labelled):
    """Where an agent has a code from."""

    PRINTED = "printed", _("imprimé sur un feuillet")
    NOTED = "noted", _("donné par la page, après le précédent")


LIVE = "used_at IS NULL AND revoked_at IS NULL"


class SignInCode(AuthorityRow, table=True):
    """A code that lets one agent in, once. An agent holds one at most: a new one ends the one before.

    `code_hash` is what `algorithm` made of the code under a key that is not in the database; `holder_hash` an HMAC of
    the matricule under the same key, by which it is found. Codes of before have none: their `code_hash` is over both.
    `issued_by_id` is null for the command line.
    """

    __tablename__ = "sign_in_codes"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        Index("ix_sign_in_codes_holder_hash", "holder_hash"),
        Index(
            "uq_sign_in_codes_live",
            "agent_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
        Index("ix_sign_in_codes_agent_id", "agent_id", "issued_at"),
        Index("ix_sign_in_codes_issued_at", "authority_id", "issued_at", "id"),
    )

    agent_id: UUID = Field(foreign_key="agents.id")
    holder_hash: str | None = Field(default=None, max_length=64)
    code_hash: str = Field(max_length=200)
    algorithm: str = Field(default=ARGON2, max_length=32)
    origin: Origin = enum_field(Origin)
    issued_by_id: UUID | None = Field(default=None, foreign_key="agents.id")
    issued_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    expires_at: datetime = instant_field(nullable=False)
    used_at: datetime | None = instant_field(default=None, nullable=True)
    revoked_at: datetime | None = instant_field(default=None, nullable=True)
