"""The policy: capacity × action × condition, as data. Routes and pages ask it; nothing else decides.

Each room declares one `Policy`; together they are the authority's table, printed in `openapi/policy.md`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.journal import acting
from app.kit.i18n import Text
from app.kit.problems import Forbidden, NotFound

Relation = Callable[[Any, Actor, Any], bool]
"""Does the actor stand in this capacity towards the object?"""


@dataclass(frozen=True, slots=True)
class Condition:
    """A further test that a grant depends on, with the sentence that states it."""

    label: Text
    holds: Callable[[Any, Actor, Any], bool]


@dataclass(frozen=True, slots=True)
class Grant:
    """`capacity` may act, when `condition` holds."""

    capacity: Capacity
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the table. `scope` is what an API client needs to do the same; None: no client ever does."""

    name: str
    label: Text
    may: tuple[Capacity | Grant, ...]
    refusal: Text
    scope: str | None = None

    def grants(self) -> tuple[Grant, ...]:
        return tuple(entry if isinstance(entry, Grant) else Grant(entry) for entry in self.may)


class Policy:
    """The rows of one kind of object, and how its relative capacities are found.

    An action named `read` says who may know of the object at all: to everybody else, it does not exist (404).
    """

    def __init__(
        self, subject: str, actions: Sequence[Action], *, relations: Mapping[Capacity, Relation] | None = None
    ) -> None:
        self.subject = subject
        self.actions = tuple(actions)
        self._by_name = {action.name: action for action in actions}
        self._relations = dict(relations or {})

    def allows(self, session: Session | None, actor: Actor, action: str, resource: Any = None) -> bool:
        """May `actor` do `action` on `resource`? `session` may be None for actions on no object in particular."""
        return self.ground(session, actor, action, resource) is not None

    def ground(
        self, session: Session | None, actor: Actor, action: str, resource: Any = None
    ) -> Capacity | None:
        """In which capacity `actor` may do `action` on `resource`, the first of its row; None where in none."""
        if actor.is_system:
            return Capacity.SYSTEM
        row = self._by_name[action]
        if row.scope and actor.client_id and row.scope in actor.scopes:
            return Capacity.CLIENT
        for grant in row.grants():
            if self._holds(session, actor, grant.capacity, resource) and (
                grant.condition is None or grant.condition.holds(session, actor, resource)
            ):
                return grant.capacity
        return None

    def require(self, session: Session | None, actor: Actor, action: str, resource: Any = None) -> None:
        """Raise `NotFound` where the actor may not know of `resource`, `Forbidden` where they may not act on it.

        The journal writes down in which capacity they act from here on.
        """
        if ground := self.ground(session, actor, action, resource):
            if session is not None:
                acting.note(session, actor.key, ground)
            return
        readable = resource is None or "read" not in self._by_name
        if readable or self.allows(session, actor, "read", resource):
            raise Forbidden(self._by_name[action].refusal)
        raise NotFound

    def _holds(self, session: Session | None, actor: Actor, capacity: Capacity, resource: Any) -> bool:
        if capacity in actor.capacities:
            return True
        relation = self._relations.get(capacity)
        return (
            relation is not None
            and resource is not None
            and actor.agent_id is not None
            and relation(session, actor, resource)
        )
