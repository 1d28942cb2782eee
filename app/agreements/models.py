"""Agreements: what a mandate reserves to elected members and managers, asked and answered."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.agreements.lifecycle import AgreementState
from app.kit.columns import EditedRow, enum_field, instant_field

_AWAITED = text("state = 'requested'")


class Agreement(EditedRow, table=True):
    """A request to the sponsor of a mandate, under one of its clauses on reserved matters, and the answer.

    `matter` is what is to be agreed to. Given in the sponsor's name (`on_behalf_of_id`), the answer carries the
    delegation of signature as it stood that day.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        Index("ix_agreements_created_at", "authority_id", "created_at", "id"),
        Index("ix_agreements_mandate_id", "mandate_id", "created_at"),
        Index("ix_agreements_awaited", "mandate_id", postgresql_where=_AWAITED, sqlite_where=_AWAITED),
        CheckConstraint("(state IN ('agreed', 'refused')) = (answered_at IS NOT NULL)", name="answered_at"),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by"),
        CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="reason"),
        CheckConstraint(
            "on_behalf_of_id IS NULL AND delegation_id IS NULL AND act_reference IS NULL AND act_last_day IS NULL"
            " OR answered_at IS NOT NULL AND on_behalf_of_id IS NOT NULL AND on_behalf_of_id <> answered_by_id"
            " AND delegation_id IS NOT NULL AND act_reference IS NOT NULL AND act_last_day IS NOT NULL",
            name="substitution",
        ),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    clause_key: str = Field(max_length=64)
    matter: str = Field(sa_type=Text)
    requested_by_id: UUID | None = Field(default=None, foreign_key="agents.id")
    state: AgreementState = enum_field(AgreementState, default=AgreementState.REQUESTED)
    reason: str | None = Field(default=None, sa_type=Text)
    answered_by_id: UUID | None = Field(default=None, foreign_key="agents.id")
    answered_at: datetime | None = instant_field(default=None, nullable=True)
    on_behalf_of_id: UUID | None = Field(default=None, foreign_key="agents.id")
    delegation_id: UUID | None = Field(default=None, foreign_key="signing_delegations.id")
    act_reference: str | None = Field(default=None, max_length=200)
    act_last_day: date | None = None


__all__ = ["Agreement"]
