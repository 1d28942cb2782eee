"""Whether a half-day is owed, looked at again whenever a fact changes: an absence, a departure, the mandate.

A half-day that gives back an encroached one takes it along: excused, the encroached one is to be given back again;
owed again, it gives that one back, unless another does by now.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.half_days import events
from app.half_days.lifecycle import LIFECYCLE, Excuse, HalfDayState
from app.half_days.models import HalfDay
from app.half_days.service.ground import OWED, Ground, Verdict, moment_of
from app.journal.service import record
from app.kit.lifecycle import change
from app.kit.problems import MoveRefused
from app.mandates.models import Mandate


def reconsider(session: Session, actor: Actor, half_days: Iterable[HalfDay]) -> None:
    """Excuse those that are not owed any more, restore those that are owed again. What was settled meanwhile stays."""
    rows = sorted(half_days, key=moment_of)
    if not rows:
        return
    ground = Ground.of(
        session, actor.authority_id, list({row.agent_id for row in rows}), rows[0].day, rows[-1].day
    )
    mandates = _mandates(session, {row.mandate_id for row in rows})
    for row in rows:
        verdict = ground.verdict(row, mandates[row.mandate_id])
        excused = row.state is HalfDayState.EXCUSED
        if excused and verdict == OWED and moment_of(row) in ground.standing[row.agent_id]:
            verdict = Verdict(Excuse.OCCUPIED)
        try:
            if verdict.excuse is not None:
                excuse(session, actor, row, verdict.excuse, verdict.detail)
            elif excused:
                restore(session, actor, row)
                ground.standing[row.agent_id].add(moment_of(row))
        except MoveRefused:
            # Taken, or taken back, while this was being decided: a fact, which stands.
            continue


def excuse(session: Session, actor: Actor, half_day: HalfDay, why: Excuse, detail: str | None) -> None:
    """`half_day` is not owed, for this reason. Raises `MoveRefused` when it has been settled."""
    if half_day.state is HalfDayState.EXCUSED:
        if half_day.excuse is why:
            return
        change(session, half_day, excuse=why, excuse_detail=detail)
    else:
        LIFECYCLE.apply(session, half_day, "excuse", excuse=why, excuse_detail=detail)
        _owe_again(session, actor, half_day)
    record(session, events.HalfDayExcused(**facts(half_day), excuse=why), by=actor)


def restore(session: Session, actor: Actor, half_day: HalfDay) -> None:
    """`half_day` is owed again, unless it gave back one that does not wait for it any more.

    Raises `MoveRefused` when it is not excused.
    """
    origin = _origin(session, half_day) if half_day.gives_back else None
    if half_day.gives_back and (origin is None or origin.state is not HalfDayState.ENCROACHED):
        return
    LIFECYCLE.apply(session, half_day, "restore", excuse=None, excuse_detail=None)
    record(session, events.HalfDayRestored(**facts(half_day)), by=actor)
    if origin is not None:
        LIFECYCLE.apply(session, origin, "make-good", replaced_by_id=half_day.id)
        made_good = events.HalfDayMadeGood(**facts(origin), by_id=half_day.id, late=half_day.late)
        record(session, made_good, by=actor)


def facts(half_day: HalfDay) -> dict[str, Any]:
    """What every event of a half-day says of it."""
    return {
        "subject_id": half_day.id,
        "mandate_id": half_day.mandate_id,
        "agent_id": half_day.agent_id,
        "day": half_day.day,
        "half": half_day.half,
    }


def _owe_again(session: Session, actor: Actor, half_day: HalfDay) -> None:
    """What `half_day` was to give back is to be given back again."""
    if not half_day.gives_back:
        return
    origin = _origin(session, half_day)
    if origin is not None and origin.state is HalfDayState.MADE_GOOD:
        LIFECYCLE.apply(session, origin, "reopen", replaced_by_id=None)
        record(session, events.HalfDayReopened(**facts(origin)), by=actor)


def _origin(session: Session, half_day: HalfDay) -> HalfDay | None:
    """The encroached half-day that this one gives back, through those that were moved in between."""
    row: HalfDay | None = half_day
    while row is not None and row.replaces_id is not None:
        row = session.get(HalfDay, row.replaces_id)
        if row is not None and row.state is not HalfDayState.MOVED:
            return row
    return None


def _mandates(session: Session, ids: set[UUID]) -> dict[UUID, Mandate]:
    found: Sequence[Mandate] = (
        session.execute(select(Mandate).where(col(Mandate.id).in_(ids))).scalars().all()
    )
    return {mandate.id: mandate for mandate in found}
