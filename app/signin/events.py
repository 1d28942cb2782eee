"""What happens at the doors."""

from dataclasses import dataclass
from typing import ClassVar

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class SessionOpened(Event):
    type: ClassVar[str] = "session.opened"
    method: str
    acr: str | None = None


@dataclass(frozen=True, kw_only=True)
class SessionClosed(Event):
    type: ClassVar[str] = "session.closed"
