"""Whatever is changed behind the application's back, the chain says so."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from app.access.actor import Actor
from app.journal import chain as chains
from app.journal import proof, service
from app.journal.models import JournalChain, JournalEvent
from app.kit import clock
from app.kit.database import Database
from app.kit.ids import new_id
from tests.journal.stones import lay, tamper

EVENTS = JournalEvent.__table__  # type: ignore[attr-defined]
CHAINS = JournalChain.__table__  # type: ignore[attr-defined]
COUNT = 7
VICTIM = 4


def verdict(database: Database, owner: Actor) -> tuple[int, str | None]:
    """How many events hold, and what is broken after them."""
    found = proof.verify(database, owner.authority_id)
    return found.events, found.fault


@pytest.fixture
def chain(database: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """The owner of a whole chain of seven events, walked in several batches."""
    monkeypatch.setattr(service, "BATCH", 3)
    monkeypatch.setattr(chains, "BATCH", 3)
    lay(database, actor, COUNT)
    while service.seal(database):
        pass
    assert verdict(database, actor) == (COUNT, None)
    return actor


def test_empty_is_whole(database: Database, actor: Actor) -> None:
    assert verdict(database, actor) == (0, None)
    lay(database, actor)
    assert verdict(database, actor) == (0, None), "what waits is not counted"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", '{"course":99}'),
        ("payload", '{"course": 4}'),
        ("type", "stone.taken"),
        ("subject_type", "statue"),
        ("subject_id", new_id()),
        ("agent_id", new_id()),
        ("client_id", new_id()),
        ("acting_as", "lab"),
        ("delegation_id", new_id()),
        ("address_hash", "1" * 64),
        ("digest_version", 1),
        ("digest_version", 3),
        ("request_id", new_id()),
        ("occurred_at", clock.now() - timedelta(days=1)),
        ("previous_hash", "1" * 64),
        ("hash", "1" * 64),
        ("id", new_id()),
    ],
)
def test_any_column(database: Database, chain: Actor, column: str, value: object) -> None:
    tamper(
        database,
        lambda connection: connection.execute(
            update(EVENTS).where(EVENTS.c.position == VICTIM).values({column: value})
        ),
    )
    count, broken = verdict(database, chain)
    assert count == VICTIM - 1
    assert broken is not None
    assert str(VICTIM) in broken


def test_a_microsecond(database: Database, chain: Actor) -> None:
    with database.read() as connection:
        when = connection.execute(
            select(EVENTS.c.occurred_at).where(EVENTS.c.position == VICTIM)
        ).scalar_one()
    tamper(
        database,
        lambda connection: connection.execute(
            update(EVENTS)
            .where(EVENTS.c.position == VICTIM)
            .values(occurred_at=when + timedelta(microseconds=1))
        ),
    )
    assert verdict(database, chain)[1]


def test_two_events_exchanged(database: Database, chain: Actor) -> None:
    def exchange(connection: Connection) -> None:
        for old, new in ((3, 100), (4, 3), (100, 4)):
            connection.execute(update(EVENTS).where(EVENTS.c.position == old).values(position=new))

    tamper(database, exchange)
    assert verdict(database, chain)[0] == 2


@pytest.mark.parametrize("position", range(1, COUNT + 1))
def test_a_deleted_event(database: Database, chain: Actor, position: int) -> None:
    tamper(database, lambda c: c.execute(delete(EVENTS).where(EVENTS.c.position == position)))
    count, broken = verdict(database, chain)
    assert count == position - 1
    assert broken


def test_every_event_deleted(database: Database, chain: Actor) -> None:
    tamper(database, lambda c: c.execute(delete(EVENTS)))
    assert verdict(database, chain) == (
        0,
        "the chain ends at position 0, its head says 7",
    )


def test_an_event_sent_to_the_end(database: Database, chain: Actor) -> None:
    """To lose its place and have the worker seal it anew does not pass."""
    tamper(
        database,
        lambda c: c.execute(
            update(EVENTS).where(EVENTS.c.position == VICTIM).values(position=None, hash=None)
        ),
    )
    service.seal(database)
    count, broken = verdict(database, chain)
    assert (count, broken) == (VICTIM - 1, f"position {VICTIM} is missing")


@pytest.mark.parametrize("position", [-1, 0, COUNT + 1, COUNT + 5])
def test_a_forged_event(database: Database, chain: Actor, position: int) -> None:
    def forge(connection: Connection) -> None:
        row = connection.execute(select(EVENTS).where(EVENTS.c.position == COUNT)).one()
        connection.execute(insert(EVENTS).values({**row._mapping, "id": new_id(), "position": position}))

    tamper(database, forge)
    assert verdict(database, chain) == (
        COUNT,
        "8 events have a position, the head says 7",
    )


def test_an_event_given_to_a_neighbour(database: Database, chain: Actor, neighbour: Actor) -> None:
    tamper(
        database,
        lambda c: c.execute(
            update(EVENTS).where(EVENTS.c.position == COUNT).values(authority_id=neighbour.authority_id)
        ),
    )
    assert verdict(database, chain)[1]
    assert verdict(database, neighbour)[1]


@pytest.mark.parametrize("values", [{"position": COUNT - 1}, {"hash": "1" * 64}])
def test_a_changed_head(database: Database, chain: Actor, values: dict[str, object]) -> None:
    tamper(database, lambda c: c.execute(update(CHAINS).values(values)))
    assert verdict(database, chain)[1]


def test_a_missing_head(database: Database, chain: Actor) -> None:
    tamper(database, lambda c: c.execute(delete(CHAINS)))
    assert verdict(database, chain) == (0, "the head of the chain is missing")


def test_a_neighbours_trouble_is_not_ours(database: Database, chain: Actor, neighbour: Actor) -> None:
    lay(database, neighbour, 2)
    service.seal(database)
    theirs = col(JournalEvent.authority_id) == neighbour.authority_id
    tamper(database, lambda c: c.execute(update(EVENTS).where(theirs).values(payload="{}")))
    assert verdict(database, chain) == (COUNT, None)
    assert verdict(database, neighbour)[1]


def test_no_false_alarm_while_events_are_sealed(database: Database, chain: Actor) -> None:
    stop = threading.Event()

    def live() -> None:
        while not stop.is_set():
            lay(database, chain, 2)
            service.seal(database)

    thread = threading.Thread(target=live)
    thread.start()
    try:
        alarms = [verdict(database, chain)[1] for _ in range(30)]
    finally:
        stop.set()
        thread.join()
    assert alarms == [None] * 30
