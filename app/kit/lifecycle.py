"""Life cycles as data: a table of verbs, read by the service, the documentation and the tests.

A move is a compare-and-swap: the UPDATE names the states it may leave, so that of two callers who race only one moves
the row, and the other is told what is possible now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from app.kit import clock
from app.kit.columns import EditedRow, Labelled, table_of
from app.kit.i18n import Text, _
from app.kit.problems import MoveRefused, NotFound, PreconditionFailed

S = TypeVar("S", bound=Labelled)


class Versioned(Protocol):
    """What `change` needs of a row: every `EditedRow`, and the authority itself."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """A verb: the states it leaves, the one it reaches, who makes it (for the reader) and what it is called."""

    verb: str
    sources: tuple[S, ...]
    target: S
    by: Text
    label: Text


class Lifecycle(Generic[S]):
    """The declared table of one kind of row whose state stands in its column `column`."""

    def __init__(
        self, name: str, initial: S, moves: Sequence[Move[S]], *, title: Text, column: str = "state"
    ) -> None:
        self.name = name
        self.title = title
        self.column = column
        self.initial = initial
        self.states: tuple[S, ...] = tuple(type(initial))
        self.moves = tuple(moves)
        self._by_verb = {move.verb: move for move in moves}
        if len(self._by_verb) != len(self.moves):
            raise ValueError(f"{name}: a verb stands twice")

    def __getitem__(self, verb: str) -> Move[S]:
        return self._by_verb[verb]

    def possible(self, state: S) -> tuple[str, ...]:
        """The verbs allowed in `state`, in the table's order."""
        return tuple(move.verb for move in self.moves if state in move.sources)

    def check(self, state: S, verb: str) -> None:
        """Raise `MoveRefused` where `verb` is not allowed in `state`."""
        if not self.allows(state, verb):
            raise self.refusal(state, verb)

    def refusal(self, state: S, verb: str) -> MoveRefused:
        possible = list(self.possible(state))
        return MoveRefused(self.why_not(state, verb), state=state.value, possible_moves=possible)

    def why_not(self, state: S, verb: str) -> Text:
        """The sentence that says that `verb` is not possible in `state`, and what is."""
        possible = self.possible(state)
        return (
            _("« {move} » n'est pas possible dans l'état « {state} ». Gestes possibles : {moves}.").format(
                move=self[verb].label,
                state=state.label,
                moves=[self[name].label for name in possible],
            )
            if possible
            else _("« {move} » n'est plus possible : l'état « {state} » est définitif.").format(
                move=self[verb].label, state=state.label
            )
        )

    def allows(self, state: S, verb: str) -> bool:
        return state in self[verb].sources

    def apply(self, session: Session, row: EditedRow, verb: str, **values: Any) -> None:
        """Move `row` by `verb`, setting `values` with it.

        Raises `MoveRefused` (409) when the row, as it now stands in the database, is in no state that the verb leaves.
        """
        move = self[verb]
        table = table_of(row)
        column = table.c[self.column]
        if not swap(session, row, column.in_(move.sources), {self.column: move.target, **values}):
            current = session.execute(select(column).where(table.c.id == row.id)).scalar_one_or_none()
            if current is None:
                raise NotFound
            raise self.refusal(current, verb)


def change(session: Session, row: Versioned, **values: Any) -> None:
    """Set `values` on `row` unless someone changed it since it was read.

    Raises `PreconditionFailed` (412) when the row's version has moved on.
    """
    if not swap(session, row, table_of(row).c.version == row.version, values):
        raise PreconditionFailed


def swap(session: Session, row: Versioned, condition: Any, values: dict[str, Any]) -> bool:
    """UPDATE `row` where `condition` holds, raising its version. False when it does not hold."""
    table = table_of(row)
    session.flush()
    stamped = {**values, "updated_at": clock.now()}
    statement = (
        update(table)
        .where(table.c.id == row.id, condition)
        .values(**stamped, version=table.c.version + 1)
        .returning(table.c.version)
    )
    version = cast(CursorResult[Any], session.execute(statement)).scalar_one_or_none()
    if version is None:
        return False
    for name, value in {**stamped, "version": version}.items():
        set_committed_value(row, name, value)
    return True
