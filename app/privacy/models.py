"""What erasing leaves behind, how long an authority keeps things, and the purges it announced."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.kit import clock
from app.kit.columns import AuthorityRow, EditedRow, instant_field

_OPEN = text("done_at IS NULL")


class Erasure(AuthorityRow, table=True):
    """That a person was erased: by whom (null for the purge), and what became of each kind of data. No name."""

    __tablename__ = "erasures"
    __table_args__ = (
        UniqueConstraint("agent_id"),
        Index("ix_erasures_erased_at", "authority_id", "erased_at", "id"),
    )

    agent_id: UUID = Field(foreign_key="agents.id")
    by_id: UUID | None = Field(default=None, foreign_key="agents.id", index=True)
    erased_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    report: list[dict[str, Any]] = Field(sa_type=JSON)


class RetentionPeriod(EditedRow, table=True):
    """How long an authority keeps one kind of data, in months, where it is not the default."""

    __tablename__ = "retention_periods"
    __table_args__ = (
        UniqueConstraint("authority_id", "kind"),
        CheckConstraint("months >= 1", name="months"),
    )

    kind: str = Field(max_length=64)
    months: int


class Purge(AuthorityRow, table=True):
    """A purge, announced thirty days before it runs.

    `items` is a list of `{"kind", "before", "announced", "purged"}`: what is older than the day `before`, how many rows
    that was when it was announced, and how many went. At most one waits in an authority.
    """

    __tablename__ = "purges"
    __table_args__ = (
        Index("uq_purges_waiting", "authority_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_purges_announced_on", "authority_id", "announced_on", "id"),
    )

    announced_on: date
    runs_on: date
    items: list[dict[str, Any]] = Field(sa_type=JSON)
    done_at: datetime | None = instant_field(default=None, nullable=True)


__all__ = ["Erasure", "Purge", "RetentionPeriod"]
