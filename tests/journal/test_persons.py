"""Whom an event concerns: those it names, those its subject leads to, and nobody else."""

from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal import persons, service
from app.journal.events import Event
from app.journal.forgetting import forget_person
from app.journal.models import EventPerson
from app.kit.database import Database
from app.kit.ids import new_id
from app.people.models import Agent, Directorate
from tests.journal.stones import StoneLaid, at_once, lay


@dataclass(frozen=True, kw_only=True)
class StoneGiven(Event):
    type: ClassVar[str] = "stone.given"
    giver_id: UUID
    helper_ids: tuple[UUID, ...] = ()
    reason: str = ""


def hire(session: Session, authority_id: UUID, number: int) -> UUID:
    directorate = Directorate(authority_id=authority_id, code=f"D{number}", name="Direction")
    session.add(directorate)
    session.flush()
    agent = Agent(
        authority_id=authority_id,
        hr_id=f"{number:08}",
        family_name="NOM",
        given_name="Prénom",
        directorate_id=directorate.id,
    )
    session.add(agent)
    session.flush()
    return agent.id


@pytest.fixture
def agents(database: Database, actor: Actor) -> list[UUID]:
    with database.transaction() as session:
        return [hire(session, actor.authority_id, number) for number in range(5)]


def concerned(database: Database) -> list[set[UUID]]:
    """Whom each sealed event concerns, in order."""
    service.seal(database)
    while persons.index(database):
        pass
    found: dict[int, set[UUID]] = {}
    with database.read() as connection:
        for row in connection.execute(select(col(EventPerson.position), col(EventPerson.agent_id))):
            found.setdefault(row.position, set()).add(row.agent_id)
    return [found.get(position, set()) for position in range(1, max(found, default=0) + 1)]


def record(database: Database, by: Actor, *events: Event) -> None:
    with database.transaction() as session:
        for event in events:
            service.record(session, event, by=by)


def test_whoever_is_named(database: Database, actor: Actor, agents: list[UUID]) -> None:
    one, two, three, four, five = agents
    by = replace(actor, agent_id=one)
    given = StoneGiven(subject_id=new_id(), giver_id=two, helper_ids=(three, four), reason=f"voir {five}")
    of_herself = StoneLaid(subject_id=five)
    record(database, by, given, of_herself)
    assert concerned(database) == [{one, two, three, four}, {one, five}]


def test_nobody_where_nobody_is_named(database: Database, actor: Actor, agents: list[UUID]) -> None:
    record(database, actor, StoneLaid(subject_id=new_id()), StoneLaid(subject_id=agents[0]))
    assert concerned(database) == [set(), {agents[0]}]


def test_whoever_the_subject_leads_to(database: Database, actor: Actor, agents: list[UUID]) -> None:
    """Here a directorate leads to its agents; a stone that bears its id does not."""
    pairs = select(col(Agent.directorate_id), col(Agent.id))
    persons.concern("directorate", pairs)
    persons.concern("directorate", pairs)

    @dataclass(frozen=True, kw_only=True)
    class DirectorateMoved(Event):
        type: ClassVar[str] = "directorate.moved"

    with database.session() as session:
        places = {agent.id: agent.directorate_id for agent in session.execute(select(Agent)).scalars()}
    moved = [DirectorateMoved(subject_id=places[agent]) for agent in agents[:2]]
    record(
        database,
        actor,
        *moved,
        StoneLaid(subject_id=places[agents[2]]),
        DirectorateMoved(subject_id=new_id()),
    )
    record(database, actor, StoneLaid(subject_id=agents[3]))
    assert concerned(database) == [{agents[0]}, {agents[1]}, set(), set(), {agents[3]}]


def test_nobody_of_another_authority(
    database: Database, actor: Actor, neighbour: Actor, agents: list[UUID]
) -> None:
    record(database, neighbour, StoneGiven(subject_id=new_id(), giver_id=agents[0]))
    assert concerned(database) == []


def test_many_batches_and_many_workers(
    database: Database, actor: Actor, agents: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persons, "BATCH", 4)
    lay(database, replace(actor, agent_id=agents[0]), 22)
    service.seal(database)

    def work() -> None:
        for _ in range(8):
            persons.index(database)

    at_once(work, work, work)
    assert concerned(database) == [{agents[0]}] * 22


def test_what_was_sealed_before_is_found_too(database: Database, actor: Actor, agents: list[UUID]) -> None:
    """As after the migration: a journal that nobody has looked at."""
    lay(database, replace(actor, agent_id=agents[0]), 3)
    service.seal(database)
    assert persons.index(database) == 3
    assert persons.index(database) == 0


def test_a_person_is_forgotten(database: Database, actor: Actor, agents: list[UUID]) -> None:
    for agent in agents[:2]:
        lay(database, replace(actor, agent_id=agent), 1)
    assert concerned(database) == [{agents[0]}, {agents[1]}]
    with database.transaction() as session:
        forget_person(session, actor.authority_id, agents[0])
    assert concerned(database) == [set(), {agents[1]}]
