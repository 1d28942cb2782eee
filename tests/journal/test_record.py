"""Events stand beside the change that caused them, in its transaction."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlmodel import Session

from app.access.actor import Actor
from app.journal import service
from app.kit import clock
from app.kit.database import Database
from app.kit.ids import new_id
from tests.journal.stones import EchoHeard, StoneLaid, lay, recorded


@contextmanager
def rolled_back(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session
        session.flush()
        session.rollback()


def test_says_who_did_what_when(database: Database, actor: Actor) -> None:
    stone = new_id()
    request_id = new_id()
    with (
        structlog.contextvars.bound_contextvars(request_id=str(request_id)),
        database.transaction() as session,
    ):
        service.record(session, StoneLaid(subject_id=stone, course=3), by=actor)
    (event,) = recorded(database)
    assert (event.type, event.subject_type, event.subject_id) == ("stone.laid", "stone", stone)
    assert (event.authority_id, event.agent_id, event.client_id) == (actor.authority_id, None, None)
    assert event.request_id == request_id
    assert json.loads(event.payload) == {"course": 3}
    assert (clock.now() - event.occurred_at).total_seconds() < 60
    assert (event.position, event.hash) == (None, None)


def test_a_payload_is_plain_json(database: Database, actor: Actor) -> None:
    heard = new_id()
    with database.transaction() as session:
        service.record(session, EchoHeard(subject_id=new_id(), of=heard), by=actor)
    assert json.loads(recorded(database, "echo.heard")[0].payload) == {"of": str(heard)}


def test_rollback_leaves_nothing(database: Database, actor: Actor) -> None:
    with rolled_back(database) as session:
        service.record(session, StoneLaid(subject_id=new_id()), by=actor)
    assert recorded(database) == []
    assert service.seal(database) == 0


def test_reactions_answer_in_the_same_transaction(database: Database, actor: Actor) -> None:
    def hear(session: Session, event: Any, by: Any) -> None:
        service.record(session, EchoHeard(subject_id=new_id(), of=event.subject_id), by=by)

    service.react(StoneLaid, hear)
    service.react(StoneLaid, hear)
    lay(database, actor)
    assert len(recorded(database, "echo.heard")) == 1, "declared twice is once"
    with rolled_back(database) as session:
        service.record(session, StoneLaid(subject_id=new_id()), by=actor)
    assert len(recorded(database, "echo.heard")) == 1


def test_a_reaction_that_fails_undoes_the_change(database: Database, actor: Actor) -> None:
    def refuse(_session: Session, _event: Any, _by: Any) -> None:
        raise RuntimeError("no")

    service.react(StoneLaid, refuse)
    with pytest.raises(RuntimeError, match="no"):
        lay(database, actor)
    assert recorded(database) == []


def test_a_cause_stands_before_its_effects(database: Database, actor: Actor) -> None:
    def hear(session: Session, event: Any, by: Any) -> None:
        service.record(session, EchoHeard(subject_id=new_id(), of=event.subject_id), by=by)

    service.react(StoneLaid, hear)
    lay(database, actor, 50)
    service.seal(database)
    everything = sorted(recorded(database) + recorded(database, "echo.heard"), key=lambda e: e.position or 0)
    assert [event.type for event in everything] == ["stone.laid", "echo.heard"] * 50
    for cause, effect in zip(everything[::2], everything[1::2], strict=True):
        assert UUID(json.loads(effect.payload)["of"]) == cause.subject_id
