"""Checkpoints: the signed word of this installation on where a chain stood.

Hashes alone prove an order, not its age: whoever can write to the database can recompute them all. A checkpoint says
what they were at an instant, under a key that the database does not hold; kept elsewhere (logs, an export, a print), it
outlives the database itself. None is made over a chain that does not follow from the one before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, Row, func, or_, select

from app.journal.chain import Broken, Head, Link, chains, head_of, walk
from app.journal.digest import checkpoint_message
from app.journal.keys import Keyring
from app.journal.models import JournalCheckpoint
from app.kit import clock
from app.kit.bounds import everywhere, within
from app.kit.columns import table_of
from app.kit.database import Database, insert_if_absent
from app.kit.ids import new_id

EVERY = timedelta(hours=1)

log = structlog.get_logger("essaim.journal")
checkpoints = table_of(JournalCheckpoint)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint, as it is stored, exported and printed."""

    authority_id: UUID
    position: int
    hash: str
    made_at: datetime
    key_id: str
    signature: str

    @property
    def message(self) -> bytes:
        return checkpoint_message(self.authority_id, self.position, self.hash, self.made_at, self.key_id)


def make_due(database: Database, keys: Keyring) -> int:
    """A checkpoint of each chain that moved and has had none for an hour; how many were made."""
    # Of each chain, its last place in the index: checkpoints are many after some years, chains are few.
    last = (
        select(checkpoints.c.position, checkpoints.c.made_at)
        .where(checkpoints.c.authority_id == chains.c.authority_id)
        .order_by(checkpoints.c.position.desc())
        .limit(1)
    )
    position = func.coalesce(last.with_only_columns(checkpoints.c.position).scalar_subquery(), 0)
    made_at = last.with_only_columns(checkpoints.c.made_at).scalar_subquery()
    due = select(chains.c.authority_id).where(
        # One cut short is due too, for `make` to say so.
        chains.c.position != position,
        or_(made_at.is_(None), made_at <= clock.now() - EVERY),
    )
    with everywhere(), database.read() as connection:
        authorities = connection.execute(due).scalars().all()
    made = 0
    for authority_id in authorities:
        try:
            made += make(database, keys, authority_id) is not None
        except Broken as broken:
            log.error("journal broken", authority_id=str(authority_id), fault=str(broken))
    return made


def make(database: Database, keys: Keyring, authority_id: UUID) -> Checkpoint | None:
    """A checkpoint of a chain as it stands, unless the newest one says the same.

    Raises `Broken` where the chain does not follow from the newest one, or that one bears no signature of ours.
    """
    with within(authority_id), database.read() as connection:
        before = newest_of(connection, authority_id)
        head = head_of(connection, authority_id)
        _check(connection, keys, authority_id, before, head)
    if head.position == 0 or (before and before.position == head.position and before.key_id == keys.key_id):
        return None
    now = clock.now()
    message = checkpoint_message(authority_id, head.position, head.hash, now, keys.key_id)
    made = Checkpoint(authority_id, head.position, head.hash, now, keys.key_id, keys.sign(message))
    with within(authority_id), database.transaction() as session:
        if not insert_if_absent(session, _row_of(made)):
            return None
    # Logs usually leave the machine: a witness that nobody who holds the database can reach.
    log.info("checkpoint", **{name: str(value) for name, value in _values(made).items()})
    return made


def newest_of(connection: Connection, authority_id: UUID) -> Checkpoint | None:
    """The newest checkpoint of an authority."""
    rows = connection.execute(
        select(checkpoints)
        .where(checkpoints.c.authority_id == authority_id)
        .order_by(checkpoints.c.position.desc(), checkpoints.c.made_at.desc())
        .limit(1)
    )
    return next((of_row(row) for row in rows), None)


def all_of(connection: Connection, authority_id: UUID, up_to: int | None = None) -> list[Checkpoint]:
    """The checkpoints of an authority in order, those up to a position where one is given."""
    statement = select(checkpoints).where(checkpoints.c.authority_id == authority_id)
    if up_to is not None:
        statement = statement.where(checkpoints.c.position <= up_to)
    rows = connection.execute(statement.order_by(checkpoints.c.position, checkpoints.c.made_at))
    return [of_row(row) for row in rows]


def of_row(row: Row[Any]) -> Checkpoint:
    return Checkpoint(row.authority_id, row.position, row.hash, row.made_at, row.key_id, row.signature)


def _check(
    connection: Connection, keys: Keyring, authority_id: UUID, before: Checkpoint | None, head: Head
) -> None:
    if before is None:
        start = Link()
    elif not keys.holds(before.key_id, before.message, before.signature):
        raise Broken(before.position, f"the checkpoint at position {before.position} is not signed by us")
    elif before.position > head.position:
        raise Broken(
            head.position,
            f"a checkpoint of {before.position} events is signed, the chain has {head.position}",
        )
    else:
        start = Link(before.position, before.hash)
    for _link in walk(connection, authority_id, start, head):
        pass


def _row_of(made: Checkpoint) -> JournalCheckpoint:
    return JournalCheckpoint(id=new_id(), **_values(made))


def _values(made: Checkpoint) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__slots__}
