"""The policy: capacity × action × condition, as data. Routes and pages ask it; nothing else decides.

Each room declares one `Policy` for each kind of object; together they are the authority's table, printed in
`openapi/policy.md`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.fresh import require_fresh
from app.access.standing import Clauses, Relation, Standing
from app.journal import acting
from app.kit.i18n import Text, _
from app.kit.problems import Forbidden, NotFound

_UNMET = _("{refusal} Condition qui manque : {condition}.")


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
    """A row of the table. `scope` is what an API client needs to do the same; None: no client ever does.

    `fresh`: a grave act, for which one has to have shown who one is a short while ago (`access.fresh`).
    """

    name: str
    label: Text
    may: tuple[Capacity | Grant, ...]
    refusal: Text
    scope: str | None = None
    fresh: bool = False

    def grants(self) -> tuple[Grant, ...]:
        return tuple(entry if isinstance(entry, Grant) else Grant(entry) for entry in self.may)


class Policy:
    """The rows of one kind of object, and how its relative capacities are found: `relations` one by one, `clauses`
    all at once. `title` is what people call the object.

    An action named `read` says who may know of the object at all: to everybody else, it does not exist (404).
    """

    def __init__(
        self,
        subject: str,
        actions: Sequence[Action],
        *,
        title: Text | None = None,
        relations: Mapping[Capacity, Relation] | None = None,
        clauses: Clauses | None = None,
    ) -> None:
        self.subject = subject
        self.title = title or Text(subject)
        self.actions = tuple(actions)
        self._by_name = {action.name: action for action in actions}
        self._grants = {action.name: action.grants() for action in actions}
        self._relations = dict(relations or {})
        self._clauses = clauses

    def __getitem__(self, action: str) -> Action:
        return self._by_name[action]

    def standing(self, session: Session | None, actor: Actor, resource: Any) -> Standing:
        """In what capacities `actor` stands towards `resource`."""
        return Standing(self._relations, self._clauses, session, actor, resource)

    def allows(self, session: Session | None, actor: Actor, action: str, resource: Any = None) -> bool:
        """May `actor` do `action` on `resource`? `session` may be None for actions on no object in particular."""
        return self.why_not(session, actor, action, resource) is None

    def why_not(
        self, session: Session | None, actor: Actor, action: str, resource: Any = None
    ) -> Text | None:
        """The sentence that says why `actor` may not do `action` on `resource`; None where they may."""
        ground = self.weigh(session, actor, action, resource)
        return ground if isinstance(ground, Text) else None

    def weigh(
        self,
        session: Session | None,
        actor: Actor,
        action: str,
        resource: Any,
        standing: Standing | None = None,
    ) -> Capacity | Text:
        """In which capacity `actor` may, the first of the action's row; or the sentence that says why not."""
        row = self._by_name[action]
        if actor.is_system:
            return Capacity.SYSTEM
        if row.scope and actor.client_id and row.scope in actor.scopes:
            return Capacity.CLIENT
        if standing is None:
            standing = self.standing(session, actor, resource)
        unmet: Condition | None = None
        for grant in self._grants[action]:
            if grant.capacity in standing:
                if grant.condition is None or grant.condition.holds(session, actor, resource):
                    return grant.capacity
                unmet = unmet or grant.condition
        if unmet is None:
            return row.refusal
        return _UNMET.format(refusal=row.refusal, condition=unmet.label)

    def require(self, session: Session | None, actor: Actor, action: str, resource: Any = None) -> None:
        """Raise `NotFound` where the actor may not know of `resource`, `Forbidden` where they may not act on it,
        `FreshAuthenticationNeeded` where the row asks for it.

        The journal writes down in which capacity they act from here on.
        """
        ground = self.weigh(session, actor, action, resource)
        if not isinstance(ground, Text):
            if self._by_name[action].fresh:
                require_fresh(actor)
            if session is not None:
                acting.note(session, actor.key, ground)
            return
        if resource is None or "read" not in self._by_name or self.allows(session, actor, "read", resource):
            raise Forbidden(ground)
        raise NotFound
