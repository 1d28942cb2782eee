"""How somebody stands towards an object: the capacities that depend on it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, select
from sqlmodel import Session, SQLModel, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.query import Query

Relation = Callable[[Session, Actor, Any], bool]
"""Does the actor stand in this capacity towards the object?"""


class Clauses:
    """Relations that are clauses of SQL over the rows of one table, so that lists are read by them too.

    `binds` gives the parameters of the clauses. All of an object are found in one statement.
    """

    def __init__(
        self,
        model: type[SQLModel],
        clauses: Mapping[Capacity, ColumnElement[bool]],
        binds: Callable[[Actor], Mapping[str, Any]],
    ) -> None:
        self.capacities = tuple(clauses)
        self._binds = binds
        key = col(model.id)  # type: ignore[attr-defined]
        stands: tuple[Any, ...] = tuple(clause.label(capacity) for capacity, clause in clauses.items())
        self._query = Query(
            select(*stands).select_from(model).where(key == bindparam("standing_towards", type_=Uuid()))
        )

    def around(self, session: Session, actor: Actor, resource: Any) -> frozenset[Capacity]:
        """The capacities in which the actor stands. None towards an object that is not stored."""
        row = self._query.one_or_none(session, {**self._binds(actor), "standing_towards": resource.id})
        return frozenset(Capacity(name) for name, stands in (row or {}).items() if stands)


class Standing:
    """The capacities of one actor towards one object, each looked up when it is first asked for, and once."""

    def __init__(
        self,
        relations: Mapping[Capacity, Relation],
        clauses: Clauses | None,
        session: Session | None,
        actor: Actor,
        resource: Any,
    ) -> None:
        self._relations = relations
        self._clauses = clauses
        self._session: Any = session
        self._actor = actor
        self._resource = resource
        self._known: dict[Capacity, bool] = {}

    def __contains__(self, capacity: Capacity) -> bool:
        if capacity in self._actor.capacities:
            return True
        if self._resource is None or self._actor.agent_id is None:
            return False
        if capacity not in self._known:
            self._look(capacity)
        return self._known[capacity]

    def _look(self, capacity: Capacity) -> None:
        if relation := self._relations.get(capacity):
            self._known[capacity] = relation(self._session, self._actor, self._resource)
        elif self._clauses and capacity in self._clauses.capacities:
            found = self._clauses.around(self._session, self._actor, self._resource)
            self._known |= {one: one in found for one in self._clauses.capacities}
        else:
            self._known[capacity] = False
