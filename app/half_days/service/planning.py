"""Plan the half-days of a mandate, from the day it takes effect to its last."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.half_days import arithmetic
from app.half_days.events import HalfDaysPlanned
from app.half_days.lifecycle import HALVES, HalfDayState
from app.half_days.models import HalfDay
from app.half_days.problems import HalfDayTaken
from app.half_days.service.ground import OWED, Ground, pattern_of
from app.journal.service import record
from app.kit.database import insert_all_absent
from app.kit.i18n import _
from app.mandates.models import Mandate, MandateSlot


def plan(session: Session, actor: Actor, mandate: Mandate) -> None:
    """Plan every half-day of every slot. What is not owed is planned too, excused.

    Raises `HalfDayTaken`, naming whose and when, where another mandate protects one of them already.
    """
    first = first_day_of(mandate, actor.today())
    slots = slots_of(session, mandate)
    ground = Ground.of(session, actor.authority_id, list(slots), first, mandate.ends_on)
    rows = [
        row
        for agent_id, weekly in slots.items()
        for row in originals(ground, mandate, agent_id, weekly, first)
    ]
    refused = insert_all_absent(session, rows)
    if refused:
        raise taken(ground, min(refused, key=lambda row: row.day))
    owed = sum(row.state is HalfDayState.PLANNED for row in rows)
    event = HalfDaysPlanned(
        subject_id=mandate.id,
        first_day=first,
        last_day=mandate.ends_on,
        owed=owed,
        excused=len(rows) - owed,
    )
    record(session, event, by=actor)


def first_day_of(mandate: Mandate, activated_on: date) -> date:
    """When a mandate takes effect: its first day, or the day of the last signature when that comes after."""
    return max(mandate.starts_on, activated_on)


def slots_of(session: Session, mandate: Mandate) -> dict[UUID, list[arithmetic.Slot]]:
    """The weekly half-days of a mandate, by agent."""
    slots: dict[UUID, list[arithmetic.Slot]] = defaultdict(list)
    for slot in session.execute(
        select(MandateSlot).where(col(MandateSlot.mandate_id) == mandate.id)
    ).scalars():
        slots[slot.agent_id].append(arithmetic.Slot(slot.weekday, slot.half))
    return slots


def originals(
    ground: Ground, mandate: Mandate, agent_id: UUID, slots: list[arithmetic.Slot], first: date
) -> list[HalfDay]:
    """The half-days of an agent that these slots make, from `first` to the mandate's last day; none is stored."""
    planned = arithmetic.plan(
        slots,
        first,
        mandate.ends_on,
        calendar=ground.calendar,
        pattern=pattern_of(ground.agents[agent_id]),
        absences=ground.absences[agent_id],
    )
    verdicts = [(item.half_day, ground.with_position(agent_id, item)) for item in planned]
    return [
        HalfDay(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            team_id=mandate.team_id,
            agent_id=agent_id,
            day=moment.date,
            half=moment.half,
            state=HalfDayState.PLANNED if verdict == OWED else HalfDayState.EXCUSED,
            excuse=verdict.excuse,
            excuse_detail=verdict.detail,
        )
        for moment, verdict in verdicts
    ]


def taken(ground: Ground, half_day: HalfDay) -> HalfDayTaken:
    """The refusal that names whose half-day is protected already, and when."""
    return HalfDayTaken(
        _(
            "{name} a déjà une demi-journée protégée {day}, {half} : le laboratoire choisit un autre créneau, "
            "puis le mandat est signé de nouveau."
        ).format(name=ground.agents[half_day.agent_id].name, day=half_day.day, half=HALVES[half_day.half])
    )
