"""Whose rows the work at hand may see: one authority's, nobody's, or, said in so many words, everybody's.

On PostgreSQL `kit.database` tells the server at each checkout of a connection, and row-level security holds the rest
to it, so that a forgotten filter leaks nothing. SQLite has no such lock: there, only the filters stand.

    with within(authority_id): ...   the worker, the command line, a chore
    with everywhere(): ...           what must look across authorities: whose token this is, what is due
    confine(authority_id)            the rest of a request, once its caller is known
    open_up()                        the rest of a request at a door, before anybody is known

Work that says nothing sees nothing. A session or connection belongs to the bounds that stood when it was taken from
its pool, which is at its first statement. `docs/decisions/0002-row-level-security.md` says why it is so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from uuid import UUID

NOWHERE: Final = ""
EVERYWHERE: Final = "*"

_bounds: ContextVar[str | None] = ContextVar("bounds", default=None)


def current() -> str | None:
    """An authority's id, `EVERYWHERE` or `NOWHERE`; None where nothing was ever said."""
    return _bounds.get()


def confine(authority_id: UUID | None) -> None:
    """Keep the rest of the present task to this authority's rows, or to no row at all."""
    _bounds.set(NOWHERE if authority_id is None else str(authority_id))


def open_up() -> None:
    """Let the rest of the present task see the rows of every authority: at a door, whose secret it is shown is yet to
    be found."""
    _bounds.set(EVERYWHERE)


@contextmanager
def within(authority_id: UUID) -> Iterator[None]:
    """Keep the block to this authority's rows."""
    with _set(str(authority_id)):
        yield


@contextmanager
def everywhere() -> Iterator[None]:
    """Let the block see the rows of every authority. Whoever writes this looks at each query in it twice."""
    with _set(EVERYWHERE):
        yield


@contextmanager
def _set(bounds: str) -> Iterator[None]:
    token = _bounds.set(bounds)
    try:
        yield
    finally:
        _bounds.reset(token)
