"""The API of half-days."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlmodel import Session

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.half_days import queries, service
from app.half_days.policy import POLICY
from app.half_days.schemas import (
    Encroachment,
    FreeSlots,
    HalfDayDetail,
    HalfDayFilters,
    HalfDayQuery,
    HalfDayReason,
    HalfDaySummary,
    Moment,
    TakeNote,
    Tally,
)
from app.kit.routing import (
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
from app.kit.schemas import Page
from app.kit.streams import JSON, STREAMS, RowStream, preferred

api = router("/half-days", "half-days")


@api.get("", response_model=Page[HalfDaySummary], responses=STREAMS)
@governed_by(POLICY, "list")
def list_half_days(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[HalfDayQuery, Query()]
) -> Response:
    """Half-days that the caller may know of: a page as JSON, or all of them as NDJSON or CSV by `Accept`."""
    POLICY.require(None, actor, "list")
    media_type = preferred(request.headers.get("accept"))
    half_days, visible, parameters = queries.half_days_for(actor)
    if media_type != JSON:
        statement, bound = half_days.whole(query, visible, parameters)
        return RowStream(database, statement, bound, media_type=media_type, filename="demi-journees")
    with database.read() as connection:
        return json_page(request, *half_days.page(connection, query, visible, parameters))


@api.get("/summary", response_model=Tally, responses=problem_responses(422))
@governed_by(POLICY, "list")
def summarize_half_days(
    actor: ActorDep, database: DatabaseDep, query: Annotated[HalfDayFilters, Query()]
) -> Response:
    """How many were owed, taken, taken back, given back, over the half-days that the caller may know of."""
    POLICY.require(None, actor, "list")
    with database.read() as connection:
        return json_object(queries.tally(connection, actor, query))


@api.get("/{half_day_id}", response_model=HalfDayDetail, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_half_day(request: Request, half_day_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One half-day."""
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, half_day_id))


@api.get("/{half_day_id}/free-slots", response_model=FreeSlots, responses=problem_responses(409, 422))
@governed_by(POLICY, "propose")
def propose_free_slots(half_day_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """When an encroached half-day could be given back, up to the promised day; or a planned one moved."""
    with database.read() as connection, Session(connection) as session:
        choice = service.free_slots(session, actor, service.find(session, actor, half_day_id))
        slots = [{"day": moment.date, "half": moment.half} for moment in choice.moments()]
        return json_object({"until": choice.latest, "late": choice.late, "slots": slots})


@api.post("/{half_day_id}/take", response_model=HalfDayDetail, responses=WRITES)
@governed_by(POLICY, "take")
def take_half_day(half_day_id: UUID, form: TakeNote, actor: ActorDep, session: SessionDep) -> Response:
    """Note one's half-day as had, from its day on."""
    service.take(session, actor, service.find(session, actor, half_day_id), form.note)
    return json_object(queries.detail(session, actor, half_day_id))


@api.post("/{half_day_id}/encroach", response_model=HalfDayDetail, responses=WRITES)
@governed_by(POLICY, "encroach")
def encroach_half_day(
    half_day_id: UUID, form: Encroachment, actor: ActorDep, session: SessionDep
) -> Response:
    """Note that the service took the half-day back. `make_good_due` says by when it is to be given back."""
    half_day = service.find(session, actor, half_day_id)
    service.encroach(session, actor, half_day, asked_by=form.asked_by, reason=form.reason)
    return json_object(queries.detail(session, actor, half_day_id))


@api.post("/{half_day_id}/make-good", response_model=HalfDayDetail, responses=WRITES)
@governed_by(POLICY, "make-good")
def make_half_day_good(half_day_id: UUID, form: Moment, actor: ActorDep, session: SessionDep) -> Response:
    """Choose when an encroached half-day is given back. `replaced_by_id` is the half-day then planned.

    It may stand after the promised day; it is then `late`. A refused moment comes with `free_slots`.
    """
    half_day = service.find(session, actor, half_day_id)
    service.make_good(session, actor, half_day, form.day, form.half)
    return json_object(queries.detail(session, actor, half_day_id))


@api.post("/{half_day_id}/move", response_model=HalfDayDetail, responses=WRITES)
@governed_by(POLICY, "move")
def move_half_day(half_day_id: UUID, form: Moment, actor: ActorDep, session: SessionDep) -> Response:
    """Put a planned half-day elsewhere, within the mandate's window. Both ends are kept: see `replaced_by_id`.

    A refused moment comes with `free_slots`.
    """
    half_day = service.find(session, actor, half_day_id)
    service.move(session, actor, half_day, form.day, form.half)
    return json_object(queries.detail(session, actor, half_day_id))


@api.post("/{half_day_id}/waive", response_model=HalfDayDetail, responses=WRITES)
@governed_by(POLICY, "waive")
def waive_half_day(half_day_id: UUID, form: HalfDayReason, actor: ActorDep, session: SessionDep) -> Response:
    """Do without a half-day, planned or encroached. It still counts as owed."""
    service.waive(session, actor, service.find(session, actor, half_day_id), form.reason)
    return json_object(queries.detail(session, actor, half_day_id))


@api.post("/{half_day_id}/excuse", response_model=HalfDayDetail, responses=WRITES)
@governed_by(POLICY, "excuse")
def excuse_half_day(half_day_id: UUID, form: HalfDayReason, actor: ActorDep, session: SessionDep) -> Response:
    """Say that a half-day is not owed, for a reason that neither the calendar nor the absences know."""
    service.excuse(session, actor, service.find(session, actor, half_day_id), form.reason)
    return json_object(queries.detail(session, actor, half_day_id))


@api.post("/{half_day_id}/restore", response_model=HalfDayDetail, responses=MOVES)
@governed_by(POLICY, "restore")
def restore_half_day(half_day_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Owe a half-day again that was excused by mistake."""
    service.restore(session, actor, service.find(session, actor, half_day_id))
    return json_object(queries.detail(session, actor, half_day_id))
