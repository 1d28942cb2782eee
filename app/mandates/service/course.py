"""The course of a mandate in force: suspend and resume it, and the ways in which it ends."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit.i18n import Text, _
from app.kit.problems import MoveRefused
from app.mandates import events
from app.mandates.lifecycle import IN_FORCE, LIFECYCLE, MandateState
from app.mandates.models import Mandate
from app.mandates.policy import POLICY, before_its_term
from app.mandates.problems import InvalidMandate, NotOver
from app.mandates.service.finding import hold, mandates_of
from app.mandates.service.signing import withdraw_for_team
from app.teams.lifecycle import TeamState
from app.teams.models import Team


def suspend(
    session: Session,
    actor: Actor,
    mandate: Mandate,
    *,
    reason: str,
    from_day: date,
    until_day: date | None = None,
) -> None:
    """Stop owing half-days from `from_day` on. Raises `InvalidMandate` for a day outside of the mandate."""
    POLICY.require(session, actor, "suspend", mandate)
    hold(session, mandate)
    LIFECYCLE.check(mandate.state, "suspend")
    _check_day("from_day", from_day, mandate.starts_on, mandate.ends_on)
    if until_day is not None:
        _check_day("until_day", until_day, from_day, mandate.ends_on)
    LIFECYCLE.apply(
        session, mandate, "suspend", reason=reason, suspended_from=from_day, suspended_until=until_day
    )
    record(
        session,
        events.MandateSuspended(subject_id=mandate.id, from_day=from_day, reason=reason, until_day=until_day),
        by=actor,
    )


def resume(session: Session, actor: Actor, mandate: Mandate, *, from_day: date) -> None:
    """Owe half-days again from `from_day` on. Raises `InvalidMandate` for a day before the suspension."""
    POLICY.require(session, actor, "resume", mandate)
    hold(session, mandate)
    LIFECYCLE.check(mandate.state, "resume")
    _check_day("from_day", from_day, mandate.suspended_from or mandate.starts_on, mandate.ends_on)
    _resume(session, actor, mandate, from_day)


def terminate(session: Session, actor: Actor, mandate: Mandate, *, reason: str, on_day: date) -> None:
    """End a mandate before its term; `on_day` is its last day, ahead or past.

    The state is final at once; half-days stand until `on_day`. Raises `InvalidMandate` for a day outside of it.
    """
    POLICY.require(session, actor, "terminate", mandate)
    hold(session, mandate)
    LIFECYCLE.check(mandate.state, "terminate")
    _check_day("on_day", on_day, min(mandate.starts_on, actor.today()), mandate.ends_on)
    LIFECYCLE.apply(session, mandate, "terminate", reason=reason, ended_on=on_day)
    record(session, events.MandateTerminated(subject_id=mandate.id, on_day=on_day, reason=reason), by=actor)


def complete(session: Session, actor: Actor, mandate: Mandate) -> None:
    """Declare the mission done: on the last day or after, or once the team has concluded. Raises `NotOver` before."""
    POLICY.require(session, actor, "complete", mandate)
    hold(session, mandate)
    LIFECYCLE.check(mandate.state, "complete")
    concluded = session.get_one(Team, mandate.team_id).state is TeamState.CONCLUDED
    if not concluded and (sentence := before_its_term(mandate, actor)):
        raise NotOver(sentence)
    _complete(session, actor, mandate, actor.today())


def end_with_team(session: Session, actor: Actor, team_id: UUID, on_day: date) -> None:
    """The team has concluded: its mandates in force are completed, and nobody is asked to sign one any more."""
    for mandate in mandates_of(session, team_id, IN_FORCE):
        hold(session, mandate)
        if mandate.state in IN_FORCE:
            _complete(session, actor, mandate, on_day)
    withdraw_for_team(session, actor, team_id)


def turn_pages(session: Session, actor: Actor, today: date) -> int:
    """Let the mandates whose last day is before `today` expire; how many. Nothing to do the second time."""
    over = select(Mandate).where(
        col(Mandate.authority_id) == actor.authority_id,
        col(Mandate.state).in_(IN_FORCE),
        col(Mandate.ends_on) < today,
    )
    expired = 0
    for mandate in session.execute(over.order_by(col(Mandate.id))).scalars().all():
        try:
            LIFECYCLE.apply(session, mandate, "expire", ended_on=mandate.ends_on)
        except MoveRefused:
            continue
        record(session, events.MandateExpired(subject_id=mandate.id, on_day=mandate.ends_on), by=actor)
        expired += 1
    return expired


def resume_due(session: Session, actor: Actor, today: date) -> int:
    """Resume the suspended mandates whose day to has come; how many. Half-days are owed again from that very day on,
    even where the worker was away on it. Nothing to do the second time."""
    due = select(Mandate).where(
        col(Mandate.authority_id) == actor.authority_id,
        col(Mandate.state) == MandateState.SUSPENDED,
        col(Mandate.suspended_until) <= today,
    )
    resumed = 0
    for mandate in session.execute(due.order_by(col(Mandate.id))).scalars().all():
        hold(session, mandate)
        from_day = mandate.suspended_until
        if mandate.state is not MandateState.SUSPENDED or from_day is None or from_day > today:
            continue
        _resume(session, actor, mandate, from_day)
        resumed += 1
    return resumed


def _resume(session: Session, actor: Actor, mandate: Mandate, from_day: date) -> None:
    LIFECYCLE.apply(session, mandate, "resume", reason=None, suspended_from=None, suspended_until=None)
    record(session, events.MandateResumed(subject_id=mandate.id, from_day=from_day), by=actor)


def _complete(session: Session, actor: Actor, mandate: Mandate, on_day: date) -> None:
    last_day = min(on_day, mandate.ends_on)
    LIFECYCLE.apply(session, mandate, "complete", ended_on=last_day)
    record(session, events.MandateCompleted(subject_id=mandate.id, on_day=last_day), by=actor)


def _check_day(field: str, day: date, first: date, last: date) -> None:
    if not first <= day <= last:
        sentence: Text = _("Choisissez un jour du {first} au {last}.").format(first=first, last=last)
        raise InvalidMandate.on(field, sentence)
