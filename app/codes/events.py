"""What happens to printed codes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class SignInCodeIssued(Event):
    type: ClassVar[str] = "sign_in_code.issued"
    agent_id: UUID
    origin: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignInCodeUsed(Event):
    type: ClassVar[str] = "sign_in_code.used"
    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class SignInCodeRevoked(Event):
    """`replaced`: because another was issued."""

    type: ClassVar[str] = "sign_in_code.revoked"
    agent_id: UUID
    replaced: bool
