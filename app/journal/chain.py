"""Walk an authority's chain of sealed events, and say where it breaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select

from app.journal.digest import digest
from app.journal.models import GENESIS, JournalChain, JournalEvent
from app.kit.columns import table_of

BATCH = 500

events = table_of(JournalEvent)
chains = table_of(JournalChain)


class Broken(Exception):
    """The chain does not hold past `position`; the sentence says what is broken there."""

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(sentence)
        self.position = position


@dataclass(frozen=True, slots=True)
class Link:
    """A place in a chain and the hash there."""

    position: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Head(Link):
    """The end of a chain, and how many events are sealed into it."""

    sealed: int = 0


def head_of(connection: Connection, authority_id: UUID) -> Head:
    """The end of a chain, at one instant. Raises `Broken` where it is missing."""
    # One statement: the head and the count must agree, whatever is being sealed beside.
    sealed = select(func.count(events.c.position)).where(events.c.authority_id == authority_id)
    row = connection.execute(
        select(chains.c.position, chains.c.hash, sealed.scalar_subquery()).where(
            chains.c.authority_id == authority_id
        )
    ).one_or_none()
    if row is None:
        raise Broken(0, "the head of the chain is missing")
    return Head(*row)


def walk(connection: Connection, authority_id: UUID, start: Link, head: Link) -> Iterator[Link]:
    """Each event after `start` up to `head`, once it is known to follow the one before. Raises `Broken`."""
    here = start
    while batch := _batch(connection, authority_id, here.position, head.position):
        for row in batch:
            here = _next(here, row)
            yield here
    if (here.position, here.hash) != (head.position, head.hash):
        raise Broken(
            here.position, f"the chain ends at position {here.position}, its head says {head.position}"
        )


def _batch(connection: Connection, authority_id: UUID, position: int, last: int) -> Sequence[Row[Any]]:
    return connection.execute(sealed_events(authority_id, position, last).limit(BATCH)).all()


def _next(here: Link, row: Row[Any]) -> Link:
    if row.position != here.position + 1:
        raise Broken(here.position, f"position {here.position + 1} is missing")
    # A version that we never wrote is a change like any other.
    known = row.digest_version in {1, 2}
    if (
        not known
        or row.previous_hash != here.hash
        or row.hash != digest(here.hash, row.position, row._mapping)
    ):
        raise Broken(here.position, f"event {row.id} at position {row.position} was changed")
    return Link(row.position, row.hash)


def sealed_events(authority_id: UUID, after: int, last: int) -> Select[Any]:
    """The events at the positions after `after` up to `last`, in order."""
    places = events.c.position.between(after + 1, last)
    return select(events).where(events.c.authority_id == authority_id, places).order_by(events.c.position)
