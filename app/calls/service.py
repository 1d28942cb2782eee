"""Draft, open, close, conclude, cancel a call; apply to it, and answer who applied."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.calls import events, queries
from app.calls.lifecycle import APPLICATIONS, CALLS, ApplicationState, CallState
from app.calls.models import Application, Call, CallIrritant
from app.calls.policy import APPLICATION_POLICY, CALL_POLICY
from app.calls.problems import (
    ApplicationsUnanswered,
    CallAlreadyPast,
    CallNotEditable,
    CallNotOpen,
    CallWithoutIrritant,
    DatesReversed,
    IrritantNotInCall,
    IrritantsNotQualified,
    NotActive,
    UnknownCall,
    UnknownIrritants,
    UnknownProgramme,
)
from app.calls.schemas import ApplicationForm, CallDraft
from app.irritants.lifecycle import IrritantState
from app.irritants.models import Irritant
from app.irritants.service import select_for_call
from app.journal.service import record
from app.kit import clock
from app.kit.database import get, insert
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.problems import MoveRefused, NotFound
from app.people.models import Agent, Position
from app.programmes.models import Programme


def draft(session: Session, actor: Actor, form: CallDraft) -> Call:
    """A call in preparation, known to the lab alone.

    Raises `UnknownProgramme`, `UnknownIrritants` or `DatesReversed`, each naming its field.
    """
    CALL_POLICY.require(session, actor, "draft")
    programme = session.get(Programme, form.programme_id)
    if programme is None or programme.authority_id != actor.authority_id:
        raise UnknownProgramme.on("programme_id", UnknownProgramme.title)
    _check_dates(form.opens_on, form.closes_on)
    call = insert(
        session, Call(authority_id=actor.authority_id, **form.model_dump(exclude={"irritant_ids"}))
    )
    _present(session, actor, call, form.irritant_ids)
    record(session, events.CallDrafted(subject_id=call.id, programme_id=call.programme_id), by=actor)
    return call


def edit(session: Session, actor: Actor, call: Call, changes: dict[str, Any]) -> None:
    """Correct a call in preparation; of an open one, move the closing date.

    Raises `CallNotEditable`, or as `draft`.
    """
    CALL_POLICY.require(session, actor, "edit", call)
    if call.state is not CallState.DRAFT and (call.state is not CallState.OPEN or set(changes) - {"closes_on"}):
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
            _("Un appel porte sur des irritants qualifiés et encore libres. Retirez ou qualifiez : {titles}.").format(
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
    if unanswered := len(_unanswered(session, call)):
        raise ApplicationsUnanswered(
            _("Candidatures sans réponse : {count}. Acceptez-les ou déclinez-les, puis terminez l'appel.").format(
                count=unanswered
            ),
            unanswered=unanswered,
        )
    record(session, events.CallConcluded(subject_id=call.id), by=actor)


def cancel(session: Session, actor: Actor, call: Call, reason: str) -> None:
    """Give a call up. Whoever was waiting for an answer is declined with the same reason; teams already made stay."""
    CALL_POLICY.require(session, actor, "cancel", call)
    CALLS.apply(session, call, "cancel", reason=reason)
    for application in _unanswered(session, call):
        _decline(session, actor, application, reason)
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


def hold(session: Session, actor: Actor, call_id: UUID) -> Call | None:
    """The call of this authority as it stands, which nobody else moves before this transaction ends."""
    return session.execute(
        select(Call)
        .where(col(Call.id) == call_id, col(Call.authority_id) == actor.authority_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def submit(session: Session, actor: Actor, form: ApplicationForm) -> Application:
    """Offer to work on an irritant. No manager is asked: theirs is told.

    Raises `UnknownCall` or `IrritantNotInCall`, naming the field; `CallNotOpen` outside of the call's days; `NotActive`
    for an agent whose statutory position is another than activity; and the database refuses the same offer twice.
    """
    APPLICATION_POLICY.require(session, actor, "submit")
    call = hold(session, actor, form.call_id)
    if call is None or call.opened_at is None:
        raise UnknownCall.on("call_id", UnknownCall.title)
    if not queries.is_about(session, call.id, form.irritant_id):
        raise IrritantNotInCall.on("irritant_id", IrritantNotInCall.title)
    _check_open(actor, call)
    agent = get(session, Agent, cast(UUID, actor.agent_id), actor.authority_id)
    if agent.position is not Position.ACTIVE:
        raise NotActive(
            _(
                "Votre position est « {position} » : une candidature demande d'être en activité. "
                "À votre retour, les appels ouverts vous attendent."
            ).format(position=agent.position.label)
        )
    application = insert(
        session,
        Application(
            authority_id=actor.authority_id,
            call_id=call.id,
            irritant_id=form.irritant_id,
            agent_id=agent.id,
            manager_id=agent.manager_id,
            motivation=form.motivation,
        ),
    )
    record(session, events.ApplicationSubmitted(**_facts(application)), by=actor)
    return application


def find_application(session: Session, actor: Actor, application_id: UUID) -> Application:
    """The application, if `actor` may know of it. Raises `NotFound`."""
    application = get(session, Application, application_id, actor.authority_id)
    if not APPLICATION_POLICY.allows(session, actor, "read", application):
        raise NotFound
    return application


def accept(session: Session, actor: Actor, application: Application) -> None:
    """Count the applicant among the volunteers. A team is made up of those accepted."""
    APPLICATION_POLICY.require(session, actor, "accept", application)
    APPLICATIONS.apply(session, application, "accept")
    record(session, events.ApplicationAccepted(**_facts(application)), by=actor)


def decline(session: Session, actor: Actor, application: Application, reason: str) -> None:
    """Say no, with a reason that the applicant reads."""
    APPLICATION_POLICY.require(session, actor, "decline", application)
    _decline(session, actor, application, reason)


def withdraw(session: Session, actor: Actor, application: Application) -> None:
    """Take one's offer back. The rooms above refuse once a mandate binds."""
    APPLICATION_POLICY.require(session, actor, "withdraw", application)
    APPLICATIONS.apply(session, application, "withdraw")
    record(session, events.ApplicationWithdrawn(**_facts(application)), by=actor)


def _decline(session: Session, actor: Actor, application: Application, reason: str) -> None:
    APPLICATIONS.apply(session, application, "decline", reason=reason)
    record(session, events.ApplicationDeclined(**_facts(application), reason=reason), by=actor)


def _facts(application: Application) -> dict[str, Any]:
    return {
        "subject_id": application.id,
        "call_id": application.call_id,
        "irritant_id": application.irritant_id,
        "agent_id": application.agent_id,
        "manager_id": application.manager_id,
    }


def _unanswered(session: Session, call: Call) -> list[Application]:
    statement = (
        select(Application)
        .where(col(Application.call_id) == call.id, col(Application.state) == ApplicationState.SUBMITTED)
        .order_by(col(Application.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.execute(statement).scalars())


def _check_dates(opens_on: date, closes_on: date) -> None:
    if closes_on < opens_on:
        raise DatesReversed.on("closes_on", DatesReversed.title)


def _check_open(actor: Actor, call: Call) -> None:
    if call.state is not CallState.OPEN:
        raise CallNotOpen(
            _("Cet appel ne reçoit pas de candidatures : il est à l'état « {state} ».").format(
                state=call.state.label
            )
        )
    if not call.opens_on <= actor.today() <= call.closes_on:
        raise CallNotOpen(
            _("Cet appel reçoit les candidatures du {opens_on} au {closes_on}.").format(
                opens_on=call.opens_on, closes_on=call.closes_on
            )
        )


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
