"""Ask a successor to sign: a mandate in force names somebody who holds the function no longer.

The mandate stays in force meanwhile (`avenant-suspension` in the model mandate). Each task is told once; an amendment
that changes nothing but who signs is drafted with it, unless one is open, which will ask for that signature too.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor, system
from app.access.capacity import Capacity
from app.amendments import events
from app.amendments.lifecycle import TASKS, Cause, TaskState
from app.amendments.models import ResigningTask
from app.amendments.service.drafting import draft
from app.amendments.service.study import named_in_force
from app.journal.service import record
from app.kit import clock
from app.kit.database import insert
from app.kit.sql import one_of
from app.mandates.lifecycle import IN_FORCE, PartyCapacity, PartyState
from app.mandates.models import Mandate, MandateParty
from app.mandates.service import parties
from app.mandates.service.finding import hold
from app.people.models import Agent, CapacityGrant, Directorate, Position
from app.teams import service as teams
from app.teams.models import TeamMember

PURPOSE = "Recueillir la signature de la personne qui succède à une partie."
"""Why such an amendment is drafted: it is read by those who sign it, in French."""

_party: Any = aliased(MandateParty)
_signer: Any = aliased(Agent)


def _signed(capacity: PartyCapacity, *conditions: Any) -> ColumnElement[bool]:
    return (
        exists(1)
        .where(
            _party.mandate_id == col(Mandate.id),
            _party.state == PartyState.SIGNED,
            _party.capacity == capacity,
            *conditions,
        )
        .correlate(Mandate, Agent, Directorate)
    )


_SUSPECT = or_(
    exists(1)
    .where(
        _party.mandate_id == col(Mandate.id),
        _party.state == PartyState.SIGNED,
        _party.capacity != PartyCapacity.AGENT,
        _signer.id == _party.agent_id,
        or_(
            _signer.left_on < bindparam("today", type_=Date()),
            _signer.position != Position.ACTIVE,
        ),
    )
    .correlate(Mandate),
    ~exists(1)
    .where(
        col(Directorate.id) == col(Mandate.client_directorate_id),
        _signed(PartyCapacity.CLIENT_DIRECTORATE, _party.agent_id == col(Directorate.head_id)),
    )
    .correlate(Mandate),
    exists(1)
    .where(
        col(TeamMember.team_id) == col(Mandate.team_id),
        col(TeamMember.left_on).is_(None),
        col(Agent.id) == col(TeamMember.agent_id),
        or_(
            col(Agent.manager_id).is_(None),
            ~_signed(PartyCapacity.RELEASING_MANAGER, _party.agent_id == col(Agent.manager_id)),
        ),
    )
    .correlate(Mandate),
    ~_signed(
        PartyCapacity.GUARANTOR,
        col(CapacityGrant.agent_id) == _party.agent_id,
        col(CapacityGrant.capacity) == Capacity.LAB,
    ),
    exists(1)
    .where(col(ResigningTask.mandate_id) == col(Mandate.id), col(ResigningTask.state) == TaskState.OPEN)
    .correlate(Mandate),
)
"""Mandates that may name somebody who holds a function no longer: all those that do, and a few more."""
_suspects = (
    select(Mandate)
    .where(
        col(Mandate.authority_id) == bindparam("authority_id", type_=Uuid()),
        one_of(col(Mandate.state), IN_FORCE),
        _SUSPECT,
    )
    .order_by(col(Mandate.id))
)


def review_all(session: Session, actor: Actor, today: date) -> int:
    """Raise and close the tasks of every mandate in force; how many. Nothing to do the second time."""
    suspects = (
        session.execute(_suspects, {"authority_id": actor.authority_id, "today": today}).scalars().all()
    )
    return sum(review(session, actor, mandate) for mandate in suspects)


def review(session: Session, actor: Actor, mandate: Mandate) -> int:
    """Raise the tasks of a mandate that are missing, and close those that are done or have no object; how many."""
    hold(session, mandate)
    open_tasks = _open_tasks(session, mandate)
    if mandate.state not in IN_FORCE:
        return sum(_close(session, actor, task, signed=False) for task in open_tasks)
    lacking = dict(_lacking(session, mandate, system(mandate.authority_id, actor.time_zone)))
    done = 0
    for task in open_tasks:
        signed = _signed_since(session, task)
        still = (task.capacity, task.agent_id) in lacking or task.cause is Cause.TERM_ENDED
        if signed or not still:
            done += _close(session, actor, task, signed=signed)
    there = {(task.capacity, task.agent_id) for task in open_tasks if task.state is TaskState.OPEN}
    for (capacity, agent_id), former in lacking.items():
        if (capacity, agent_id) not in there:
            raise_task(session, actor, mandate, capacity, agent_id, former, _cause(former, actor.today()))
            done += 1
    return done


def raise_task(
    session: Session,
    actor: Actor,
    mandate: Mandate,
    capacity: PartyCapacity,
    agent_id: UUID | None,
    former: Agent | None,
    cause: Cause,
) -> None:
    """Write that the mandate, which is held, waits for this signature, and draft the amendment that asks for it."""
    task = insert(
        session,
        ResigningTask(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            capacity=capacity,
            agent_id=agent_id,
            former_id=former.id if former else None,
            cause=cause,
            since=mandate.submission,
        ),
    )
    event = events.ResigningNeeded(
        subject_id=task.id, mandate_id=mandate.id, capacity=capacity, cause=cause, agent_id=agent_id
    )
    by_itself = system(mandate.authority_id, actor.time_zone)
    record(session, event, by=by_itself)
    if mandate.open_amendment_id is None:
        draft(session, by_itself, mandate, PURPOSE, {})


def end_of_term(session: Session, actor: Actor, agent_id: UUID) -> None:
    """An elected sponsor's term has ended: whoever they now are, the sponsor of these mandates signs anew."""
    sponsored = (
        select(Mandate)
        .where(col(Mandate.sponsor_id) == agent_id, col(Mandate.state).in_(IN_FORCE))
        .order_by(col(Mandate.id))
    )
    for mandate in session.execute(sponsored).scalars().all():
        hold(session, mandate)
        waiting = {task.capacity for task in _open_tasks(session, mandate)}
        if mandate.state in IN_FORCE and PartyCapacity.SPONSOR not in waiting:
            former = session.get_one(Agent, agent_id)
            raise_task(session, actor, mandate, PartyCapacity.SPONSOR, None, former, Cause.TERM_ENDED)


def _open_tasks(session: Session, mandate: Mandate) -> list[ResigningTask]:
    statement = (
        select(ResigningTask)
        .where(col(ResigningTask.mandate_id) == mandate.id, col(ResigningTask.state) == TaskState.OPEN)
        .order_by(col(ResigningTask.id))
    )
    return list(session.execute(statement).scalars())


def _lacking(
    session: Session, mandate: Mandate, actor: Actor
) -> Iterator[tuple[tuple[PartyCapacity, UUID | None], Agent | None]]:
    """In which capacity whose signature the mandate lacks, and who had signed; None where nobody holds the function."""
    today = actor.today()
    members = teams.members_of(session, mandate.team_id)
    named, _missing = parties.signers(session, actor, mandate, members)
    unheld = any(parties.releasing_manager(session, member, today) is None for member in members)
    in_force = named_in_force(session, mandate)
    for capacity in (
        PartyCapacity.RELEASING_MANAGER,
        PartyCapacity.CLIENT_DIRECTORATE,
        PartyCapacity.SPONSOR,
        PartyCapacity.GUARANTOR,
    ):
        before = [session.get_one(Agent, agent_id) for agent_id, held in in_force if held is capacity]
        now = {
            signer.agent.id
            for signer in named
            if signer.capacity is capacity and parties.in_function(session, signer.agent, today)
        }
        if capacity is PartyCapacity.GUARANTOR and any(
            _guarantees(session, agent, today) for agent in before
        ):
            continue
        gone = sorted((agent for agent in before if agent.id not in now), key=lambda agent: agent.id)
        new = sorted(now - {agent.id for agent in before})
        for place, agent_id in enumerate(new):
            yield (capacity, agent_id), gone[min(place, len(gone) - 1)] if gone else None
        if not now or (capacity is PartyCapacity.RELEASING_MANAGER and unheld):
            yield (capacity, None), gone[0] if gone else None


def _guarantees(session: Session, agent: Agent, today: date) -> bool:
    of_lab = select(col(CapacityGrant.id)).where(
        col(CapacityGrant.agent_id) == agent.id, col(CapacityGrant.capacity) == Capacity.LAB
    )
    return parties.in_function(session, agent, today) and session.execute(of_lab).first() is not None


def _cause(former: Agent | None, today: date) -> Cause:
    if former is not None and former.left_on is not None and former.left_on < today:
        return Cause.LEFT
    if former is not None and former.position is not Position.ACTIVE:
        return Cause.POSITION
    return Cause.CHANGED


def _signed_since(session: Session, task: ResigningTask) -> bool:
    statement = select(col(MandateParty.id)).where(
        and_(
            col(MandateParty.mandate_id) == task.mandate_id,
            col(MandateParty.submission) > task.since,
            col(MandateParty.submission)
            <= select(col(Mandate.submission)).where(col(Mandate.id) == task.mandate_id).scalar_subquery(),
            col(MandateParty.capacity) == task.capacity,
            col(MandateParty.state) == PartyState.SIGNED,
            *([col(MandateParty.agent_id) == task.agent_id] if task.agent_id else []),
        )
    )
    return session.execute(statement.limit(1)).first() is not None


def _close(session: Session, actor: Actor, task: ResigningTask, *, signed: bool) -> int:
    TASKS.apply(session, task, "close" if signed else "void", closed_at=clock.now())
    event = events.ResigningClosed(
        subject_id=task.id, mandate_id=task.mandate_id, capacity=task.capacity, signed=signed
    )
    record(session, event, by=actor)
    return 1
