"""The API of follow-ups, of the spiral and of commitments."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlmodel import Session

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.follow_ups import queries, service
from app.follow_ups.lifecycle import Side
from app.follow_ups.policy import COMMITMENTS, FOLLOW_UPS
from app.follow_ups.schemas import (
    Appointment,
    CommitmentDetail,
    CommitmentQuery,
    CommitmentSummary,
    FollowUpDetail,
    FollowUpQuery,
    FollowUpReason,
    FollowUpSummary,
    Minutes,
    Report,
    ReportBody,
    Spiral,
    SpiralAnswer,
)
from app.kit.etag import IfMatch
from app.kit.routing import (
    EDITS,
    MOVES,
    WRITES,
    DatabaseDep,
    SessionDep,
    UnlinkedRoute,
    json_object,
    json_object_if_new,
    json_page,
    problem_responses,
    router,
)
from app.kit.schemas import Page

api = router("/follow-ups", "follow-ups")
unlinked = router("/follow-ups", "follow-ups", UnlinkedRoute)
commitments = router("/commitments", "commitments")


@api.get("", response_model=Page[FollowUpSummary], responses=problem_responses(422))
@governed_by(FOLLOW_UPS, "list")
def list_follow_ups(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[FollowUpQuery, Query()]
) -> Response:
    """Follow-ups that the caller may know of."""
    FOLLOW_UPS.require(None, actor, "list")
    visible, parameters = queries.follow_ups_for(actor)
    with database.read() as connection:
        return json_page(request, *queries.FOLLOW_UPS.page(connection, query, visible, parameters))


@api.get("/{follow_up_id}", response_model=FollowUpDetail, responses=problem_responses(422))
@governed_by(FOLLOW_UPS, "read")
def read_follow_up(request: Request, follow_up_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One follow-up: reports, minutes, and the commitments that are on the table."""
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, follow_up_id))


@api.post("/{follow_up_id}/schedule", response_model=FollowUpDetail, responses=WRITES)
@governed_by(FOLLOW_UPS, "schedule")
def schedule_follow_up(
    follow_up_id: UUID, form: Appointment, actor: ActorDep, session: SessionDep
) -> Response:
    """Fix when and where a follow-up is to be held, or fix it anew. The next ones keep their days."""
    service.schedule(session, actor, service.find(session, actor, follow_up_id), form)
    return json_object(queries.detail(session, actor, follow_up_id))


@api.put("/{follow_up_id}/reports/{side}", response_model=Report, responses=EDITS)
@governed_by(FOLLOW_UPS, "report_for_team", "report_for_client_directorate")
def report_to_follow_up(
    follow_up_id: UUID,
    side: Side,
    form: ReportBody,
    actor: ActorDep,
    session: SessionDep,
    if_match: IfMatch = None,
) -> Response:
    """Put in the report of one's side, or correct it (with `If-Match`), until the follow-up is held."""
    follow_up = service.find(session, actor, follow_up_id)
    report = service.report(session, actor, follow_up, side, form.body, if_match)
    return json_object(report.model_dump(exclude={"id", "authority_id"}))


@api.post("/{follow_up_id}/hold", response_model=FollowUpDetail, responses=WRITES)
@governed_by(FOLLOW_UPS, "hold")
def hold_follow_up(follow_up_id: UUID, form: Minutes, actor: ActorDep, session: SessionDep) -> Response:
    """Write down what was said at a follow-up. Both reports are open from then on."""
    service.hold(session, actor, service.find(session, actor, follow_up_id), form)
    return json_object(queries.detail(session, actor, follow_up_id))


@api.post("/{follow_up_id}/miss", response_model=FollowUpDetail, responses=WRITES)
@governed_by(FOLLOW_UPS, "miss")
def miss_follow_up(
    follow_up_id: UUID, form: FollowUpReason, actor: ActorDep, session: SessionDep
) -> Response:
    """Say that a follow-up was not held, and why. After the days of grace it is said by itself."""
    service.miss(session, actor, service.find(session, actor, follow_up_id), form.reason)
    return json_object(queries.detail(session, actor, follow_up_id))


@unlinked.post("/{follow_up_id}/scores", status_code=204, responses=WRITES)
@governed_by(FOLLOW_UPS, "score")
def answer_spiral(follow_up_id: UUID, form: SpiralAnswer, actor: ActorDep, session: SessionDep) -> Response:
    """Answer the spiral, once and without a name.

    Nothing that is kept leads from the person to the answer, so an `Idempotency-Key` is not remembered here: an answer
    sent twice is refused (409), which tells that the first one arrived.
    """
    service.answer(session, actor, follow_up_id, form)
    return Response(status_code=204)


@api.get("/{follow_up_id}/spiral", response_model=Spiral, responses=problem_responses(422))
@governed_by(FOLLOW_UPS, "read_spiral")
def read_follow_up_spiral(follow_up_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """The means of the answers, from three respondents on."""
    with database.read() as connection, Session(connection) as session:
        service.read_spiral(session, actor, follow_up_id)
        return json_object(queries.spiral(connection, actor, follow_up_id))


@commitments.get("", response_model=Page[CommitmentSummary], responses=problem_responses(422))
@governed_by(COMMITMENTS, "list")
def list_commitments(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[CommitmentQuery, Query()]
) -> Response:
    """Commitments that the caller may know of, or is to keep."""
    COMMITMENTS.require(None, actor, "list")
    visible, parameters = queries.commitments_for(actor)
    with database.read() as connection:
        return json_page(request, *queries.COMMITMENTS.page(connection, query, visible, parameters))


@commitments.get("/{commitment_id}", response_model=CommitmentDetail, responses=problem_responses(422))
@governed_by(COMMITMENTS, "read")
def read_commitment(
    request: Request, commitment_id: UUID, actor: ActorDep, database: DatabaseDep
) -> Response:
    """One commitment."""
    with database.read() as connection:
        return json_object_if_new(request, queries.commitment_detail(connection, actor, commitment_id))


@commitments.post("/{commitment_id}/keep", response_model=CommitmentDetail, responses=MOVES)
@governed_by(COMMITMENTS, "keep")
def keep_commitment(commitment_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Say that what was promised is done."""
    service.keep(session, actor, service.find_commitment(session, actor, commitment_id))
    return json_object(queries.commitment_detail(session, actor, commitment_id))


@commitments.post("/{commitment_id}/break", response_model=CommitmentDetail, responses=WRITES)
@governed_by(COMMITMENTS, "break")
def break_commitment(
    commitment_id: UUID, form: FollowUpReason, actor: ActorDep, session: SessionDep
) -> Response:
    """Say that what was promised will not be done, and why."""
    service.break_(session, actor, service.find_commitment(session, actor, commitment_id), form.reason)
    return json_object(queries.commitment_detail(session, actor, commitment_id))


@commitments.post("/{commitment_id}/drop", response_model=CommitmentDetail, responses=MOVES)
@governed_by(COMMITMENTS, "drop")
def drop_commitment(commitment_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Agree, for one's side, to drop it. It is dropped once both sides have agreed, and stays open until then."""
    service.drop(session, actor, service.find_commitment(session, actor, commitment_id))
    return json_object(queries.commitment_detail(session, actor, commitment_id))
