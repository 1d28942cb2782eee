"""The API of calls and of applications to them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.calls import queries, service
from app.calls.policy import APPLICATION_POLICY, CALL_POLICY
from app.calls.schemas import (
    ApplicationDetail,
    ApplicationForm,
    ApplicationQuery,
    ApplicationReason,
    ApplicationSummary,
    CallDetail,
    CallDraft,
    CallEdit,
    CallQuery,
    CallReason,
    CallSummary,
)
from app.kit.etag import IfMatch, require_version
from app.kit.routing import (
    EDITS,
    MOVES,
    WRITES,
    DatabaseDep,
    SessionDep,
    json_object,
    json_object_if_new,
    json_page,
    problem_responses,
    router,
)
from app.kit.schemas import Page, changes

calls = router("/calls", "calls")
applications = router("/applications", "applications")


@calls.get("", response_model=Page[CallSummary], responses=problem_responses(422))
@governed_by(CALL_POLICY, "list")
def list_calls(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[CallQuery, Query()]
) -> Response:
    """Calls to volunteers. One in preparation is known to the lab alone."""
    CALL_POLICY.require(None, actor, "list")
    visible, parameters = queries.calls_readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.CALLS.page(connection, query, visible, parameters))


@calls.post("", status_code=201, response_model=CallDetail, responses=WRITES)
@governed_by(CALL_POLICY, "draft")
def draft_call(form: CallDraft, actor: ActorDep, session: SessionDep) -> Response:
    """Prepare a call around irritants. Nobody but the lab knows of it until it opens."""
    call = service.draft(session, actor, form)
    return json_object(
        queries.call_detail(session, actor, call.id), status=201, location=f"/api/v1/calls/{call.id}"
    )


@calls.get("/{call_id}", response_model=CallDetail, responses=problem_responses(422))
@governed_by(CALL_POLICY, "read")
def read_call(request: Request, call_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One call with its irritants."""
    CALL_POLICY.require(None, actor, "list")
    with database.read() as connection:
        return json_object_if_new(request, queries.call_detail(connection, actor, call_id))


@calls.patch("/{call_id}", response_model=CallDetail, responses=EDITS)
@governed_by(CALL_POLICY, "edit")
def edit_call(
    call_id: UUID, form: CallEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Correct a call in preparation. Once it is open, only its closing date moves."""
    call = service.find(session, actor, call_id)
    require_version(if_match, call.version)
    service.edit(session, actor, call, changes(form))
    return json_object(queries.call_detail(session, actor, call_id))


@calls.post("/{call_id}/open", response_model=CallDetail, responses=MOVES)
@governed_by(CALL_POLICY, "open")
def open_call(call_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Publish a call and retain its irritants, all of which must be qualified and free."""
    service.open_(session, actor, service.find(session, actor, call_id))
    return json_object(queries.call_detail(session, actor, call_id))


@calls.post("/{call_id}/close", response_model=CallDetail, responses=MOVES)
@governed_by(CALL_POLICY, "close")
def close_call(call_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Stop receiving applications. It happens by itself the day after `closes_on`."""
    service.close(session, actor, service.find(session, actor, call_id))
    return json_object(queries.call_detail(session, actor, call_id))


@calls.post("/{call_id}/conclude", response_model=CallDetail, responses=MOVES)
@governed_by(CALL_POLICY, "conclude")
def conclude_call(call_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """End a call once every applicant has an answer. Irritants left without a team are open again."""
    service.conclude(session, actor, service.find(session, actor, call_id))
    return json_object(queries.call_detail(session, actor, call_id))


@calls.post("/{call_id}/cancel", response_model=CallDetail, responses=WRITES)
@governed_by(CALL_POLICY, "cancel")
def cancel_call(call_id: UUID, form: CallReason, actor: ActorDep, session: SessionDep) -> Response:
    """Give a call up. Applicants who wait for an answer are declined with the same reason."""
    service.cancel(session, actor, service.find(session, actor, call_id), form.reason)
    return json_object(queries.call_detail(session, actor, call_id))


@applications.get("", response_model=Page[ApplicationSummary], responses=problem_responses(422))
@governed_by(APPLICATION_POLICY, "list")
def list_applications(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[ApplicationQuery, Query()]
) -> Response:
    """The caller's applications and those of the people they manage; all of them for the lab."""
    APPLICATION_POLICY.require(None, actor, "list")
    visible, parameters = queries.applications_readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.APPLICATIONS.page(connection, query, visible, parameters))


@applications.post("", status_code=201, response_model=ApplicationDetail, responses=WRITES)
@governed_by(APPLICATION_POLICY, "submit")
def submit_application(form: ApplicationForm, actor: ActorDep, session: SessionDep) -> Response:
    """Offer to work on an irritant of an open call, whatever one's directorate. The manager is told at once."""
    application = service.submit(session, actor, form)
    return json_object(
        queries.application_detail(session, actor, application.id),
        status=201,
        location=f"/api/v1/applications/{application.id}",
    )


@applications.get("/{application_id}", response_model=ApplicationDetail, responses=problem_responses(422))
@governed_by(APPLICATION_POLICY, "read")
def read_application(
    request: Request, application_id: UUID, actor: ActorDep, database: DatabaseDep
) -> Response:
    """One application: for its author, their manager and the lab."""
    with database.read() as connection:
        return json_object_if_new(request, queries.application_detail(connection, actor, application_id))


@applications.post("/{application_id}/accept", response_model=ApplicationDetail, responses=MOVES)
@governed_by(APPLICATION_POLICY, "accept")
def accept_application(application_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Count the applicant among the volunteers."""
    service.accept(session, actor, service.find_application(session, actor, application_id))
    return json_object(queries.application_detail(session, actor, application_id))


@applications.post("/{application_id}/decline", response_model=ApplicationDetail, responses=WRITES)
@governed_by(APPLICATION_POLICY, "decline")
def decline_application(
    application_id: UUID, form: ApplicationReason, actor: ActorDep, session: SessionDep
) -> Response:
    """Say no, with a reason that the applicant reads."""
    application = service.find_application(session, actor, application_id)
    service.decline(session, actor, application, form.reason)
    return json_object(queries.application_detail(session, actor, application_id))


@applications.post("/{application_id}/withdraw", response_model=ApplicationDetail, responses=MOVES)
@governed_by(APPLICATION_POLICY, "withdraw")
def withdraw_application(application_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take one's own offer back, until a mandate binds."""
    service.withdraw(session, actor, service.find_application(session, actor, application_id))
    return json_object(queries.application_detail(session, actor, application_id))
