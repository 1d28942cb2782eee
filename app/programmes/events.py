"""What happens to programmes and their charters."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ProgrammeCreated(Event):
    type: ClassVar[str] = "programme.created"


@dataclass(frozen=True, kw_only=True)
class ProgrammeEdited(Event):
    type: ClassVar[str] = "programme.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CharterDrafted(Event):
    type: ClassVar[str] = "charter.drafted"
    programme_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class CharterEdited(Event):
    type: ClassVar[str] = "charter.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CharterAdoptedOn(Event):
    """`adopted_on` is the first day on which the charter rules; it may lie ahead."""

    type: ClassVar[str] = "charter.adopted"
    programme_id: UUID
    number: int
    adopted_on: date
