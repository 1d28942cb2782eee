"""What happens to an authority and its people. Payloads say which fields changed, never to what: the rows do.

An import records one `people.imported` with its counts, and beside it only what other rooms live by: who left, who
came back, and whose directorate, manager, working time or position changed. Nobody acts on a newcomer.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event
from app.kit.calendar import Half


@dataclass(frozen=True, kw_only=True)
class AuthorityCreated(Event):
    """`operator` is the name that the server's settings give to whoever created it: a service's, never a person's."""

    type: ClassVar[str] = "authority.created"
    operator: str
    administrator_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class AuthorityEdited(Event):
    type: ClassVar[str] = "authority.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PeopleImported(Event):
    """`subject_id` is the authority's. Each count is a number of rows of the kind named first."""

    type: ClassVar[str] = "people.imported"
    directorates: dict[str, int]
    services: dict[str, int]
    agents: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class AgentChanged(Event):
    """Some of `directorate_id`, `manager_id`, `working_percentage`, `off_halves`, `position`."""

    type: ClassVar[str] = "agent.changed"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AgentLeft(Event):
    """`left_on` is the agent's last day, in the past or to come."""

    type: ClassVar[str] = "agent.left"
    left_on: date


@dataclass(frozen=True, kw_only=True)
class AgentCapacityGranted(Event):
    type: ClassVar[str] = "agent.capacity_granted"
    capacity: str


@dataclass(frozen=True, kw_only=True)
class AgentCapacityWithdrawn(Event):
    type: ClassVar[str] = "agent.capacity_withdrawn"
    capacity: str


@dataclass(frozen=True, kw_only=True)
class AgentReturned(Event):
    type: ClassVar[str] = "agent.returned"


@dataclass(frozen=True, kw_only=True)
class _Absence(Event):
    """`subject_id` is the absence's. First and last half-days are included. Why the agent is away is not said."""

    agent_id: UUID
    first_day: date
    first_half: Half
    last_day: date
    last_half: Half


@dataclass(frozen=True, kw_only=True)
class AgentAbsenceDeclared(_Absence):
    type: ClassVar[str] = "absence.declared"


@dataclass(frozen=True, kw_only=True)
class AgentAbsenceWithdrawn(_Absence):
    type: ClassVar[str] = "absence.withdrawn"
