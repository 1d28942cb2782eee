"""What is recorded stays: the database itself refuses to change or delete it, whoever asks."""

from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DBAPIError

from app.access.actor import Actor
from app.journal import service
from app.journal.chain import events as EVENTS  # noqa: N812 a table
from app.journal.checkpoints import checkpoints as CHECKPOINTS  # noqa: N812 a table
from app.journal.forgetting import forget_addresses, forget_person
from app.journal.proof import Verdict, verify
from app.kit import clock
from app.kit.database import Database
from app.kit.ids import new_id
from tests.journal.stones import calling_from, lay, recorded
from tests.support.database import owning

FACTS: dict[str, Any] = {
    "id": new_id(),
    "authority_id": new_id(),
    "type": "stone.taken",
    "subject_type": "statue",
    "subject_id": new_id(),
    "agent_id": new_id(),
    "client_id": new_id(),
    "acting_as": "lab",
    "delegation_id": new_id(),
    "address_hash": "1" * 64,
    "request_id": new_id(),
    "occurred_at": clock.now(),
    "payload": "{}",
    "digest_version": 1,
}
SEALS: dict[str, Any] = {"position": 2, "previous_hash": "1" * 64, "hash": "1" * 64}
ADDRESSES: dict[str, Any] = {"address": "203.0.113.9", "address_salt": "1" * 32}


def refused(database: Database, statement: Any) -> bool:
    """Whether the owner of the tables, whom no grant holds back, is refused by name of what is kept."""
    try:
        with owning(database) as connection:
            connection.execute(statement)
    except DBAPIError as error:
        return "never" in str(error.orig)
    return False


@pytest.fixture
def sealed(database: Database, actor: Actor) -> Actor:
    lay(database, calling_from(actor, "203.0.113.7"), 1)
    service.seal(database)
    return actor


@pytest.mark.parametrize("column", [*FACTS, *SEALS, *ADDRESSES])
def test_a_sealed_event_stays(database: Database, sealed: Actor, column: str) -> None:
    assert refused(database, update(EVENTS).values({column: (FACTS | SEALS | ADDRESSES)[column]}))
    assert verify(database, sealed.authority_id) == Verdict(1, None)


@pytest.mark.parametrize("column", FACTS)
def test_the_facts_of_one_that_waits_stay(database: Database, actor: Actor, column: str) -> None:
    lay(database, actor, 1)
    assert refused(database, update(EVENTS).values({column: FACTS[column]}))


def test_a_seal_is_not_taken_off(database: Database, sealed: Actor) -> None:
    assert refused(database, update(EVENTS).values(position=None, previous_hash=None, hash=None))


def test_none_is_deleted(database: Database, sealed: Actor) -> None:
    lay(database, sealed)
    assert refused(database, delete(EVENTS).where(EVENTS.c.position == 1))
    assert refused(database, delete(EVENTS).where(EVENTS.c.position.is_(None)))
    assert len(recorded(database)) == 2


def test_a_checkpoint_stays(database: Database, sealed: Actor) -> None:
    row = {
        "id": new_id(),
        "authority_id": sealed.authority_id,
        "position": 1,
        "hash": "1" * 64,
        "made_at": clock.now(),
        "key_id": "2" * 32,
        "signature": "3" * 128,
    }
    with owning(database) as connection:
        connection.execute(insert(CHECKPOINTS).values(row))
    changed = row | {"id": new_id(), "position": 2, "hash": "4" * 64, "key_id": "5" * 32}
    for column in ("id", "position", "hash", "key_id"):
        assert refused(database, update(CHECKPOINTS).values({column: changed[column]}))
    assert refused(database, delete(CHECKPOINTS))


class TestForgetting:
    def test_addresses_go_and_the_chain_holds(
        self, database: Database, actor: Actor, neighbour: Actor
    ) -> None:
        lay(database, calling_from(actor, "203.0.113.7"), 2)
        lay(database, calling_from(neighbour, "203.0.113.8"), 1)
        with database.transaction() as session:
            assert forget_addresses(session, actor.authority_id, clock.now()) == 0, (
                "what waits is not touched"
            )
        service.seal(database)
        cut = clock.now()
        lay(database, calling_from(actor, "2001:db8::7"), 1)
        service.seal(database)
        with database.transaction() as session:
            assert forget_addresses(session, actor.authority_id, cut) == 2
            assert forget_addresses(session, actor.authority_id, cut) == 0
        ours = [event for event in recorded(database) if event.authority_id == actor.authority_id]
        assert [event.address for event in ours] == [None, None, "2001:db8::7"]
        assert [event.address_salt is None for event in ours] == [True, True, False]
        assert all(event.address_hash for event in ours)
        assert verify(database, actor.authority_id) == Verdict(3, None)
        theirs = [event for event in recorded(database) if event.authority_id != actor.authority_id]
        assert [event.address for event in theirs] == ["203.0.113.8"]

    def test_a_person_goes_and_the_chain_holds(self, database: Database, actor: Actor) -> None:
        person, colleague = new_id(), new_id()
        lay(database, calling_from(actor, "203.0.113.7", agent_id=person), 2)
        lay(database, calling_from(actor, "203.0.113.8", agent_id=colleague), 1)
        service.seal(database)
        with database.transaction() as session:
            forget_person(session, actor.authority_id, person)
        assert [event.address for event in recorded(database)] == [None, None, "203.0.113.8"]
        assert verify(database, actor.authority_id) == Verdict(3, None)
