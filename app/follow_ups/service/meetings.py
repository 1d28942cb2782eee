"""Prepare a follow-up, hold it, or say that it was missed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.agreements.service import check_decisions
from app.follow_ups import events
from app.follow_ups.lifecycle import FOLLOW_UPS, TO_COME, Side
from app.follow_ups.models import (
    Commitment,
    Decision,
    FollowUp,
    FollowUpAttendee,
    FollowUpReport,
    Obstacle,
)
from app.follow_ups.policy import FOLLOW_UPS as POLICY
from app.follow_ups.policy import expected_on
from app.follow_ups.problems import NotItsDay, ReportClosed, ReportsAwaited, WhenMissing, WrongDay
from app.follow_ups.schemas import Appointment, Minutes
from app.follow_ups.service.acting import for_client
from app.follow_ups.service.commitments import facts as commitment_facts
from app.follow_ups.service.planning import facts, stand_next
from app.journal.service import record
from app.kit.calendar import local_date, time_zone
from app.kit.database import get, insert
from app.kit.etag import require_version
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.problems import FieldError, NotFound
from app.mandates.models import Mandate
from app.people.models import Agent
from app.people.problems import UnknownAgent
from app.people.service import calendar_of


def find(session: Session, actor: Actor, follow_up_id: UUID) -> FollowUp:
    """The follow-up, if `actor` may know of it. Raises `NotFound`."""
    follow_up = get(session, FollowUp, follow_up_id, actor.authority_id)
    if not POLICY.allows(session, actor, "read", follow_up):
        raise NotFound
    return follow_up


def schedule(session: Session, actor: Actor, follow_up: FollowUp, form: Appointment) -> None:
    """Fix when and where it is to be held, or fix it anew.

    Raises `WhenMissing` without one way of saying when, `WrongDay` for a day off, or nearer to another follow-up.
    """
    POLICY.require(session, actor, "schedule", follow_up)
    FOLLOW_UPS.check(follow_up.state, "schedule")
    held_at = _instant(form, actor)
    day = local_date(held_at, actor.time_zone)
    field = "day" if form.day else "held_at"
    _check_near(session, follow_up, day, field)
    if not calendar_of(session, follow_up.authority_id).is_working_day(day):
        raise WrongDay.on(field, _("Personne ne travaille {day} : choisissez un autre jour.").format(day=day))
    FOLLOW_UPS.apply(session, follow_up, "schedule", held_at=held_at, place=form.place)
    record(session, events.FollowUpScheduled(**facts(follow_up), held_at=held_at), by=actor)


def report(
    session: Session, actor: Actor, follow_up: FollowUp, side: Side, body: str, if_match: str | None
) -> FollowUpReport:
    """Put in the report of one's side, or correct it, before the follow-up is held.

    Raises `ReportClosed` after, `PreconditionRequired` or `PreconditionFailed` where a report is there already and its
    version is not named.
    """
    POLICY.require(session, actor, f"report_for_{side}", follow_up)
    # A lock that others who report share, and that whoever holds the follow-up waits for.
    to_come = session.execute(
        select(col(FollowUp.id))
        .where(col(FollowUp.id) == follow_up.id, col(FollowUp.state).in_(TO_COME))
        .with_for_update(read=True)
    ).first()
    if to_come is None:
        raise ReportClosed
    if side is Side.CLIENT_DIRECTORATE:
        actor = for_client(session, actor, follow_up.mandate_id)
    existing: FollowUpReport | None = session.execute(
        select(FollowUpReport).where(
            col(FollowUpReport.follow_up_id) == follow_up.id, col(FollowUpReport.side) == side
        )
    ).scalar_one_or_none()
    if existing is None:
        written = insert(
            session,
            FollowUpReport(
                authority_id=follow_up.authority_id,
                follow_up_id=follow_up.id,
                side=side,
                author_id=cast(UUID, actor.agent_id),
                body=body,
            ),
        )
    else:
        written = existing
        require_version(if_match, written.version)
        change(session, written, body=body, author_id=cast(UUID, actor.agent_id))
    record(session, events.FollowUpReported(**facts(follow_up), side=side), by=actor)
    return written


def hold(session: Session, actor: Actor, follow_up: FollowUp, form: Minutes) -> None:
    """Write down what was said. The next follow-up stands planned.

    Raises `WrongDay` for a day to come or nearer to another follow-up, `UnknownAgent` naming every field that holds
    one, `AgreementMissing` for what is reserved without an agreement, `ReportsAwaited` where a report is missing and
    the form does not say so.
    """
    POLICY.require(session, actor, "hold", follow_up)
    FOLLOW_UPS.check(follow_up.state, "hold")
    if form.held_on > actor.today():
        raise WrongDay.on("held_on", _("Le relevé s'écrit une fois le point tenu : ce jour est à venir."))
    _check_near(session, follow_up, form.held_on, "held_on")
    _check_due(form)
    _check_agents(session, actor, form)
    _check_agreements(session, follow_up, form)
    without = _reports_in(session, follow_up) < len(Side)
    if without and not form.without_reports:
        raise ReportsAwaited
    FOLLOW_UPS.apply(session, follow_up, "hold", held_on=form.held_on)
    _write(session, follow_up, form)
    event = events.FollowUpHeld(**facts(follow_up), held_on=form.held_on, without_reports=without)
    record(session, event, by=actor)
    _promise(session, actor, follow_up, form)
    stand_next(session, actor, follow_up)


def miss(session: Session, actor: Actor, follow_up: FollowUp, reason: str) -> None:
    """Say that it was not held. The next one stands planned. Raises `NotItsDay` before its day."""
    POLICY.require(session, actor, "miss", follow_up)
    FOLLOW_UPS.check(follow_up.state, "miss")
    if actor.today() < expected_on(follow_up, actor):
        raise NotItsDay
    FOLLOW_UPS.apply(session, follow_up, "miss", reason=reason)
    record(session, events.FollowUpMissed(**facts(follow_up), by_itself=False), by=actor)
    stand_next(session, actor, follow_up)


def _instant(form: Appointment, actor: Actor) -> datetime:
    if form.held_at is not None and form.day is None and form.time is None:
        return form.held_at
    if form.held_at is None and form.day is not None and form.time is not None:
        local = time.fromisoformat(form.time).replace(tzinfo=time_zone(actor.time_zone))
        return datetime.combine(form.day, local)
    raise WhenMissing.on("held_at" if form.day is None else "time", WhenMissing.title)


def _check_near(session: Session, follow_up: FollowUp, day: date, field: str) -> None:
    """A follow-up slips, but never as far as its neighbours."""
    mandate = session.get_one(Mandate, follow_up.mandate_id)
    reach = timedelta(weeks=mandate.cadence_weeks, days=-1)
    first, last = follow_up.theoretical_on - reach, follow_up.theoretical_on + reach
    if not first <= day <= last:
        sentence = _("Choisissez un jour du {first} au {last} : les points voisins gardent leur place.")
        raise WrongDay.on(field, sentence.format(first=first, last=last))


def _check_due(form: Minutes) -> None:
    dues = [(f"commitments.{place}.due_on", item.due_on) for place, item in enumerate(form.commitments)]
    dues += [(f"obstacles.{place}.due_on", item.due_on) for place, item in enumerate(form.obstacles)]
    sentence = _("Une échéance ne vient pas avant le point de suivi, tenu {day}.").format(day=form.held_on)
    errors = [FieldError(field, sentence) for field, due_on in dues if due_on < form.held_on]
    if errors:
        raise WrongDay(errors=errors)


def _named(form: Minutes) -> Iterator[tuple[str, UUID]]:
    """Every agent that the minutes name, and the field that does."""
    yield from ((f"attendee_ids.{place}", agent_id) for place, agent_id in enumerate(form.attendee_ids))
    yield from ((f"decisions.{n}.decided_by_id", item.decided_by_id) for n, item in enumerate(form.decisions))
    yield from ((f"commitments.{n}.owner_id", item.owner_id) for n, item in enumerate(form.commitments))
    yield from ((f"obstacles.{n}.owner_id", item.owner_id) for n, item in enumerate(form.obstacles))


def _check_agents(session: Session, actor: Actor, form: Minutes) -> None:
    named = list(_named(form))
    known = set(
        session.execute(
            select(col(Agent.id)).where(
                col(Agent.id).in_({agent_id for _field, agent_id in named}),
                col(Agent.authority_id) == actor.authority_id,
                or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= form.held_on),
            )
        ).scalars()
    )
    errors = [FieldError(field, UnknownAgent.title) for field, agent_id in named if agent_id not in known]
    if errors:
        raise UnknownAgent(errors=errors)


def _check_agreements(session: Session, follow_up: FollowUp, form: Minutes) -> None:
    check_decisions(
        session,
        follow_up.mandate_id,
        [
            (f"decisions.{place}.agreement_id", item.reserved, item.agreement_id)
            for place, item in enumerate(form.decisions)
        ],
    )


def _reports_in(session: Session, follow_up: FollowUp) -> int:
    of_it = col(FollowUpReport.follow_up_id) == follow_up.id
    count: int = session.execute(select(func.count()).select_from(FollowUpReport).where(of_it)).scalar_one()
    return count


def _write(session: Session, follow_up: FollowUp, form: Minutes) -> None:
    of_it: dict[str, Any] = {"authority_id": follow_up.authority_id, "follow_up_id": follow_up.id}
    session.add_all(
        FollowUpAttendee(**of_it, agent_id=agent_id) for agent_id in dict.fromkeys(form.attendee_ids)
    )
    session.add_all(
        Decision(**of_it, position=place, **item.model_dump(exclude={"reserved"}))
        for place, item in enumerate(form.decisions, 1)
    )
    session.add_all(
        Obstacle(**of_it, position=place, **item.model_dump()) for place, item in enumerate(form.obstacles, 1)
    )


def _promise(session: Session, actor: Actor, follow_up: FollowUp, form: Minutes) -> None:
    for item in form.commitments:
        commitment = insert(
            session,
            Commitment(
                authority_id=follow_up.authority_id,
                follow_up_id=follow_up.id,
                mandate_id=follow_up.mandate_id,
                team_id=follow_up.team_id,
                **item.model_dump(),
            ),
        )
        event = events.CommitmentMade(
            **commitment_facts(commitment),
            follow_up_id=follow_up.id,
            owner_id=commitment.owner_id,
            due_on=commitment.due_on,
        )
        record(session, event, by=actor)
