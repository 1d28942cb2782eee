"""What the worker says by itself of a mandate: sign, time is up, this is due, the end is near.

Each thing is said once, whatever the worker does again or however long it stood still: `MandateReminder` remembers.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit.calendar import HolidayCalendar, local_date
from app.kit.database import insert_if_absent
from app.mandates import events
from app.mandates.lifecycle import MandateState, PartyState
from app.mandates.models import Mandate, MandateClause, MandateParty, MandateReminder, MandateSignature
from app.mandates.service.finding import hold
from app.mandates.service.signing import reopen
from app.mandates.substitution import of_submission
from app.mandates.wording import RENEWAL_NOTICE_WEEKS
from app.people.service import calendar_of
from app.programmes.models import Charter

SIGNATURE_DAYS: Final = (3, 7, 12)
"""After how many working days a party whose turn has come is asked again."""

END_WEEKS: Final = (RENEWAL_NOTICE_WEEKS, 2)
"""How many weeks before its last day the end of a mandate is announced."""

_in_signature = col(Mandate.state) == MandateState.IN_SIGNATURE


def lapse_late(session: Session, actor: Actor, today: date) -> int:
    """Send back to be written what has not been signed in the charter's time, or before its own last day; how many."""
    rows = session.execute(
        select(Mandate, col(Charter.signing_days))
        .join(Charter, col(Charter.id) == col(Mandate.charter_id))
        .where(col(Mandate.authority_id) == actor.authority_id, _in_signature)
        .order_by(col(Mandate.id))
    ).all()
    return sum(_lapse(session, actor, mandate, days, today) for mandate, days in rows)


def ask_again(session: Session, actor: Actor, today: date) -> int:
    """Remind the parties whose turn came three, seven or twelve working days ago, on a working day; of how many
    mandates. After a standstill only the last of the reminders is given."""
    submissions = _submissions(session, actor)
    calendar = calendar_of(session, actor.authority_id) if submissions else None
    if calendar is None or not calendar.is_working_day(today):
        return 0
    known = _said(session, [mandate_id for mandate_id, _rows in submissions])
    told = 0
    for mandate_id, rows in submissions:
        waiting = [row for row in rows if row.state is PartyState.PENDING]
        if not waiting:
            continue
        rank = min(row.rank for row in waiting)
        since = max((row.signed_at for row in rows if row.rank < rank), default=rows[0].submitted_at)
        waited = _working_days(calendar, local_date(since, actor.time_zone), today)
        days = max((step for step in SIGNATURE_DAYS if step <= waited), default=None)
        if days is None:
            continue
        awaited = [row.id for row in waiting if row.rank == rank]
        asked = tuple(
            party_id
            for party_id in awaited
            if _say(session, actor, known, mandate_id, f"signature:{party_id}:{days}", today)
        )
        if asked:
            event = events.MandateSignatureReminded(subject_id=mandate_id, party_ids=asked, working_days=days)
            record(session, event, by=actor)
            told += 1
    return told


def announce_ends(session: Session, actor: Actor, today: date) -> int:
    """Say eight weeks and two weeks before its last day that a mandate in force ends; of how many. A mandate shorter
    than that is not announced when it begins, and after a standstill only the nearest is said."""
    ending = select(Mandate).where(
        col(Mandate.authority_id) == actor.authority_id,
        col(Mandate.state).in_([MandateState.ACTIVE, MandateState.SUSPENDED]),
        col(Mandate.ends_on).between(today, today + timedelta(weeks=max(END_WEEKS))),
    )
    found = session.execute(ending.order_by(col(Mandate.id))).scalars().all()
    known = _said(session, [mandate.id for mandate in found])
    told = 0
    for mandate in found:
        weeks = min(each for each in END_WEEKS if today >= mandate.ends_on - timedelta(weeks=each))
        due_on = mandate.ends_on - timedelta(weeks=weeks)
        key = f"end:{mandate.ends_on}:{weeks}"
        is_news = due_on > effective_from(mandate, actor)
        if is_news and _say(session, actor, known, mandate.id, key, due_on):
            event = events.MandateEnding(subject_id=mandate.id, on_day=mandate.ends_on, weeks=weeks)
            record(session, event, by=actor)
            told += 1
    return told


def call_deadlines(session: Session, actor: Actor, today: date) -> int:
    """Remind those whom a clause of a mandate in force gives a deadline that the day has come; how many deadlines.

    They count from the day the mandate took effect, and wait while it is suspended.
    """
    given = (
        select(Mandate, MandateClause)
        .join(MandateClause, col(MandateClause.mandate_id) == col(Mandate.id))
        .where(
            col(Mandate.authority_id) == actor.authority_id,
            col(Mandate.state) == MandateState.ACTIVE,
            col(Mandate.starts_on) <= today,
            col(MandateClause.deadline_days).is_not(None),
        )
        .order_by(col(Mandate.id), col(MandateClause.position))
    )
    rows = session.execute(given).all()
    known = _said(session, list({mandate.id for mandate, _clause in rows}))
    told = 0
    for mandate, clause in rows:
        due_on = effective_from(mandate, actor) + timedelta(days=clause.deadline_days)
        key = f"deadline:{clause.key}:{due_on}"
        if due_on <= today and _say(session, actor, known, mandate.id, key, due_on):
            event = events.MandateDeadlineDue(
                subject_id=mandate.id, clause_key=clause.key, owner=clause.deadline_owner, on_day=due_on
            )
            record(session, event, by=actor)
            told += 1
    return told


def effective_from(mandate: Mandate, actor: Actor) -> date:
    """The day a signed mandate took effect: its first day, or that of the last signature when it came after."""
    if mandate.activated_at is None:
        return mandate.starts_on
    return max(mandate.starts_on, local_date(mandate.activated_at, actor.time_zone))


def _lapse(session: Session, actor: Actor, mandate: Mandate, days: int, today: date) -> bool:
    if not _is_late(mandate, days, actor, today):
        return False
    hold(session, mandate)
    # Somebody may have signed last, refused or withdrawn it while this waited.
    if mandate.state is not MandateState.IN_SIGNATURE or not _is_late(mandate, days, actor, today):
        return False
    event = events.MandateLapsed(subject_id=mandate.id, submission=mandate.submission, days=days)
    reopen(session, mandate, "lapse", None)
    record(session, event, by=actor)
    return True


def _is_late(mandate: Mandate, days: int, actor: Actor, today: date) -> bool:
    if mandate.submitted_at is None:
        return False
    asked_on = local_date(mandate.submitted_at, actor.time_zone)
    return mandate.ends_on < today or asked_on + timedelta(days=days) < today


def _submissions(session: Session, actor: Actor) -> list[tuple[UUID, list[Any]]]:
    """The parties of each mandate in signature, and when they signed."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            col(Mandate.id).label("mandate_id"),
            col(Mandate.submitted_at),
            col(MandateParty.id),
            col(MandateParty.rank),
            col(MandateParty.state),
            col(MandateSignature.signed_at),
        )
        .join(MandateParty, of_submission(MandateParty))
        .outerjoin(MandateSignature, col(MandateSignature.party_id) == col(MandateParty.id))
        .where(col(Mandate.authority_id) == actor.authority_id, _in_signature)
        .order_by(col(Mandate.id), col(MandateParty.rank), col(MandateParty.id))
    )
    rows: Sequence[Any] = session.execute(statement).all()
    return [(mandate_id, list(group)) for mandate_id, group in groupby(rows, lambda row: row.mandate_id)]


def _working_days(calendar: HolidayCalendar, since: date, today: date) -> int:
    """How many working days have begun after `since`, today's included."""
    days: Iterable[date] = (since + timedelta(days=n) for n in range(1, (today - since).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def _said(session: Session, mandate_ids: Sequence[UUID]) -> set[tuple[UUID, str]]:
    """What has been said of these mandates already."""
    if not mandate_ids:
        return set()
    columns = select(col(MandateReminder.mandate_id), col(MandateReminder.key))
    rows = session.execute(columns.where(col(MandateReminder.mandate_id).in_(mandate_ids)))
    return {(row.mandate_id, row.key) for row in rows}


def _say(
    session: Session,
    actor: Actor,
    known: set[tuple[UUID, str]],
    mandate_id: UUID,
    key: str,
    due_on: date,
) -> bool:
    """Whether this is still to be said; from now on it was, whatever another worker does at the same moment."""
    if (mandate_id, key) in known:
        return False
    reminder = MandateReminder(authority_id=actor.authority_id, mandate_id=mandate_id, key=key, due_on=due_on)
    return insert_if_absent(session, reminder)


__all__ = [
    "END_WEEKS",
    "SIGNATURE_DAYS",
    "announce_ends",
    "ask_again",
    "call_deadlines",
    "effective_from",
    "lapse_late",
]
