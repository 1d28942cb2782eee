"""Events stand beside the change that caused them, in its transaction."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.policy import Action, Policy
from app.journal import acting, service
from app.journal.digest import address_hash
from app.kit import clock
from app.kit.database import Database
from app.kit.i18n import _
from app.kit.ids import new_id
from app.kit.problems import Forbidden
from tests.journal.stones import EchoHeard, StoneLaid, calling_from, lay, recorded


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


def test_says_in_what_capacity_by_which_delegation_from_where(database: Database, actor: Actor) -> None:
    delegation = new_id()
    somebody = replace(
        actor,
        agent_id=new_id(),
        capacities=frozenset({Capacity.AGENT}),
        acting_as=Capacity.HEAD,
        delegation_id=delegation,
        address="203.0.113.7",
    )
    lay(database, somebody)
    lay(database, actor)
    by_somebody, by_the_system = recorded(database)
    assert (by_somebody.acting_as, by_somebody.delegation_id) == ("head", delegation)
    assert (by_somebody.address, by_somebody.digest_version) == ("203.0.113.7", 2)
    assert by_somebody.address_hash == address_hash(str(by_somebody.address_salt), "203.0.113.7")
    assert (by_the_system.acting_as, by_the_system.delegation_id) == ("system", None)
    assert (by_the_system.address, by_the_system.address_salt, by_the_system.address_hash) == (None,) * 3


def test_the_same_address_never_hashes_the_same(database: Database, actor: Actor) -> None:
    lay(database, calling_from(actor, "203.0.113.7"), 2)
    one, other = recorded(database)
    assert one.address_hash != other.address_hash


class TestActing:
    def test_the_ground_on_which_it_was_allowed(self, database: Database, actor: Actor) -> None:
        policy = Policy(
            "stone",
            relations={Capacity.OWNER: lambda _session, _actor, stone: stone == "mine"},
            actions=[
                Action("read", _(""), (Capacity.LAB, Capacity.AGENT), _("")),
                Action("lay", _(""), (Capacity.OWNER, Capacity.LAB), _(""), scope="programme:write"),
            ],
        )
        agent = replace(actor, agent_id=new_id(), acting_as=None, capacities=frozenset({Capacity.AGENT}))
        lab = replace(agent, agent_id=new_id(), capacities=frozenset({Capacity.LAB, Capacity.AGENT}))
        machine = replace(
            actor,
            client_id=new_id(),
            acting_as=None,
            capacities=frozenset({Capacity.CLIENT}),
            scopes=frozenset({"programme:write"}),
        )
        with database.transaction() as session:
            for by, stone in ((lab, "theirs"), (agent, "mine"), (lab, "mine"), (machine, "mine")):
                policy.require(session, by, "lay", stone)
                assert policy.allows(session, by, "lay", stone)
                service.record(session, StoneLaid(subject_id=new_id()), by=by)
            with pytest.raises(Forbidden):
                policy.require(session, agent, "lay", "theirs")
        assert [event.acting_as for event in recorded(database)] == ["lab", "owner", "owner", "client"]

    def test_not_the_ground_of_another(self, database: Database, actor: Actor) -> None:
        agent = replace(actor, agent_id=new_id(), acting_as=None)
        with database.transaction() as session:
            acting.note(session, "agent:somebody else", "lab")
            service.record(session, StoneLaid(subject_id=new_id()), by=agent)
        assert recorded(database)[0].acting_as is None

    def test_not_that_of_another_unit_of_work(self, database: Database, actor: Actor) -> None:
        agent = replace(actor, agent_id=new_id(), acting_as=None)
        with database.transaction() as session:
            acting.note(session, agent.key, "lab")
        lay(database, agent)
        assert recorded(database)[0].acting_as is None

    def test_ones_own_word_goes_before(self, database: Database, actor: Actor) -> None:
        head = replace(actor, agent_id=new_id(), acting_as=Capacity.HEAD)
        with database.transaction() as session:
            acting.note(session, head.key, "lab")
            service.record(session, StoneLaid(subject_id=new_id()), by=head)
        assert recorded(database)[0].acting_as == "head"


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


def test_an_address_of_any_length(database: Database, actor: Actor) -> None:
    lay(database, calling_from(actor, "fe80:1234:5678:9abc:def0:1234:5678:9abc%enp0s31f6.1234"))
    (event,) = recorded(database)
    assert event.address == "fe80:1234:5678:9abc:def0:1234:5678:9abc%enp0s3"[:45]
    assert event.address_hash == address_hash(str(event.address_salt), event.address)
