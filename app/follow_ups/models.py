"""Follow-ups, what is said, decided and promised there, and the spiral."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.follow_ups.lifecycle import Cancellation, CommitmentState, FollowUpState, Side
from app.kit.columns import AuthorityRow, EditedRow, enum_field, instant_field

_TO_COME = text("state IN ('planned', 'scheduled')")
_OPEN = text("state = 'open'")


class FollowUp(EditedRow, table=True):
    """The six-weekly meeting of a team and its client directorate, numbered within the mandate from 1.

    `theoretical_on` is the day that the cadence gives, `planned_on` the working day for it; `held_at` is when it is to
    be held, once that is fixed, and `held_on` the day when it was. `reason` is why it was missed.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("mandate_id", "ordinal"),
        Index("ix_follow_ups_planned_on", "authority_id", "planned_on", "id"),
        Index("ix_follow_ups_team_id", "team_id", "planned_on"),
        Index(
            "ix_follow_ups_to_come",
            "authority_id",
            "planned_on",
            postgresql_where=_TO_COME,
            sqlite_where=_TO_COME,
        ),
        CheckConstraint("state <> 'scheduled' OR held_at IS NOT NULL", name="held_at"),
        CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name="held_on"),
        CheckConstraint("(state = 'cancelled') = (cancelled_for IS NOT NULL)", name="cancelled_for"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    team_id: UUID = Field(foreign_key="teams.id")
    ordinal: int
    theoretical_on: date
    planned_on: date
    state: FollowUpState = enum_field(FollowUpState, default=FollowUpState.PLANNED)
    held_at: datetime | None = instant_field(default=None, nullable=True)
    place: str | None = Field(default=None, max_length=200)
    held_on: date | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    cancelled_for: Cancellation | None = enum_field(Cancellation, default=None, nullable=True)


class FollowUpReport(EditedRow, table=True):
    """What one side prepared, without having read the other's."""

    __tablename__ = "follow_up_reports"
    __table_args__ = (UniqueConstraint("follow_up_id", "side"),)

    follow_up_id: UUID = Field(foreign_key="follow_ups.id")
    side: Side = enum_field(Side)
    author_id: UUID = Field(foreign_key="agents.id")
    body: str = Field(sa_type=Text)


class FollowUpAttendee(AuthorityRow, table=True):
    """Who was there."""

    __tablename__ = "follow_up_attendees"
    __table_args__ = (UniqueConstraint("follow_up_id", "agent_id"),)

    follow_up_id: UUID = Field(foreign_key="follow_ups.id")
    agent_id: UUID = Field(foreign_key="agents.id")


class Decision(AuthorityRow, table=True):
    """What was decided, and who had the power to. On a matter that the mandate reserves: the sponsor's agreement."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("follow_up_id", "position"),)

    follow_up_id: UUID = Field(foreign_key="follow_ups.id")
    position: int
    body: str = Field(sa_type=Text)
    decided_by_id: UUID = Field(foreign_key="agents.id")
    agreement_id: UUID | None = Field(default=None, foreign_key="agreements.id")


class Obstacle(AuthorityRow, table=True):
    """What stands in the way, and who sees to it by when."""

    __tablename__ = "obstacles"
    __table_args__ = (UniqueConstraint("follow_up_id", "position"),)

    follow_up_id: UUID = Field(foreign_key="follow_ups.id")
    position: int
    body: str = Field(sa_type=Text)
    owner_id: UUID = Field(foreign_key="agents.id")
    due_on: date


class Commitment(EditedRow, table=True):
    """What one side promised at a follow-up. It stays open across follow-ups until it is kept, broken or dropped."""

    __tablename__ = "commitments"
    __table_args__ = (
        Index("ix_commitments_due_on", "authority_id", "due_on", "id"),
        Index("ix_commitments_follow_up_id", "follow_up_id"),
        Index("ix_commitments_team_id", "team_id", "due_on"),
        Index("ix_commitments_owner_id", "owner_id"),
        Index("ix_commitments_open", "mandate_id", "due_on", postgresql_where=_OPEN, sqlite_where=_OPEN),
        CheckConstraint("(state = 'open') = (closed_on IS NULL)", name="closed_on"),
        CheckConstraint(
            "state <> 'dropped' OR (drop_agreed_by_team AND drop_agreed_by_client)", name="dropped"
        ),
    )

    follow_up_id: UUID = Field(foreign_key="follow_ups.id")
    mandate_id: UUID = Field(foreign_key="mandates.id")
    team_id: UUID = Field(foreign_key="teams.id")
    side: Side = enum_field(Side)
    body: str = Field(sa_type=Text)
    owner_id: UUID = Field(foreign_key="agents.id")
    due_on: date
    state: CommitmentState = enum_field(CommitmentState, default=CommitmentState.OPEN)
    reason: str | None = Field(default=None, sa_type=Text)
    closed_on: date | None = None
    drop_agreed_by_team: bool = False
    drop_agreed_by_client: bool = False


class SpiralReceipt(AuthorityRow, table=True):
    """That a person has answered, once. It holds no score, and its key no instant."""

    __tablename__ = "spiral_receipts"
    __table_args__ = (UniqueConstraint("follow_up_id", "agent_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="follow_ups.id")
    agent_id: UUID = Field(foreign_key="agents.id")


class SpiralScore(AuthorityRow, table=True):
    """One answer, from 1 to 5: no person, no instant, a random key.

    Each new answer writes all those of its follow-up anew, in random order, so that neither their order nor the
    transaction that wrote them leads from a receipt to a score.
    """

    __tablename__ = "spiral_scores"
    __table_args__ = (
        Index("ix_spiral_scores_follow_up_id", "follow_up_id"),
        CheckConstraint(
            "legitimacy BETWEEN 1 AND 5 AND security BETWEEN 1 AND 5 AND freedom BETWEEN 1 AND 5"
            " AND autonomy BETWEEN 1 AND 5 AND sovereignty BETWEEN 1 AND 5",
            name="scale",
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="follow_ups.id")
    legitimacy: int
    security: int
    freedom: int
    autonomy: int
    sovereignty: int
    word: str | None = Field(default=None, max_length=40)


DIMENSIONS = ("legitimacy", "security", "freedom", "autonomy", "sovereignty")
"""What the spiral scores: its three turns, the team's autonomy, and the respect of what is reserved to others."""

__all__ = [
    "DIMENSIONS",
    "Commitment",
    "Decision",
    "FollowUp",
    "FollowUpAttendee",
    "FollowUpReport",
    "Obstacle",
    "SpiralReceipt",
    "SpiralScore",
]
