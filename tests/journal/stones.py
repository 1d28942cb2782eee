"""Events to test the journal with."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor, system
from app.journal.events import Event
from app.journal.models import JournalEvent
from app.journal.service import record
from app.kit.database import Database
from app.kit.ids import new_id


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


def echo(session: Session, event: JournalEvent) -> None:
    """A subscriber that works in the database."""
    record(session, EchoHeard(subject_id=new_id(), of=event.id), by=system(event.authority_id))


def recorded(database: Database, type_: str = StoneLaid.type) -> list[JournalEvent]:
    """The events of this type, in the order they were written."""
    with database.session() as session:
        statement = select(JournalEvent).where(col(JournalEvent.type) == type_).order_by(col(JournalEvent.id))
        return list(session.execute(statement).scalars())


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
