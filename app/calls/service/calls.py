"""Draft, open, close, conclude, cancel a call."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.calls import events, queries
from app.calls.lifecycle import CALLS, CallState
from app.calls.models import Call, CallIrritant
from app.calls.policy import CALL_POLICY
from app.calls.problems import (
    ApplicationsUnanswered,
    CallAlreadyPast,
    CallNotEditable,
    CallWithoutIrritant,
    DatesReversed,
    IrritantsNotQualified,
    UnknownIrritants,
)
from app.calls.schemas import CallDraft
from app.calls.service.applications import answer_no
from app.irritants.lifecycle import IrritantState
from app.irritants.models import Irritant
from app.irritants.service import select_for_call
from app.journal.service import record
from app.kit import clock
from app.kit.database import get, insert
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.problems import MoveRefused, NotFound
from app.programmes.models import Programme
from app.programmes.problems import UnknownProgramme


def draft(session: Session, actor: Actor, form: CallDraft) -> Call:
    """A call in preparation, known to the lab alone.

    Raises `UnknownProgramme`, `UnknownIrritants` or `DatesReversed`, each naming its field.
    """
    CALL_POLICY.require(session, actor, "draft")
    programme = session.get(Programme, form.programme_id)
    if programme is None or programme.authority_id != actor.authority_id:
        raise UnknownProgramme.on("programme_id", UnknownProgramme.title)
    _check_dates(form.opens_on, form.closes_on)
    call = insert(session, Call(authority_id=actor.authority_id, **form.model_dump(exclude={"irritant_ids"})))
    _present(session, actor, call, form.irritant_ids)
    record(session, events.CallDrafted(subject_id=call.id, programme_id=call.programme_id), by=actor)
    return call


def edit(session: Session, actor: Actor, call: Call, changes: dict[str, Any]) -> None:
    """Correct a call in preparation; of an open one, move the closing date.

    Raises `CallNotEditable`, or as `draft`.
    """
    CALL_POLICY.require(session, actor, "edit", call)
    if call.state is not CallState.DRAFT and (
        call.state is not CallState.OPEN or set(changes) - {"closes_on"}
    ):
        raise CallNotEditable
    _check_dates(changes.get("opens_on", call.opens_on), changes.get("closes_on", call.closes_on))
    columns = {name: value for name, value in changes.items() if name != "irritant_ids"}
    change(session, call, **columns)
    if "irritant_ids" in changes:
        session.execute(delete(CallIrritant).where(col(CallIrritant.call_id) == call.id))
        _present(session, actor, call, changes["irritant_ids"])
    record(session, events.CallEdited(subject_id=call.id, fields=tuple(changes)), by=actor)


def find(session: Session, actor: Actor, call_id: UUID) -> Call:
    """The call, if `actor` may know of it. Raises `NotFound`."""
    call = get(session, Call, call_id, actor.authority_id)
    if not CALL_POLICY.allows(session, actor, "read", call):
        raise NotFound
    return call


def open_(session: Session, actor: Actor, call: Call) -> None:
    """Publish a call and retain its irritants. Applications come in from its first day on.

    Raises `CallAlreadyPast`, `CallWithoutIrritant`, or `IrritantsNotQualified`, which names them.
    """
    CALL_POLICY.require(session, actor, "open", call)
    CALLS.apply(session, call, "open", opened_at=clock.now())
    if call.closes_on < actor.today():
        raise CallAlreadyPast
    irritants = queries.irritants_of(session, call.id)
    if not irritants:
        raise CallWithoutIrritant
    if unready := [one for one in irritants if one.state is not IrritantState.QUALIFIED]:
        raise IrritantsNotQualified(
            _(
                "Un appel porte sur des irritants qualifiés et encore libres. Retirez ou qualifiez : {titles}."
            ).format(
                titles=[
                    _("« {title} » ({state})").format(title=one.title, state=one.state.label)
                    for one in unready
                ]
            ),
            irritant_ids=[one.id for one in unready],
        )
    for irritant in irritants:
        select_for_call(session, actor, irritant)
    opened = events.CallOpened(
        subject_id=call.id,
        opens_on=call.opens_on,
        closes_on=call.closes_on,
        irritant_ids=tuple(irritant.id for irritant in irritants),
    )
    record(session, opened, by=actor)


def close(session: Session, actor: Actor, call: Call) -> None:
    """Receive no further application: teams are being made up."""
    CALL_POLICY.require(session, actor, "close", call)
    CALLS.apply(session, call, "close")
    record(session, events.CallClosed(subject_id=call.id), by=actor)


def conclude(session: Session, actor: Actor, call: Call) -> None:
    """End a call whose applicants have all been answered. The rooms above free the irritants left without a team.

    Raises `ApplicationsUnanswered`, which says how many are left.
    """
    CALL_POLICY.require(session, actor, "conclude", call)
    CALLS.apply(session, call, "conclude")
    if unanswered := len(queries.unanswered(session, call.id)):
        raise ApplicationsUnanswered(
            _(
                "Candidatures sans réponse : {count}. Acceptez-les ou déclinez-les, puis terminez l'appel."
            ).format(count=unanswered),
            unanswered=unanswered,
        )
    record(session, events.CallConcluded(subject_id=call.id), by=actor)


def cancel(session: Session, actor: Actor, call: Call, reason: str) -> None:
    """Give a call up. Whoever was waiting for an answer is declined with the same reason; teams already made stay."""
    CALL_POLICY.require(session, actor, "cancel", call)
    CALLS.apply(session, call, "cancel", reason=reason)
    for application in queries.unanswered(session, call.id):
        answer_no(session, actor, application, reason)
    record(session, events.CallCancelled(subject_id=call.id, reason=reason), by=actor)


def turn_pages(session: Session, actor: Actor, today: date) -> int:
    """Close the open calls whose last day is before `today`; how many. Nothing to do the second time."""
    due = select(Call).where(
        col(Call.authority_id) == actor.authority_id,
        col(Call.state) == CallState.OPEN,
        col(Call.closes_on) < today,
    )
    closed = 0
    for call in session.execute(due).scalars().all():
        try:
            close(session, actor, call)
        except MoveRefused:
            continue
        closed += 1
    return closed


def _check_dates(opens_on: date, closes_on: date) -> None:
    if closes_on < opens_on:
        raise DatesReversed.on("closes_on", DatesReversed.title)


def _present(session: Session, actor: Actor, call: Call, irritant_ids: list[UUID]) -> None:
    wanted = sorted(set(irritant_ids))
    known = session.execute(
        select(func.count()).where(
            col(Irritant.id).in_(wanted), col(Irritant.authority_id) == actor.authority_id
        )
    ).scalar_one()
    if known != len(wanted):
        raise UnknownIrritants.on("irritant_ids", UnknownIrritants.title)
    session.add_all(
        CallIrritant(authority_id=actor.authority_id, call_id=call.id, irritant_id=irritant_id)
        for irritant_id in wanted
    )
    session.flush()
