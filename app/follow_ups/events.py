"""What happens to follow-ups and to commitments. Who answered the spiral, and what, is in no event."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from app.follow_ups.lifecycle import Cancellation, Side
from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class FollowUpsPlanned(Event):
    """`subject_id` is the mandate's. The first and last planned days are null where there is none."""

    type: ClassVar[str] = "mandate.follow_ups_planned"
    count: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True, kw_only=True)
class FollowUpEvent(Event):
    """What every event of a follow-up says of it."""

    mandate_id: UUID
    team_id: UUID
    planned_on: date


@dataclass(frozen=True, kw_only=True)
class FollowUpPlanned(FollowUpEvent):
    """The next one, after the one before was held or missed."""

    type: ClassVar[str] = "follow_up.planned"


@dataclass(frozen=True, kw_only=True)
class FollowUpScheduled(FollowUpEvent):
    type: ClassVar[str] = "follow_up.scheduled"
    held_at: datetime


@dataclass(frozen=True, kw_only=True)
class FollowUpHeld(FollowUpEvent):
    type: ClassVar[str] = "follow_up.held"
    held_on: date
    without_reports: bool


@dataclass(frozen=True, kw_only=True)
class FollowUpMissed(FollowUpEvent):
    """`by_itself`: nobody said so, its days of grace passed."""

    type: ClassVar[str] = "follow_up.missed"
    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class FollowUpCancelled(FollowUpEvent):
    type: ClassVar[str] = "follow_up.cancelled"
    why: Cancellation


@dataclass(frozen=True, kw_only=True)
class FollowUpRestored(FollowUpEvent):
    type: ClassVar[str] = "follow_up.restored"


@dataclass(frozen=True, kw_only=True)
class FollowUpReported(FollowUpEvent):
    """One side put its report in, or corrected it."""

    type: ClassVar[str] = "follow_up.reported"
    side: Side


@dataclass(frozen=True, kw_only=True)
class SpiralAnswered(Event):
    """One answer more. Recorded as the system's, without a request: it leads to nobody."""

    type: ClassVar[str] = "follow_up.spiral_answered"


@dataclass(frozen=True, kw_only=True)
class CommitmentEvent(Event):
    """What every event of a commitment says of it."""

    mandate_id: UUID
    team_id: UUID
    side: Side


@dataclass(frozen=True, kw_only=True)
class CommitmentMade(CommitmentEvent):
    type: ClassVar[str] = "commitment.made"
    follow_up_id: UUID
    owner_id: UUID
    due_on: date


@dataclass(frozen=True, kw_only=True)
class CommitmentKept(CommitmentEvent):
    type: ClassVar[str] = "commitment.kept"


@dataclass(frozen=True, kw_only=True)
class CommitmentBroken(CommitmentEvent):
    type: ClassVar[str] = "commitment.broken"
    reason: str


@dataclass(frozen=True, kw_only=True)
class CommitmentDropAgreed(CommitmentEvent):
    """One side agrees to drop it; it stays open until the other does."""

    type: ClassVar[str] = "commitment.drop_agreed"
    by_side: Side


@dataclass(frozen=True, kw_only=True)
class CommitmentDropped(CommitmentEvent):
    type: ClassVar[str] = "commitment.dropped"
