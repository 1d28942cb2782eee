"""What happens to an irritant. Votes are not events: who agrees with a complaint is nobody's business.

What a protected reporter does becomes an event of Essaim's own, later (`announcing`).
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class IrritantReported(Event):
    type: ClassVar[str] = "irritant.reported"
    directorate_id: UUID


@dataclass(frozen=True, kw_only=True)
class IrritantEdited(Event):
    type: ClassVar[str] = "irritant.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IrritantQualified(Event):
    type: ClassVar[str] = "irritant.qualified"


@dataclass(frozen=True, kw_only=True)
class IrritantSelected(Event):
    type: ClassVar[str] = "irritant.selected"


@dataclass(frozen=True, kw_only=True)
class IrritantStarted(Event):
    type: ClassVar[str] = "irritant.started"


@dataclass(frozen=True, kw_only=True)
class IrritantReleased(Event):
    type: ClassVar[str] = "irritant.released"


@dataclass(frozen=True, kw_only=True)
class IrritantResolved(Event):
    type: ClassVar[str] = "irritant.resolved"


@dataclass(frozen=True, kw_only=True)
class IrritantReopened(Event):
    type: ClassVar[str] = "irritant.reopened"


@dataclass(frozen=True, kw_only=True)
class IrritantMerged(Event):
    type: ClassVar[str] = "irritant.merged"
    into_id: UUID


@dataclass(frozen=True, kw_only=True)
class IrritantDeclined(Event):
    type: ClassVar[str] = "irritant.declined"
    reason: str


@dataclass(frozen=True, kw_only=True)
class IrritantCommented(Event):
    type: ClassVar[str] = "irritant.commented"
    comment_id: UUID


@dataclass(frozen=True, kw_only=True)
class IrritantMessageReceived(Event):
    """Its protected reporter wrote."""

    type: ClassVar[str] = "irritant.message_received"
    number: int


@dataclass(frozen=True, kw_only=True)
class IrritantMessageSent(Event):
    """The lab wrote to its protected reporter."""

    type: ClassVar[str] = "irritant.message_sent"
    number: int


@dataclass(frozen=True, kw_only=True)
class IrritantIdentityOpened(Event):
    """A trusted person learnt who reported it. Why stands in the opening, which the reporter reads."""

    type: ClassVar[str] = "irritant.identity_opened"
    opening_id: UUID


@dataclass(frozen=True, kw_only=True)
class IrritantIdentityForgotten(Event):
    """Who reported it is known to nobody any more."""

    type: ClassVar[str] = "irritant.identity_forgotten"
