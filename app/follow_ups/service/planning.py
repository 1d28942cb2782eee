"""Plan the follow-ups of a mandate, stand the next one, and settle those whose time has passed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.follow_ups import events
from app.follow_ups.arithmetic import PlannedFollowUp, is_missed, next_follow_up, plan_follow_ups
from app.follow_ups.lifecycle import FOLLOW_UPS, TO_COME, Cancellation, FollowUpState
from app.follow_ups.models import FollowUp
from app.follow_ups.policy import expected_on
from app.half_days.service import first_day_of
from app.journal.service import record
from app.kit.calendar import local_date
from app.kit.database import insert_all_absent, insert_if_absent
from app.kit.problems import MoveRefused
from app.mandates.lifecycle import IN_FORCE
from app.mandates.models import Mandate
from app.people.service import calendar_of


def plan(session: Session, actor: Actor, mandate: Mandate) -> None:
    """Plan every follow-up of the mandate, counted from the day it takes effect. Twice is once."""
    planned = plan_follow_ups(
        first_day_of(mandate, actor.today()),
        mandate.ends_on,
        calendar=calendar_of(session, mandate.authority_id),
        cadence_weeks=mandate.cadence_weeks,
    )
    insert_all_absent(session, [_row(mandate, one) for one in planned])
    event = events.FollowUpsPlanned(
        subject_id=mandate.id,
        count=len(planned),
        first_on=planned[0].planned if planned else None,
        last_on=planned[-1].planned if planned else None,
    )
    record(session, event, by=actor)


def replan(session: Session, actor: Actor, mandate: Mandate) -> None:
    """Follow the last day of a mandate that an amendment has moved: those after it have no object, those up to it
    stand planned, counted from the day the mandate took effect."""
    theirs = col(FollowUp.mandate_id) == mandate.id
    after = col(FollowUp.theoretical_on) > mandate.ends_on
    cancel(session, actor, Cancellation.MANDATE_ENDED, theirs, after)
    restore(session, actor, theirs, ~after, why=Cancellation.MANDATE_ENDED)
    since = local_date(mandate.activated_at, actor.time_zone) if mandate.activated_at else mandate.starts_on
    planned = plan_follow_ups(
        first_day_of(mandate, since),
        mandate.ends_on,
        calendar=calendar_of(session, mandate.authority_id),
        cadence_weeks=mandate.cadence_weeks,
    )
    rows = [_row(mandate, one) for one in planned]
    there = {row.id for row in insert_all_absent(session, rows)}
    for row in rows:
        if row.id not in there:
            record(session, events.FollowUpPlanned(**facts(row)), by=actor)
    if mandate.suspended_from is not None:
        from_then = col(FollowUp.planned_on) >= mandate.suspended_from
        cancel(session, actor, Cancellation.SUSPENSION, theirs, from_then)


def stand_next(session: Session, actor: Actor, follow_up: FollowUp) -> None:
    """See to it that the next one stands planned, counted from the theoretical day of this one.

    It stands already, unless the mandate's term was moved since it was planned.
    """
    mandate = session.get_one(Mandate, follow_up.mandate_id)
    if mandate.state not in IN_FORCE:
        return
    previous = PlannedFollowUp(follow_up.ordinal, follow_up.theoretical_on, follow_up.planned_on)
    calendar = calendar_of(session, mandate.authority_id)
    following = next_follow_up(
        previous, mandate.ends_on, calendar=calendar, cadence_weeks=mandate.cadence_weeks
    )
    if following is None:
        return
    row = _row(mandate, following)
    if insert_if_absent(session, row):
        record(session, events.FollowUpPlanned(**facts(row)), by=actor)


def turn_pages(session: Session, actor: Actor, today: date) -> int:
    """Call missed those that nobody held within the mandate's days of grace; how many. Nothing the second time."""
    waiting = (
        select(FollowUp, Mandate)
        .join(Mandate, col(Mandate.id) == col(FollowUp.mandate_id))
        .where(
            col(FollowUp.authority_id) == actor.authority_id,
            col(FollowUp.state).in_(TO_COME),
            col(FollowUp.planned_on) < today,
        )
        .order_by(col(FollowUp.planned_on), col(FollowUp.id))
    )
    missed = 0
    for follow_up, mandate in session.execute(waiting).all():
        if not is_missed(expected_on(follow_up, actor), today, mandate.grace_days):
            continue
        try:
            miss_by_itself(session, actor, follow_up)
        except MoveRefused:
            continue
        missed += 1
    return missed


def miss_by_itself(session: Session, actor: Actor, follow_up: FollowUp) -> None:
    FOLLOW_UPS.apply(session, follow_up, "miss")
    record(session, events.FollowUpMissed(**facts(follow_up), by_itself=True), by=actor)
    stand_next(session, actor, follow_up)


def cancel(session: Session, actor: Actor, why: Cancellation, *where: ColumnElement[bool]) -> None:
    """Those to come, among these, have no object any more."""
    for follow_up in _all(session, actor, col(FollowUp.state).in_(TO_COME), *where):
        try:
            FOLLOW_UPS.apply(session, follow_up, "cancel", cancelled_for=why, held_at=None)
        except MoveRefused:
            # Held, or said to be missed, while this was being decided: a fact, which stands.
            continue
        record(session, events.FollowUpCancelled(**facts(follow_up), why=why), by=actor)


def restore(
    session: Session,
    actor: Actor,
    *where: ColumnElement[bool],
    why: Cancellation = Cancellation.SUSPENSION,
) -> None:
    """Those that were cancelled for that, among these, stand planned again."""
    for follow_up in _all(session, actor, col(FollowUp.cancelled_for) == why, *where):
        FOLLOW_UPS.apply(session, follow_up, "restore", cancelled_for=None)
        record(session, events.FollowUpRestored(**facts(follow_up)), by=actor)


def facts(follow_up: FollowUp) -> dict[str, Any]:
    """What every event of a follow-up says of it."""
    return {
        "subject_id": follow_up.id,
        "mandate_id": follow_up.mandate_id,
        "team_id": follow_up.team_id,
        "planned_on": follow_up.planned_on,
    }


def _all(session: Session, actor: Actor, *where: Any) -> Sequence[FollowUp]:
    own = col(FollowUp.authority_id) == actor.authority_id
    statement = select(FollowUp).where(own, *where).order_by(col(FollowUp.planned_on), col(FollowUp.id))
    found: Sequence[FollowUp] = session.execute(statement).scalars().all()
    return found


def _row(mandate: Mandate, planned: PlannedFollowUp) -> FollowUp:
    return FollowUp(
        authority_id=mandate.authority_id,
        mandate_id=mandate.id,
        team_id=mandate.team_id,
        ordinal=planned.ordinal,
        theoretical_on=planned.theoretical,
        planned_on=planned.planned,
        state=FollowUpState.PLANNED,
    )
