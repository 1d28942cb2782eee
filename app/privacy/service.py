"""Copy and erase what Essaim holds about a person; set how long things are kept."""

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.personal import declared
from app.journal.service import record
from app.kit.database import get, insert
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.people import erased
from app.people.models import Agent
from app.privacy import events, mentions, queries
from app.privacy.models import Erasure, RetentionPeriod
from app.privacy.policy import DATA, RETENTION
from app.privacy.problems import AlreadyErased, FixedPeriod, PeriodOutOfBounds, StillInPost, WrongMatricule

MENTIONS = "mentions"


def export_mine(session: Session, actor: Actor) -> queries.Copy:
    """Everything about the caller, who asks for it."""
    DATA.require(session, actor, "export_mine")
    agent = session.get_one(Agent, actor.agent_id)
    return _copied(session, actor, queries.copy(session, actor, agent))


def export(session: Session, actor: Actor, agent_id: UUID) -> queries.Copy:
    """What `actor` may read about a person, to be handed over to them: all but what is theirs alone to ask for.

    Raises `FreshAuthenticationNeeded`: it is a grave act.
    """
    agent = get(session, Agent, agent_id, actor.authority_id)
    DATA.require(session, actor, "export", agent)
    return _copied(session, actor, queries.copy(session, actor, agent))


def _copied(session: Session, actor: Actor, copy: queries.Copy) -> queries.Copy:
    exported = events.AgentDataExported(
        subject_id=copy.agent_id,
        by_oneself=copy.agent_id == actor.agent_id,
        kinds=len(copy.sections),
        rows=sum(len(section.rows) for section in copy.sections),
    )
    record(session, exported, by=actor)
    return copy


def erase(session: Session, actor: Actor, agent_id: UUID, hr_id: str) -> Erasure:
    """Erase a person who has left, for good. `hr_id` is their matricule, written again.

    Raises `AlreadyErased`, `StillInPost`, `WrongMatricule` naming `hr_id`, `FreshAuthenticationNeeded`.
    """
    agent = get(session, Agent, agent_id, actor.authority_id)
    DATA.require(session, actor, "erase", agent)
    _hold(session, agent)
    if agent.left_on is None or agent.left_on >= actor.today():
        raise StillInPost
    if hr_id != agent.hr_id:
        raise WrongMatricule.on("hr_id", WrongMatricule.title)
    return forget(session, actor, agent)


def _hold(session: Session, agent: Agent) -> None:
    """One erasure of a person at a time. Raises `AlreadyErased`."""
    session.execute(select(col(Agent.id)).where(col(Agent.id) == agent.id).with_for_update())
    session.refresh(agent)
    if session.execute(select(col(Erasure.id)).where(col(Erasure.agent_id) == agent.id)).first():
        raise AlreadyErased


def forget(session: Session, actor: Actor, agent: Agent) -> Erasure:
    """Erase a person: each room's data as it declared, their name in others' texts, their matricule but for its digest.

    `agent` stays as it was read until the end: what is erased is found by it.
    """
    fates: Counter[str] = Counter()
    report: list[dict[str, Any]] = []
    named = mentions.take_out(session, agent)
    for data in declared():
        rows = data.carry_out(session, agent)
        if rows:
            fates[data.fate.value] += rows
            report.append({"kind": data.kind, "fate": data.fate.value, "rows": rows})
    if named:
        report.append({"kind": MENTIONS, "fate": "blanked", "rows": sum(named.values())})
    erased.remember(session, agent.authority_id, agent.hr_id)
    erasure = insert(
        session,
        Erasure(
            authority_id=agent.authority_id,
            agent_id=agent.id,
            by_id=None if actor.is_system else actor.agent_id,
            report=report,
        ),
    )
    # What the session remembers of the record is the person it was.
    session.expire(agent)
    record(session, events.AgentErased(subject_id=erasure.agent_id, fates=dict(fates)), by=actor)
    return erasure


def set_period(session: Session, actor: Actor, kind: str, months: int) -> None:
    """Keep one kind of data for so many months from now on. A purge that was announced takes no more than that.

    Raises `UnknownPeriod`, `FixedPeriod`, `PeriodOutOfBounds` naming `months`.
    """
    RETENTION.require(session, actor, "set")
    period = queries.period(kind)
    if not period.is_settable:
        raise FixedPeriod
    if not period.least <= months <= period.most:
        detail = _("De {least} à {most} mois.").format(least=period.least, most=period.most)
        raise PeriodOutOfBounds.on("months", detail)
    row = session.execute(
        select(RetentionPeriod).where(
            col(RetentionPeriod.authority_id) == actor.authority_id, col(RetentionPeriod.kind) == kind
        )
    ).scalar_one_or_none()
    if row is not None and row.months == months:
        return
    if row is None:
        insert(session, RetentionPeriod(authority_id=actor.authority_id, kind=kind, months=months))
    else:
        change(session, row, months=months)
    record(session, events.RetentionSet(subject_id=actor.authority_id, kind=kind, months=months), by=actor)
