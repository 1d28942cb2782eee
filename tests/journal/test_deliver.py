"""Delivery: sealed events reach their subscribers, whatever fails, and twice never."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal import service
from app.journal.models import Delivery, JournalEvent
from app.journal.worker import Worker
from app.kit import clock
from app.kit.database import Database
from tests.journal.stones import StoneLaid, at_once, echo, lay, recorded

SOON = timedelta(seconds=1)


def echoes(database: Database) -> int:
    return len(recorded(database, "echo.heard"))


def owed(database: Database) -> list[Delivery]:
    with database.session() as session:
        return list(session.execute(select(Delivery).order_by(col(Delivery.id))).scalars())


def failing(times: int, then: Callable[[Session, JournalEvent], None] = echo) -> service.Subscriber:
    """A subscriber that does its work, then fails, the first `times` times."""
    left = times

    def subscriber(session: Session, event: JournalEvent) -> None:
        nonlocal left
        then(session, event)
        if left:
            left -= 1
            raise ConnectionError("nobody answers")

    return subscriber


@contextmanager
def crash() -> Iterator[None]:
    """A worker that dies between taking deliveries and working on them."""

    def die(*_arguments: object) -> bool:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(service, "_deliver_one", die)
        with pytest.raises(KeyboardInterrupt):
            yield


def take(database: Database) -> tuple[UUID, UUID, str, int]:
    """What a worker holds that has taken the one delivery due, and then sleeps."""
    taken: list[tuple[UUID, UUID, str, int]] = []

    def sleep(_database: Database, *row: Any) -> bool:
        taken.append(row)
        return False

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(service, "_deliver_one", sleep)
        service.deliver(database)
    return taken[0]


def test_each_once_and_in_order(database: Database, actor: Actor) -> None:
    seen: list[int | None] = []

    def note(session: Session, event: JournalEvent) -> None:
        seen.append(event.position)
        echo(session, event)

    service.subscribe("note", ["stone.laid"], note)
    lay(database, actor, 5)
    assert service.deliver(database) == 0, "what is not sealed is not delivered"
    service.seal(database)
    assert service.deliver(database) == 5
    assert service.deliver(database) == 0
    assert seen == [1, 2, 3, 4, 5]
    assert echoes(database) == 5
    assert all(delivery.delivered_at and not delivery.leased_until for delivery in owed(database))


def test_only_the_types_asked_for(database: Database, actor: Actor) -> None:
    service.subscribe("none", ["statue.raised"], echo)
    lay(database, actor)
    Worker(database).drain()
    assert owed(database) == []


def test_what_is_rolled_back_is_never_delivered(database: Database, actor: Actor) -> None:
    def refuse(_session: Session, _event: StoneLaid, _by: Actor) -> None:
        raise RuntimeError("no")

    service.subscribe("echo", ["stone.laid"], echo)
    service.react(StoneLaid, refuse)
    with pytest.raises(RuntimeError, match="no"):
        lay(database, actor)
    Worker(database).drain()
    assert (echoes(database), owed(database)) == (0, [])


def test_a_failure_leaves_nothing_and_is_tried_again_later(database: Database, actor: Actor) -> None:
    service.subscribe("echo", ["stone.laid"], failing(3))
    start = clock.now()
    with clock.at(start):
        lay(database, actor)
        service.seal(database)
        assert service.deliver(database) == 0
    assert echoes(database) == 0, "what a failed delivery wrote is gone with it"
    waits: list[timedelta] = []
    instant = start
    while not owed(database)[0].delivered_at:
        (delivery,) = owed(database)
        assert delivery.leased_until is None
        assert "nobody answers" in (delivery.last_error or "")
        waits.append(delivery.due_at - instant)
        with clock.at(delivery.due_at - SOON):
            assert service.deliver(database) == 0, "not before its time"
        instant = delivery.due_at
        with clock.at(instant):
            service.deliver(database)
    assert waits == [timedelta(seconds=s) for s in (2, 4, 8)]
    assert echoes(database) == 1


def test_an_event_nobody_can_take_is_given_up_and_kept(database: Database, actor: Actor) -> None:
    service.subscribe("echo", ["stone.laid"], failing(1000))
    lay(database, actor)
    service.seal(database)
    instant = clock.now()
    for _ in range(service.MAX_ATTEMPTS + 3):
        instant += timedelta(hours=2)
        with clock.at(instant):
            service.deliver(database)
    (delivery,) = owed(database)
    assert delivery.attempts == service.MAX_ATTEMPTS
    assert delivery.delivered_at is None
    assert delivery.last_error


def test_one_subscribers_failure_holds_nobody_back(database: Database, actor: Actor) -> None:
    service.subscribe("broken", ["stone.laid"], failing(1000))
    service.subscribe("echo", ["stone.laid"], echo)
    lay(database, actor, 3)
    assert Worker(database).drain() > 0
    assert echoes(database) == 3


def test_a_crash_is_taken_over_when_its_lease_ends(database: Database, actor: Actor) -> None:
    service.subscribe("echo", ["stone.laid"], echo)
    lay(database, actor, 3)
    service.seal(database)
    start = clock.now()
    with clock.at(start), crash():
        service.deliver(database)
    with clock.at(start + service.LEASE - SOON):
        assert service.deliver(database) == 0, "the lease still holds"
    with clock.at(start + service.LEASE + SOON):
        assert service.deliver(database) == 3
    assert echoes(database) == 3


def test_a_crash_in_the_middle_of_the_work_undoes_it(database: Database, actor: Actor) -> None:
    def die(session: Session, event: JournalEvent) -> None:
        echo(session, event)
        session.flush()
        raise KeyboardInterrupt

    service.subscribe("echo", ["stone.laid"], die)
    lay(database, actor)
    service.seal(database)
    start = clock.now()
    with clock.at(start), pytest.raises(KeyboardInterrupt):
        service.deliver(database)
    assert echoes(database) == 0
    service.subscribe("echo", ["stone.laid"], echo)
    with clock.at(start + service.LEASE + SOON):
        assert service.deliver(database) == 1
    assert echoes(database) == 1


def test_two_workers_never_deliver_twice(database: Database, actor: Actor) -> None:
    def slowly(session: Session, event: JournalEvent) -> None:
        echo(session, event)
        session.flush()
        time.sleep(0.002)

    service.subscribe("echo", ["stone.laid"], slowly)
    lay(database, actor, 60)
    service.seal(database)

    def work() -> None:
        for _ in range(30):
            service.deliver(database, limit=5)

    at_once(work, work, work, work)
    assert echoes(database) == 60
    assert all(delivery.attempts == 1 for delivery in owed(database)), "each was taken by one worker"


def test_a_lease_is_no_larger_than_asked(database: Database, actor: Actor) -> None:
    service.subscribe("echo", ["stone.laid"], echo)
    lay(database, actor, 20)
    service.seal(database)
    with crash():
        service.deliver(database, limit=7)
    assert sum(delivery.leased_until is not None for delivery in owed(database)) == 7


def test_a_worker_slower_than_its_lease_does_not_deliver_again(database: Database, actor: Actor) -> None:
    """The first worker wakes after another has taken over and finished."""
    service.subscribe("echo", ["stone.laid"], echo)
    lay(database, actor)
    service.seal(database)
    start = clock.now()
    with clock.at(start):
        first = take(database)
    with clock.at(start + service.LEASE + SOON):
        assert service.deliver(database) == 1
        assert service._deliver_one(database, *first) is False
    assert echoes(database) == 1


def test_a_late_failure_does_not_break_anothers_lease(database: Database, actor: Actor) -> None:
    """The first worker fails after its lease ran out, while a second holds the delivery."""
    service.subscribe("echo", ["stone.laid"], failing(1))
    lay(database, actor)
    service.seal(database)
    start = clock.now()
    with clock.at(start):
        first = take(database)
    later = start + service.LEASE + SOON
    with clock.at(later):
        second = take(database)
        assert service._deliver_one(database, *first) is False
    assert [first[-1], second[-1]] == [1, 2]
    (delivery,) = owed(database)
    assert delivery.leased_until == later + service.LEASE
    assert delivery.last_error is None


def test_the_worker_works_until_stopped(database: Database, actor: Actor) -> None:
    service.subscribe("echo", ["stone.laid"], failing(1))
    worker = Worker(database, pause=0.01)
    worker.start()
    try:
        lay(database, actor, 4)
        deadline = time.monotonic() + 20
        while echoes(database) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        worker.stop()
    assert echoes(database) == 4
