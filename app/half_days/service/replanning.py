"""Follow the terms of a mandate that an amendment has changed, from a day on."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.half_days.events import HalfDaysPlanned
from app.half_days.lifecycle import Excuse, HalfDayState
from app.half_days.models import HalfDay
from app.half_days.service import standing
from app.half_days.service.ground import Ground
from app.half_days.service.planning import first_day_of, originals, slots_of, taken
from app.journal.service import record
from app.kit.calendar import Half, Weekday
from app.kit.database import insert_all_absent
from app.kit.problems import MoveRefused
from app.mandates.models import Mandate

_FREED = frozenset({Excuse.AMENDED, Excuse.MANDATE_ENDED})
"""What an amendment excused, and what a later one may bring back."""
_KNOWN = frozenset(
    {
        Excuse.PUBLIC_HOLIDAY,
        Excuse.NOT_WORKED,
        Excuse.ABSENCE,
        Excuse.SUSPENSION,
        Excuse.OCCUPIED,
        *_FREED,
    }
)
"""Excuses that are looked at again when facts change: written over, they bring nothing back that is not planned."""

Wanted = set[tuple[UUID, Weekday, Half]]


def replan(session: Session, actor: Actor, mandate: Mandate, from_day: date) -> None:
    """From `from_day` on, have the half-days that the mandate's slots and last day now say. None is dropped: those that
    are not in them any more are excused, and what gives an encroached one back stays.

    Raises `HalfDayTaken`, naming whose and when, where another mandate protects one of them already.
    """
    first = first_day_of(mandate, from_day)
    slots = slots_of(session, mandate)
    wanted = {(agent_id, slot.weekday, slot.half) for agent_id, weekly in slots.items() for slot in weekly}
    rows = _from(session, mandate, first)
    for row in rows:
        if not row.gives_back and not _stands(session, row, mandate, wanted):
            _free(session, actor, row, mandate)
    there = {(row.agent_id, row.day, row.half) for row in rows if row.replaces_id is None}
    agents = {*slots, *(row.agent_id for row in rows)}
    ground = Ground.of(session, actor.authority_id, list(agents), first, max(first, mandate.ends_on))
    made = [
        row
        for agent_id, weekly in slots.items()
        for row in originals(ground, mandate, agent_id, weekly, first)
        if (row.agent_id, row.day, row.half) not in there
    ]
    _insert(session, ground, mandate, made)
    planned = _from(session, mandate, first)
    standing.reconsider(session, actor, _to_look_at(session, planned, mandate, wanted))
    inserted = {row.id for row in made}
    owed = sum(row.state is HalfDayState.PLANNED for row in planned if row.id in inserted)
    event = HalfDaysPlanned(
        subject_id=mandate.id,
        first_day=first,
        last_day=mandate.ends_on,
        owed=owed,
        excused=len([row for row in planned if row.id in inserted]) - owed,
    )
    record(session, event, by=actor)


def _from(session: Session, mandate: Mandate, first: date) -> Sequence[HalfDay]:
    statement = (
        select(HalfDay)
        .where(col(HalfDay.mandate_id) == mandate.id, col(HalfDay.day) >= first)
        .order_by(col(HalfDay.day), col(HalfDay.id))
    )
    return session.execute(statement).scalars().all()


def _stands(session: Session, row: HalfDay, mandate: Mandate, wanted: Wanted) -> bool:
    """Whether the mandate still says this half-day, or the one in whose place it was moved."""
    origin = row
    while origin.replaces_id is not None:
        origin = session.get_one(HalfDay, origin.replaces_id)
    return row.day <= mandate.ends_on and (origin.agent_id, Weekday.on(origin.day), origin.half) in wanted


def _free(session: Session, actor: Actor, row: HalfDay, mandate: Mandate) -> None:
    why = Excuse.MANDATE_ENDED if row.day > mandate.ends_on else Excuse.AMENDED
    if row.state is HalfDayState.PLANNED or (
        row.state is HalfDayState.EXCUSED and row.excuse in _KNOWN and row.excuse is not why
    ):
        try:
            standing.excuse(session, actor, row, why, None)
        except MoveRefused:
            # Taken, or taken back, while this was being decided: a fact, which stands.
            return


def _insert(session: Session, ground: Ground, mandate: Mandate, made: list[HalfDay]) -> None:
    for row in insert_all_absent(session, made):
        own = select(col(HalfDay.id)).where(
            col(HalfDay.mandate_id) == mandate.id,
            col(HalfDay.agent_id) == row.agent_id,
            col(HalfDay.day) == row.day,
            col(HalfDay.half) == row.half,
        )
        # One that was moved there, or gives another back there, is protected already by this very mandate.
        if session.execute(own).first() is None:
            raise taken(ground, row)


def _to_look_at(session: Session, rows: Iterable[HalfDay], mandate: Mandate, wanted: Wanted) -> list[HalfDay]:
    """Those that are said again, and, under a suspension, those that were just planned."""
    return [
        row
        for row in rows
        if not row.gives_back
        and (row.state is HalfDayState.PLANNED or row.excuse in _FREED)
        and row.replaced_by_id is None
        and _stands(session, row, mandate, wanted)
    ]
