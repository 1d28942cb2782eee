"""Events to test the journal with."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlmodel import Session, col

from app.access.actor import Actor, system
from app.journal.events import Event
from app.journal.models import JournalEvent
from app.journal.service import record
from app.kit.database import Database
from app.kit.ids import new_id
from tests.support.database import owning


@dataclass(frozen=True, kw_only=True)
class StoneLaid(Event):
    type: ClassVar[str] = "stone.laid"
    course: int = 1


@dataclass(frozen=True, kw_only=True)
class EchoHeard(Event):
    """What a subscriber of these tests writes: the trace of one delivery."""

    type: ClassVar[str] = "echo.heard"
    of: UUID


def lay(database: Database, actor: Actor, count: int = 1) -> None:
    """`count` events in one transaction."""
    with database.transaction() as session:
        for course in range(1, count + 1):
            record(session, StoneLaid(subject_id=new_id(), course=course), by=actor)


def calling_from(actor: Actor, address: str, **more: Any) -> Actor:
    """The actor at this address."""
    return replace(actor, address=address, **more)


def echo(session: Session, event: JournalEvent) -> None:
    """A subscriber that works in the database."""
    record(session, EchoHeard(subject_id=new_id(), of=event.id), by=system(event.authority_id))


def recorded(database: Database, type_: str = StoneLaid.type) -> list[JournalEvent]:
    """The events of this type, in the order they were written."""
    with database.session() as session:
        statement = select(JournalEvent).where(col(JournalEvent.type) == type_).order_by(col(JournalEvent.id))
        return list(session.execute(statement).scalars())


def tamper(database: Database, how: Callable[[Connection], object]) -> None:
    """Change the tables by hand, their locks taken off, as whoever owns the database can."""
    with owning(database) as connection:
        if database.is_sqlite:
            triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in triggers.scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        how(connection)


def at_once(*works: Callable[[], object]) -> None:
    """Run `works` in threads that start together; raise what one of them raised."""
    barrier = threading.Barrier(len(works))
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 it is raised again below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
