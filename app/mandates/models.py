"""Mandates: their clauses and half-days, the texts submitted to signature, their parties and signatures.

A submission freezes an exact text (`MandateDocument`) and names its parties. When a party refuses or the lab withdraws,
the parties become void and the signatures stay, as history; the next submission has a text and parties of its own.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.kit import clock, search
from app.kit.calendar import Half, Weekday
from app.kit.columns import AuthorityRow, EditedRow, enum_field, instant_field
from app.mandates.lifecycle import ClauseKind, MandateState, PartyCapacity, PartyState

_PREPARED = text("state IN ('draft', 'in_signature')")
_IN_FORCE = text("state IN ('active', 'suspended')")
DEADLINE: Final = (
    "deadline_days IS NULL AND deadline_owner IS NULL AND deadline_what IS NULL"
    " OR deadline_days BETWEEN 1 AND 730 AND deadline_owner IS NOT NULL AND deadline_what IS NOT NULL"
)
"""A deadline is whole or not at all."""


class Mandate(EditedRow, table=True):
    """The contract of a team's mission. `starts_on` and `ends_on` are both included.

    It takes effect on `starts_on`, or on the day of the last signature (`activated_at`) when that comes after. The
    texts from `purpose` to `means` and the budget fill its clauses. Its parameters are those of the charter in force
    when it was drafted. Its clauses come from the model mandate of that day (`model_id`; null for a mandate older than
    the versions of the model). `submission` counts its submissions; parties and documents of that number are the
    present ones. `reason` is why it came back to draft, was suspended or terminated. `ended_on` is its last day, once
    it has ended. `search` holds the stems of its texts and of the team's name (`kit.search`).

    In force, its columns, clauses and slots are the terms that bind today. An amendment (*avenant*) is a submission of
    its own, with a text of its own and the parties whom it concerns; `submission` becomes its number when the last of
    them has signed. `open_amendment_id` is the one that is being prepared or signed.
    """

    __tablename__ = "mandates"
    __table_args__ = (
        Index("ix_mandates_created_at", "authority_id", "created_at", "id"),
        Index("ix_mandates_ends_on", "authority_id", "ends_on", "id"),
        Index("ix_mandates_state", "authority_id", "state"),
        Index("ix_mandates_team_id", "team_id"),
        Index("ix_mandates_sponsor_id", "sponsor_id"),
        Index("ix_mandates_client_directorate_id", "client_directorate_id"),
        Index("ix_mandates_in_force", "ends_on", postgresql_where=_IN_FORCE, sqlite_where=_IN_FORCE),
        Index(
            "uq_mandates_team_prepared",
            "team_id",
            unique=True,
            postgresql_where=_PREPARED,
            sqlite_where=_PREPARED,
        ),
        Index("ix_mandates_starts_on", "authority_id", "starts_on", "id"),
        Index(
            "ix_mandates_search",
            text(search.lexemes("authority_id", "search")),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("budget_euros >= 0", name="budget"),
        CheckConstraint("(document_hash IS NULL) = (state = 'draft')", name="document"),
    )

    team_id: UUID = Field(foreign_key="teams.id")
    charter_id: UUID = Field(foreign_key="charters.id")
    model_id: UUID | None = Field(default=None, foreign_key="mandate_models.id")
    sponsor_id: UUID = Field(foreign_key="agents.id")
    client_directorate_id: UUID = Field(foreign_key="directorates.id")
    state: MandateState = enum_field(MandateState, default=MandateState.DRAFT)
    starts_on: date
    ends_on: date
    cadence_weeks: int
    half_days_per_week: int
    make_good_days: int
    move_window_days: int
    grace_days: int
    purpose: str = Field(sa_type=Text)
    problem: str = Field(sa_type=Text)
    expected_result: str = Field(sa_type=Text)
    how_known: str = Field(sa_type=Text)
    means: str = Field(sa_type=Text)
    budget_euros: int = 0
    submission: int = 0
    reason: str | None = Field(default=None, sa_type=Text)
    document_hash: str | None = Field(default=None, max_length=64)
    submitted_at: datetime | None = instant_field(default=None, nullable=True)
    activated_at: datetime | None = instant_field(default=None, nullable=True)
    suspended_from: date | None = None
    suspended_until: date | None = None
    ended_on: date | None = None
    search: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    open_amendment_id: UUID | None = None


class MandateClause(AuthorityRow, table=True):
    """An article of a mandate as it is written, placeholders included; `plain` says the same in everyday words.

    It may carry a deadline: `deadline_days` after the mandate's first day, `deadline_owner` has done `deadline_what`.
    """

    __tablename__ = "mandate_clauses"
    __table_args__ = (
        UniqueConstraint("mandate_id", "key"),
        UniqueConstraint("mandate_id", "position"),
        CheckConstraint(DEADLINE, name="deadline"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    position: int
    key: str = Field(max_length=64)
    kind: ClauseKind = enum_field(ClauseKind)
    title: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    plain: str = Field(sa_type=Text)
    mandatory: bool = False
    deadline_days: int | None = None
    deadline_owner: PartyCapacity | None = enum_field(PartyCapacity, default=None, nullable=True)
    deadline_what: str | None = Field(default=None, max_length=200)


class MandateSlot(AuthorityRow, table=True):
    """A weekly half-day that a mandate frees for an agent. `relief` is what the manager takes off their plate."""

    __tablename__ = "mandate_slots"
    __table_args__ = (
        UniqueConstraint("mandate_id", "agent_id", "weekday", "half"),
        Index("ix_mandate_slots_agent_id", "agent_id"),
        CheckConstraint("weekday NOT IN ('saturday', 'sunday')", name="weekday"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    agent_id: UUID = Field(foreign_key="agents.id")
    weekday: Weekday = enum_field(Weekday)
    half: Half = enum_field(Half)
    relief: str = Field(default="", sa_type=Text)


class MandateReminder(AuthorityRow, table=True):
    """That the worker has reminded people of something, once: what, by `key`, and of which day."""

    __tablename__ = "mandate_reminders"
    __table_args__ = (UniqueConstraint("mandate_id", "key"),)

    mandate_id: UUID = Field(foreign_key="mandates.id")
    key: str = Field(max_length=120)
    due_on: date
    told_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class MandateDocument(AuthorityRow, table=True):
    """The exact text of one submission: canonical JSON in UTF-8, whose SHA-256 is `hash`. Never changed."""

    __tablename__ = "mandate_documents"
    __table_args__ = (UniqueConstraint("mandate_id", "submission"),)

    mandate_id: UUID = Field(foreign_key="mandates.id")
    submission: int
    text: str = Field(sa_type=Text)
    hash: str = Field(max_length=64)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class MandateParty(AuthorityRow, table=True):
    """Somebody whose signature a submission needs, in one capacity; the same person may stand in several."""

    __tablename__ = "mandate_parties"
    __table_args__ = (
        UniqueConstraint("mandate_id", "submission", "agent_id", "capacity"),
        Index("ix_mandate_parties_agent_id", "agent_id", "state"),
        CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="reason"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    submission: int
    agent_id: UUID = Field(foreign_key="agents.id")
    capacity: PartyCapacity = enum_field(PartyCapacity)
    rank: int
    state: PartyState = enum_field(PartyState, default=PartyState.PENDING)
    reason: str | None = Field(default=None, sa_type=Text)


class MandateSignature(AuthorityRow, table=True):
    """One signature: who, in what capacity, of which text, when, and how they were known. Never changed.

    `method` is how the signer had just shown who they are (`Actor.method`): a bearer token, or a door of the pages. A
    simple electronic signature (eIDAS art. 25, Code civil 1366 and 1367). `address` is the network address they signed
    from: evidence, which stays when the journal forgets its own.

    Signed in somebody else's name (`on_behalf_of_id`), it carries the act that gave the power as it stood that day: a
    delegation of signature or an interim, its reference, its first and last days.
    """

    __tablename__ = "mandate_signatures"
    __table_args__ = (
        UniqueConstraint("party_id"),
        Index("ix_mandate_signatures_mandate_id", "mandate_id"),
        Index("ix_mandate_signatures_agent_id", "agent_id"),
        CheckConstraint(
            "on_behalf_of_id IS NULL AND delegation_id IS NULL AND interim_id IS NULL"
            " AND act_reference IS NULL AND act_starts_on IS NULL AND act_last_day IS NULL"
            " OR on_behalf_of_id IS NOT NULL AND on_behalf_of_id <> agent_id"
            " AND (delegation_id IS NULL) <> (interim_id IS NULL)"
            " AND act_reference IS NOT NULL AND act_starts_on IS NOT NULL AND act_last_day IS NOT NULL",
            name="substitution",
        ),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    party_id: UUID = Field(foreign_key="mandate_parties.id")
    agent_id: UUID = Field(foreign_key="agents.id")
    capacity: PartyCapacity = enum_field(PartyCapacity)
    document_hash: str = Field(max_length=64)
    signed_at: datetime = instant_field(nullable=False)
    method: str = Field(max_length=32)
    address: str | None = Field(default=None, max_length=45)
    on_behalf_of_id: UUID | None = Field(default=None, foreign_key="agents.id")
    delegation_id: UUID | None = Field(default=None, foreign_key="signing_delegations.id")
    interim_id: UUID | None = Field(default=None, foreign_key="interims.id")
    act_reference: str | None = Field(default=None, max_length=200)
    act_starts_on: date | None = None
    act_last_day: date | None = None


class MandateSignatory(AuthorityRow, table=True):
    """The name of a signer as it stood when their record was erased: whose signature it is, once nothing else says."""

    __tablename__ = "mandate_signatories"
    __table_args__ = (UniqueConstraint("signature_id"),)

    signature_id: UUID = Field(foreign_key="mandate_signatures.id")
    name: str = Field(max_length=201)
