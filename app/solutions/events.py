"""What happens to solutions and to their adoptions."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class SolutionDrafted(Event):
    type: ClassVar[str] = "solution.drafted"
    team_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionEdited(Event):
    type: ClassVar[str] = "solution.edited"
    team_id: UUID
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SolutionPublished(Event):
    type: ClassVar[str] = "solution.published"
    team_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionRetired(Event):
    type: ClassVar[str] = "solution.retired"
    team_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class AdoptionEvent(Event):
    """What every event of an adoption says: which solution, and where."""

    solution_id: UUID
    directorate_id: UUID


@dataclass(frozen=True, kw_only=True)
class AdoptionDeclared(AdoptionEvent):
    type: ClassVar[str] = "adoption.declared"
    contact_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class AdoptionStarted(AdoptionEvent):
    type: ClassVar[str] = "adoption.started"


@dataclass(frozen=True, kw_only=True)
class AdoptionUsed(AdoptionEvent):
    type: ClassVar[str] = "adoption.used"


@dataclass(frozen=True, kw_only=True)
class AdoptionDropped(AdoptionEvent):
    type: ClassVar[str] = "adoption.dropped"
    reason: str
