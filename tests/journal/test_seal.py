"""Sealing: each committed event gets its place, without a gap, once."""

import pytest
from sqlmodel import Session

from app.access.actor import Actor
from app.journal import proof, service
from app.journal.models import JournalEvent
from app.journal.proof import Verdict
from app.kit.database import Database
from app.kit.ids import new_id
from tests.journal.stones import StoneLaid, at_once, lay, recorded


def positions(events: list[JournalEvent], authority_id: object) -> list[int]:
    return sorted(event.position or 0 for event in events if event.authority_id == authority_id)


def test_in_the_order_of_recording(database: Database, actor: Actor) -> None:
    lay(database, actor, 5)
    assert service.seal(database) == 5
    assert service.seal(database) == 0
    events = recorded(database)
    assert [event.position for event in events] == [1, 2, 3, 4, 5]
    assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]
    assert events[0].previous_hash == "0" * 64


def test_each_authority_has_its_own_chain(database: Database, actor: Actor, neighbour: Actor) -> None:
    lay(database, actor, 3)
    lay(database, neighbour, 2)
    lay(database, actor, 1)
    assert service.seal(database) == 6
    events = recorded(database)
    assert positions(events, actor.authority_id) == [1, 2, 3, 4]
    assert positions(events, neighbour.authority_id) == [1, 2]


def test_more_than_one_batch(database: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 4)
    lay(database, actor, 10)
    assert [service.seal(database) for _ in range(4)] == [4, 4, 2, 0]
    assert proof.verify(database, actor.authority_id) == Verdict(10, None)


def test_gapless_under_concurrent_sealers(
    database: Database, actor: Actor, neighbour: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 7)

    def write(by: Actor) -> None:
        for _ in range(15):
            lay(database, by, 2)

    def seal() -> None:
        for _ in range(25):
            service.seal(database)

    at_once(lambda: write(actor), lambda: write(actor), lambda: write(neighbour), seal, seal, seal)
    while service.seal(database):
        pass
    events = recorded(database)
    assert positions(events, actor.authority_id) == list(range(1, 61))
    assert positions(events, neighbour.authority_id) == list(range(1, 31))
    assert proof.verify(database, actor.authority_id) == Verdict(60, None)
    assert proof.verify(database, neighbour.authority_id) == Verdict(30, None)


def test_an_event_committed_late_is_not_lost(database: Database, actor: Actor) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer: nothing commits while another transaction writes")
    with database.session() as slow:
        service.record(slow, StoneLaid(subject_id=new_id(), course=1), by=actor)
        slow.flush()
        lay(database, actor)
        assert service.seal(database) == 1, "what is not committed is not sealed"
        slow.commit()
    assert service.seal(database) == 1
    assert [event.position for event in recorded(database)] == [2, 1]
    assert proof.verify(database, actor.authority_id) == Verdict(2, None)


def test_a_sealer_that_dies_leaves_no_gap(
    database: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(database, actor, 3)
    with monkeypatch.context() as patched:
        patched.setattr(Session, "commit", lambda _session: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            service.seal(database)
    assert [event.position for event in recorded(database)] == [None, None, None]
    assert service.seal(database) == 3
    assert proof.verify(database, actor.authority_id) == Verdict(3, None)
