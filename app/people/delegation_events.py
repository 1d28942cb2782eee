"""What happens to delegations of signature and interims. `last_day` is included."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event
from app.people.delegation_models import PowerEnd


@dataclass(frozen=True, kw_only=True)
class DelegationGiven(Event):
    type: ClassVar[str] = "delegation.given"
    giver_id: UUID
    holder_id: UUID
    act_reference: str
    starts_on: date
    last_day: date


@dataclass(frozen=True, kw_only=True)
class DelegationEdited(Event):
    type: ClassVar[str] = "delegation.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DelegationWithdrawn(Event):
    type: ClassVar[str] = "delegation.withdrawn"
    last_day: date


@dataclass(frozen=True, kw_only=True)
class DelegationEnded(Event):
    """It ended by itself."""

    type: ClassVar[str] = "delegation.ended"
    last_day: date
    cause: PowerEnd


@dataclass(frozen=True, kw_only=True)
class InterimNamed(Event):
    type: ClassVar[str] = "interim.named"
    absent_id: UUID
    holder_id: UUID
    act_reference: str
    starts_on: date
    last_day: date


@dataclass(frozen=True, kw_only=True)
class InterimEdited(Event):
    type: ClassVar[str] = "interim.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class InterimWithdrawn(Event):
    type: ClassVar[str] = "interim.withdrawn"
    last_day: date


@dataclass(frozen=True, kw_only=True)
class InterimEnded(Event):
    """It ended by itself."""

    type: ClassVar[str] = "interim.ended"
    last_day: date
    cause: PowerEnd
