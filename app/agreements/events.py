"""What happens to a request for agreement."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class AgreementEvent(Event):
    mandate_id: UUID
    clause_key: str


@dataclass(frozen=True, kw_only=True)
class AgreementRequested(AgreementEvent):
    type: ClassVar[str] = "agreement.requested"


@dataclass(frozen=True, kw_only=True)
class ByDelegation:
    """In whose name the answer was given, and by which delegation of signature. `last_day` is included."""

    on_behalf_of: UUID
    act_id: UUID
    act_reference: str
    last_day: date


@dataclass(frozen=True, kw_only=True)
class AgreementGiven(AgreementEvent):
    type: ClassVar[str] = "agreement.given"
    by_act: ByDelegation | None = None


@dataclass(frozen=True, kw_only=True)
class AgreementRefused(AgreementEvent):
    type: ClassVar[str] = "agreement.refused"
    reason: str
    by_act: ByDelegation | None = None


@dataclass(frozen=True, kw_only=True)
class AgreementWithdrawn(AgreementEvent):
    """Nobody needs the answer any more: those who asked say so, or the mandate has ended."""

    type: ClassVar[str] = "agreement.withdrawn"
