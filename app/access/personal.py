"""What each room holds about a person, what becomes of it when the person is erased, and how long it is kept.

A room declares it once, in its `personal.py`: the copy that a person may ask for (GDPR, art. 15), erasure (art. 17) and
the purge (art. 5.1.e) are made of nothing else. A test walks every column of the database that leads to a person.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Select,
    Table,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.columns import Labelled
from app.kit.i18n import Text, _

Eraser: TypeAlias = Callable[[Session, Any], int]
"""Erases what a room holds about an agent, given as their row; how many rows."""

_SECRET = ("_hash", "_salt")
_UNTOLD = frozenset({"authority_id", "version", "search", "sort_name", "id_token", "algorithm"})


HR_AND_ADMINISTRATION: Final = (Capacity.HR, Capacity.ADMINISTRATOR)
THE_PERSON_ALONE: Final[tuple[Capacity, ...]] = ()


class Fate(Labelled):
    """What becomes of a row about a person who is erased."""

    DELETED = "deleted", _("effacé")
    BLANKED = "blanked", _("vidé de ce qui dit quelque chose de la personne")
    UNNAMED = "unnamed", _("gardé, sans plus mener à personne")
    KEPT = "kept", _("conservé tel quel")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """One kind of rows of `table`: those whose columns `by` hold a person's id.

    `holds` names further columns that say who somebody is. `blank` are the values that `BLANKED` sets, `erase` does
    what that cannot. `why` says on what ground something stays. `rows`, where the person's id is no key: the condition
    for an agent's id.

    Of the copy: `hide` names columns that are left out; `about` a column of another table that says what a row is
    about, with the condition that joins it; `told` makes a row what the person may read of it, in a language; `readers`
    are in which capacities one may make the copy of these rows for the person: none who could not read them otherwise.
    """

    kind: str
    label: Text
    table: Table
    by: tuple[str, ...] = ()
    fate: Fate
    holds: tuple[str, ...] = ()
    blank: Mapping[str, Any] = field(default_factory=dict)
    erase: Eraser | None = None
    why: Text | None = None
    hide: frozenset[str] = frozenset()
    about: tuple[Any, Any] | None = None
    readers: tuple[Capacity, ...] = HR_AND_ADMINISTRATION
    copied: bool = True
    told: Callable[[dict[str, Any], UUID, str], dict[str, Any]] | None = None
    rows: Callable[[UUID], ColumnElement[bool]] | None = None

    def covers(self) -> set[tuple[str, str]]:
        """The columns, each with its table, that this declaration answers for."""
        return {(self.table.name, name) for name in (*self.by, *self.holds)}

    def of_person(self, agent_id: UUID) -> ColumnElement[bool]:
        """The rows about an agent."""
        if self.rows is not None:
            return self.rows(agent_id)
        return or_(*(self.table.c[name] == agent_id for name in self.by))

    def count(self, session: Session, agent_id: UUID) -> int:
        """How many rows are about an agent."""
        statement = select(func.count()).select_from(self.table).where(self.of_person(agent_id))
        return int(session.execute(statement).scalar_one())

    def columns(self) -> list[Any]:
        """What is copied: neither secrets, nor what serves the machine alone."""
        shown = [
            column
            for column in self.table.columns
            if column.name not in _UNTOLD | self.hide and not column.name.endswith(_SECRET)
        ]
        return [*shown, self.about[0].label("about")] if self.about else shown

    def copy(self, agent_id: UUID) -> Select[Any]:
        """The rows about an agent, to be read."""
        statement = select(*self.columns()).where(self.of_person(agent_id))
        if self.about:
            statement = statement.outerjoin_from(self.table, self.about[0].class_, self.about[1])
        return statement.order_by(*self.table.primary_key.columns)

    def carry_out(self, session: Session, agent: Any) -> int:
        """Do to these rows what their fate says; how many there are."""
        if self.erase is not None:
            return self.erase(session, agent)
        match self.fate:
            case Fate.DELETED:
                return _changed(session, delete(self.table).where(self.of_person(agent.id)))
            case Fate.BLANKED:
                values = dict(self.blank)
                if "version" in self.table.c:
                    values |= {"version": self.table.c.version + 1, "updated_at": self.table.c.updated_at}
                return _changed(session, update(self.table).where(self.of_person(agent.id)).values(values))
            case _:
                return self.count(session, agent.id)


def _changed(session: Session, statement: Any) -> int:
    return cast(CursorResult[Any], session.execute(statement)).rowcount


Due: TypeAlias = Callable[[Connection | Session, UUID, date], int]
Purge: TypeAlias = Callable[[Session, Actor, date], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How long one kind of data is kept, in months from what `since` says.

    `months` is the default (None: Essaim never erases it by itself), `source` where it comes from. An authority may set
    it from `least` to `most`. `due` counts what is older than a day (excluded), `purge` is rid of it: how many. Without
    them the period is fixed, and held by a part of the server that `source` names.
    """

    kind: str
    label: Text
    since: Text
    source: Text
    months: int | None
    least: int = 1
    most: int = 120
    due: Due | None = None
    purge: Purge | None = None

    @property
    def is_settable(self) -> bool:
        return self.due is not None


def before_day(column: Any, day: date) -> ColumnElement[bool]:
    """`column`, a day or an instant, lies before a day."""
    limit = day if column.type.python_type is date else datetime.combine(day, time(), UTC)
    return cast("ColumnElement[bool]", column < limit)


def old_rows(table: Table, condition: Callable[[date], ColumnElement[bool]]) -> tuple[Due, Purge]:
    """Count, and delete, the rows of an authority for which the condition of a day holds."""

    def due(session: Connection | Session, authority_id: UUID, day: date) -> int:
        found = select(func.count()).select_from(table)
        return session.execute(found.where(table.c.authority_id == authority_id, condition(day))).scalar_one()

    def purge(session: Session, actor: Actor, day: date) -> int:
        return _changed(
            session, delete(table).where(table.c.authority_id == actor.authority_id, condition(day))
        )

    return due, purge


_declared: dict[str, PersonalData] = {}
_periods: dict[str, Period] = {}


def declare(data: Iterable[PersonalData], periods: Iterable[Period]) -> None:
    """Add what a room holds. Twice is once."""
    _declared.update({one.kind: one for one in data})
    _periods.update({one.kind: one for one in periods})


def declared() -> tuple[PersonalData, ...]:
    """Everything that any room holds about a person, in the order of the rooms."""
    return tuple(_declared.values())


def periods() -> tuple[Period, ...]:
    """How long each kind of data is kept, in the order of the rooms."""
    return tuple(_periods.values())
