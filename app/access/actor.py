"""Who calls, and in what capacities."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from app.access.capacity import Capacity
from app.kit import clock


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a machine (API client) or the system itself, inside one authority.

    `capacities` are those held everywhere in the authority; those that depend on an object (reporter, manager, member,
    sponsor…) are relations, which each room's policy resolves. `address` is the network address they call from.
    `delegation_id` is the act, a delegation of signature or an interim, by which the actor does something in somebody
    else's name, and `acting_as` in what capacity: the journal writes both down.
    """

    authority_id: UUID
    name: str
    capacities: frozenset[Capacity]
    agent_id: UUID | None = None
    client_id: UUID | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    time_zone: str = "Europe/Paris"
    authenticated_at: datetime | None = None
    """When they last showed who they are; with a personal token, when it was issued."""
    method: str = "token"
    """How they showed it: `token`, or the door by which their browser's session was opened (`signin.models.Method`)."""
    session_id: UUID | None = None
    """The session of a browser, where that is how they came."""
    reads_only: bool = False
    """They call with a token that changes nothing, whatever they may do themselves."""
    address: str | None = None
    acting_as: Capacity | None = None
    delegation_id: UUID | None = None

    @property
    def key(self) -> str:
        """A short stable name, for idempotency keys and logs."""
        if self.agent_id:
            return f"agent:{self.agent_id}"
        return f"client:{self.client_id}" if self.client_id else "system"

    @property
    def is_system(self) -> bool:
        return Capacity.SYSTEM in self.capacities

    def today(self) -> date:
        """The present day where the authority is."""
        return clock.today(self.time_zone)

    def has(self, *capacities: Capacity) -> bool:
        return not self.capacities.isdisjoint(capacities)


NOWHERE: Final = UUID(int=0)
"""The authority of whoever belongs to none: no row has it."""


def operator(name: str) -> Actor:
    """Whoever runs the platform, above every authority and inside none. `name` is a service's, never a person's."""
    return Actor(NOWHERE, name, frozenset({Capacity.OPERATOR}), time_zone="UTC")


def system(authority_id: UUID, time_zone: str = "Europe/Paris") -> Actor:
    """The system acting by itself: the worker, the command line, a reaction to an event."""
    return Actor(
        authority_id,
        "Essaim",
        frozenset({Capacity.SYSTEM}),
        time_zone=time_zone,
        acting_as=Capacity.SYSTEM,
    )
