"""When what a protected reporter does enters the journal: not before the day is over, the day's facts in random order.

Written at once, an event would stand in the chain between two whose instant and author are known, and whoever holds
the journal and, say, the time of somebody's last sign-in would need no more. Only when the lab acts on the irritant
does the report go before, for the journal to tell things in their order.
"""

from collections.abc import Iterable
from datetime import date
from random import SystemRandom
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete
from sqlmodel import Session, col

from app.access.actor import Actor, system
from app.irritants import events
from app.irritants.models import AwaitedFact, Irritant
from app.journal.service import record
from app.kit import clock
from app.kit.database import insert
from app.kit.ids import blurred_id

_lot = SystemRandom()


def await_the_day(session: Session, irritant: Irritant, day: date, number: int | None = None) -> None:
    """Note the report, or the message with this number, for the journal of another day than `day`."""
    insert(
        session,
        AwaitedFact(
            id=blurred_id(clock.blurred()),
            authority_id=irritant.authority_id,
            irritant_id=irritant.id,
            number=number,
            day=day,
        ),
    )


def announce(session: Session, irritant: Irritant) -> None:
    """Record what awaits its day about this irritant: somebody is about to act on it under their name."""
    if irritant.protected:
        _record(session, irritant.authority_id, _taken(session, col(AwaitedFact.irritant_id) == irritant.id))


def announce_due(session: Session, actor: Actor, day: date) -> int:
    """Record what was done on the days before `day`, in random order; how much. A chore."""
    due = _taken(session, col(AwaitedFact.authority_id) == actor.authority_id, col(AwaitedFact.day) < day)
    _lot.shuffle(due)
    _record(session, actor.authority_id, due)
    return len(due)


def _taken(session: Session, *which: Any) -> list[tuple[UUID, int | None]]:
    """What is taken away is taken once: of two who come together, the second finds nothing."""
    gone = delete(AwaitedFact).where(*which)
    taken = session.execute(gone.returning(col(AwaitedFact.irritant_id), col(AwaitedFact.number)))
    return [(irritant_id, number) for irritant_id, number in taken]


def _record(session: Session, authority_id: UUID, facts: Iterable[tuple[UUID, int | None]]) -> None:
    told: dict[UUID, list[int | None]] = {}
    for irritant_id, number in facts:
        told.setdefault(irritant_id, []).append(number)
    # Of whoever acts now, the journal must not hold the request either.
    with structlog.contextvars.bound_contextvars(request_id=None):
        for irritant_id, numbers in told.items():
            irritant = session.get_one(Irritant, irritant_id)
            for number in sorted(numbers, key=lambda number: number or 0):
                record(session, _event(irritant, number), by=system(authority_id))


def _event(
    irritant: Irritant, number: int | None
) -> events.IrritantReported | events.IrritantMessageReceived:
    if number is None:
        return events.IrritantReported(subject_id=irritant.id, directorate_id=irritant.directorate_id)
    return events.IrritantMessageReceived(subject_id=irritant.id, number=number)
