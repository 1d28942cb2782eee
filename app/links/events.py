"""What happens to one-time links."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class SignInLinkSent(Event):
    type: ClassVar[str] = "sign_in_link.sent"
    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class SignInLinkUsed(Event):
    type: ClassVar[str] = "sign_in_link.used"
    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class SignInLinkRefused(Event):
    """`subject_id` is the agent's, to whom this door is closed."""

    type: ClassVar[str] = "sign_in_link.refused"
    agent_id: UUID
