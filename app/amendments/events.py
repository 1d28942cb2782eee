"""What happens to an amendment, to the signatures that successors owe, and that a mandate is renewed."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.amendments.lifecycle import Cause
from app.journal.events import Event
from app.mandates.events import ByAct
from app.mandates.lifecycle import PartyCapacity


@dataclass(frozen=True, kw_only=True)
class AmendmentEvent(Event):
    """What every event of an amendment says of it."""

    mandate_id: UUID


@dataclass(frozen=True, kw_only=True)
class AmendmentDrafted(AmendmentEvent):
    """`fields` are what it would change; none where it only asks for new signatures."""

    type: ClassVar[str] = "amendment.drafted"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AmendmentEdited(AmendmentEvent):
    type: ClassVar[str] = "amendment.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AmendmentSubmitted(AmendmentEvent):
    """`document_hash` is the SHA-256 of the text that the parties concerned are asked to sign."""

    type: ClassVar[str] = "amendment.submitted"
    submission: int
    document_hash: str


@dataclass(frozen=True, kw_only=True)
class AmendmentSigned(AmendmentEvent):
    type: ClassVar[str] = "amendment.signed"
    party_id: UUID
    capacity: PartyCapacity
    document_hash: str
    by_act: ByAct | None = None


@dataclass(frozen=True, kw_only=True)
class AmendmentRefused(AmendmentEvent):
    type: ClassVar[str] = "amendment.refused"
    party_id: UUID
    reason: str
    by_act: ByAct | None = None


@dataclass(frozen=True, kw_only=True)
class AmendmentWithdrawn(AmendmentEvent):
    """`submission` is the one whose signatures count no longer."""

    type: ClassVar[str] = "amendment.withdrawn"
    submission: int


@dataclass(frozen=True, kw_only=True)
class AmendmentDropped(AmendmentEvent):
    """`by_itself`: the mandate ended."""

    type: ClassVar[str] = "amendment.dropped"
    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class AmendmentInForce(AmendmentEvent):
    """The last party concerned signed: its terms bind from `from_day` (included) on."""

    type: ClassVar[str] = "amendment.in_force"
    submission: int
    from_day: date


@dataclass(frozen=True, kw_only=True)
class ResigningNeeded(Event):
    """`subject_id` is the task's. `agent_id` is who is to sign; null while nobody holds the function."""

    type: ClassVar[str] = "mandate_task.raised"
    mandate_id: UUID
    capacity: PartyCapacity
    cause: Cause
    agent_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ResigningClosed(Event):
    """`signed`: by the successor; else there was nothing to sign any more."""

    type: ClassVar[str] = "mandate_task.closed"
    mandate_id: UUID
    capacity: PartyCapacity
    signed: bool


@dataclass(frozen=True, kw_only=True)
class MandateRenewed(Event):
    """`subject_id` is the mandate that goes on; `by_id` the one that is drafted to follow it."""

    type: ClassVar[str] = "mandate.renewed"
    by_id: UUID
    follow_up_id: UUID | None
