"""The purge, warned: announced thirty days before, to those who can lengthen a period, then done and written down."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.personal import Period, periods
from app.journal.service import record
from app.kit import clock
from app.kit.database import insert_if_absent
from app.kit.i18n import _
from app.people.models import Agent
from app.privacy import arithmetic, events, queries, service
from app.privacy.models import Erasure, Purge

WARNING: Final = timedelta(days=30)


BATCH: Final = 20
"""How many people one round of the worker erases: others wait for the database meanwhile."""

_looked: dict[UUID, date] = {}


def daily(session: Session, actor: Actor, day: date) -> int:
    """The chore: `turn`, but what comes to its term is looked for once a day in each worker."""
    if _looked.get(actor.authority_id) == day and queries.waiting_purge(session, actor.authority_id) is None:
        return 0
    done = turn(session, actor, day)
    _looked[actor.authority_id] = day
    return done


def turn(session: Session, actor: Actor, day: date) -> int:
    """Run the purge whose day has come, or announce the next one; how many acts. Again does nothing."""
    waiting = queries.waiting_purge(session, actor.authority_id)
    if waiting is None:
        return announce(session, actor, day)
    return run(session, actor, waiting, day) if waiting.runs_on <= day else 0


def announce(session: Session, actor: Actor, day: date) -> int:
    """Announce the purge of what comes to its term within thirty days, if anything does."""
    runs_on = day + WARNING
    found = queries.due(session, actor.authority_id, runs_on)
    if not found:
        return 0
    items = [
        {"kind": one["kind"], "before": one["before"].isoformat(), "announced": one["rows"], "purged": None}
        for one in found
    ]
    purge = Purge(authority_id=actor.authority_id, announced_on=day, runs_on=runs_on, items=items)
    if not insert_if_absent(session, purge):
        return 0
    due = {one["kind"]: one["rows"] for one in found}
    record(session, events.PurgeAnnounced(subject_id=purge.id, runs_on=runs_on, due=due), by=actor)
    return 1


def run(session: Session, actor: Actor, purge: Purge, day: date) -> int:
    """Purge what was announced, but for what a period lengthened since now keeps. It is over once nothing is left."""
    months = queries.months_of(session, actor.authority_id)
    known = {one.kind: one for one in periods()}
    items: list[dict[str, Any]] = []
    left = 0
    for item in purge.items:
        period, kept = known.get(item["kind"]), months.get(item["kind"])
        purged = item["purged"] or 0
        if period and period.due and period.purge and kept is not None:
            before = min(date.fromisoformat(item["before"]), arithmetic.months_before(day, kept))
            purged += period.purge(session, actor, before)
            left += period.due(session, actor.authority_id, before)
        items.append({**item, "purged": purged})
    purge.items = items
    if not left:
        purge.done_at = clock.now()
        counts = {item["kind"]: item["purged"] for item in items}
        record(session, events.PurgeDone(subject_id=purge.id, purged=counts), by=actor)
    session.flush()
    return 1


def _leavers(authority_id: UUID, before: date) -> Any:
    return select(Agent).where(
        col(Agent.authority_id) == authority_id,
        col(Agent.left_on) < before,
        col(Agent.id).not_in(select(col(Erasure.agent_id)).where(col(Erasure.authority_id) == authority_id)),
    )


def _due(session: Connection | Session, authority_id: UUID, before: date) -> int:
    statement = select(func.count()).select_from(_leavers(authority_id, before).subquery())
    return session.execute(statement).scalar_one()


def _erase(session: Session, actor: Actor, before: date) -> int:
    some = _leavers(actor.authority_id, before).order_by(col(Agent.left_on), col(Agent.id)).limit(BATCH)
    gone = session.execute(some.with_for_update()).scalars().all()
    for agent in gone:
        service.forget(session, actor, agent)
    return len(gone)


PERIODS: Final = (
    Period(
        kind="leavers",
        label=_("Personnes qui ont quitté la collectivité"),
        since=_("leur dernier jour"),
        source=_(
            "cinq ans, prescription de droit commun (Code civil, art. 2224) : la personne est alors effacée, ses actes "
            "signés restent"
        ),
        months=60,
        least=3,
        due=_due,
        purge=_erase,
    ),
)
