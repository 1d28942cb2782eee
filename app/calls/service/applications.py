"""Apply to a call, answer who applied."""

from typing import Any, cast
from uuid import UUID

from sqlmodel import Session

from app.access.actor import Actor
from app.calls import events, queries
from app.calls.lifecycle import APPLICATIONS, CallState
from app.calls.models import Application, Call
from app.calls.policy import APPLICATION_POLICY
from app.calls.problems import CallNotOpen, IrritantNotInCall, NotActive, UnknownCall
from app.calls.schemas import ApplicationForm
from app.journal.service import record
from app.kit.database import get, insert
from app.kit.i18n import _
from app.kit.problems import NotFound
from app.people.models import Agent, Position


def submit(session: Session, actor: Actor, form: ApplicationForm) -> Application:
    """Offer to work on an irritant. No manager is asked: theirs is told.

    Raises `UnknownCall` or `IrritantNotInCall`, naming the field; `CallNotOpen` outside of the call's days; `NotActive`
    for an agent whose statutory position is another than activity; and the database refuses the same offer twice.
    """
    APPLICATION_POLICY.require(session, actor, "submit")
    call = queries.hold(session, actor, form.call_id)
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
    answer_no(session, actor, application, reason)


def withdraw(session: Session, actor: Actor, application: Application) -> None:
    """Take one's offer back. The rooms above refuse once a mandate binds."""
    APPLICATION_POLICY.require(session, actor, "withdraw", application)
    APPLICATIONS.apply(session, application, "withdraw")
    record(session, events.ApplicationWithdrawn(**_facts(application)), by=actor)


def answer_no(session: Session, actor: Actor, application: Application, reason: str) -> None:
    """Decline, where whoever calls has already allowed it."""
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
