"""What happens to calls and applications. Whoever is an applicant's manager is named, so that they are told at once."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class CallDrafted(Event):
    type: ClassVar[str] = "call.drafted"
    programme_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallEdited(Event):
    type: ClassVar[str] = "call.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CallOpened(Event):
    type: ClassVar[str] = "call.opened"
    opens_on: date
    closes_on: date
    irritant_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class CallClosed(Event):
    type: ClassVar[str] = "call.closed"


@dataclass(frozen=True, kw_only=True)
class CallConcluded(Event):
    type: ClassVar[str] = "call.concluded"


@dataclass(frozen=True, kw_only=True)
class CallCancelled(Event):
    type: ClassVar[str] = "call.cancelled"
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApplicationEvent(Event):
    """What each fact about an application says."""

    call_id: UUID
    irritant_id: UUID
    agent_id: UUID
    manager_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(ApplicationEvent):
    type: ClassVar[str] = "application.submitted"


@dataclass(frozen=True, kw_only=True)
class ApplicationAccepted(ApplicationEvent):
    type: ClassVar[str] = "application.accepted"


@dataclass(frozen=True, kw_only=True)
class ApplicationDeclined(ApplicationEvent):
    type: ClassVar[str] = "application.declined"
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(ApplicationEvent):
    type: ClassVar[str] = "application.withdrawn"
