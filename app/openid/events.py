"""What happens to providers, to the accounts bound to agents, and to those who are not let in."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ProviderSet(Event):
    """`fields` are those that took another value."""

    type: ClassVar[str] = "identity_provider.set"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _OfBinding(Event):
    """`subject_id` is the binding's."""

    provider_id: UUID
    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccountBound(_OfBinding):
    type: ClassVar[str] = "identity_binding.made"


@dataclass(frozen=True, kw_only=True)
class AccountReleased(_OfBinding):
    type: ClassVar[str] = "identity_binding.released"


@dataclass(frozen=True, kw_only=True)
class AccountContested(_OfBinding):
    """An account was not let in, because of a binding: `agent_id` is its agent.

    `bound_elsewhere`: another account asks for that agent. `match_changed`: by the rule, the bound account would now be
    `other_agent_id`'s.
    """

    type: ClassVar[str] = "identity_binding.contested"
    reason: str
    other_agent_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class PersonRefused(Event):
    """Somebody who came back from the provider was not let in; `subject_id` is the provider's."""

    type: ClassVar[str] = "identity_provider.refused_person"
    reason: str
