"""The API of irritants."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.irritants import queries, service
from app.irritants.policy import POLICY
from app.irritants.schemas import (
    Comment,
    CommentBody,
    CommentQuery,
    IrritantDetail,
    IrritantEdit,
    IrritantQuery,
    IrritantReport,
    IrritantSummary,
    MergeInto,
    Reason,
)
from app.kit.etag import IfMatch, require_version
from app.kit.problems import NotFound
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

api = router("/irritants", "irritants")


@api.get("", response_model=Page[IrritantSummary], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_irritants(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[IrritantQuery, Query()]
) -> Response:
    """Irritants that the caller may know of: those qualified, and their own."""
    POLICY.require(None, actor, "list")
    visible, parameters = queries.readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.IRRITANTS.page(connection, query, visible, parameters))


@api.post("", status_code=201, response_model=IrritantDetail, responses=WRITES)
@governed_by(POLICY, "report")
def report_irritant(form: IrritantReport, actor: ActorDep, session: SessionDep) -> Response:
    """Report a concrete field problem. It stays between the reporter and the lab until it is qualified."""
    irritant = service.report(session, actor, form)
    return json_object(
        queries.detail(session, actor, irritant.id), status=201, location=f"/api/v1/irritants/{irritant.id}"
    )


@api.get("/{irritant_id}", response_model=IrritantDetail, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_irritant(request: Request, irritant_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One irritant with its counts."""
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, irritant_id))


@api.patch("/{irritant_id}", response_model=IrritantDetail, responses=EDITS)
@governed_by(POLICY, "edit")
def edit_irritant(
    irritant_id: UUID, form: IrritantEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Correct an irritant: its reporter until it is qualified, the lab after."""
    irritant = service.find(session, actor, irritant_id)
    require_version(if_match, irritant.version)
    service.edit(session, actor, irritant, changes(form))
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/qualify", response_model=IrritantDetail, responses=MOVES)
@governed_by(POLICY, "qualify")
def qualify_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Make an irritant known to every agent, who may then vote for it."""
    service.qualify(session, actor, service.find(session, actor, irritant_id))
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/resolve", response_model=IrritantDetail, responses=MOVES)
@governed_by(POLICY, "resolve")
def resolve_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Declare that the problem is gone."""
    service.resolve(session, actor, service.find(session, actor, irritant_id))
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/reopen", response_model=IrritantDetail, responses=MOVES)
@governed_by(POLICY, "reopen")
def reopen_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Say that the problem is back."""
    service.reopen(session, actor, service.find(session, actor, irritant_id))
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/decline", response_model=IrritantDetail, responses=WRITES)
@governed_by(POLICY, "decline")
def decline_irritant(irritant_id: UUID, form: Reason, actor: ActorDep, session: SessionDep) -> Response:
    """Set an irritant aside, with a reason that its reporter reads."""
    service.decline(session, actor, service.find(session, actor, irritant_id), form.reason)
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/merge", response_model=IrritantDetail, responses=WRITES)
@governed_by(POLICY, "merge")
def merge_irritant(irritant_id: UUID, form: MergeInto, actor: ActorDep, session: SessionDep) -> Response:
    """Join an irritant to another, which gains its votes."""
    service.merge(session, actor, service.find(session, actor, irritant_id), form.into_id)
    return json_object(queries.detail(session, actor, irritant_id))


@api.put("/{irritant_id}/vote", status_code=204, responses=MOVES)
@governed_by(POLICY, "vote")
def vote_for_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Say "me too". Once is enough: again changes nothing."""
    service.vote(session, actor, irritant_id)
    return Response(status_code=204)


@api.delete("/{irritant_id}/vote", status_code=204, responses=MOVES)
@governed_by(POLICY, "vote")
def withdraw_vote_for_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take one's vote back."""
    service.withdraw_vote(session, actor, irritant_id)
    return Response(status_code=204)


@api.get("/{irritant_id}/comments", response_model=Page[Comment], responses=problem_responses(422))
@governed_by(POLICY, "read")
def list_irritant_comments(
    request: Request,
    irritant_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[CommentQuery, Query()],
) -> Response:
    """What colleagues added."""
    with database.read() as connection:
        if not queries.is_readable(connection, actor, irritant_id):
            raise NotFound
        parameters = {"irritant_id": irritant_id}
        return json_page(request, *queries.COMMENTS.page(connection, query, queries.OF_IRRITANT, parameters))


@api.post("/{irritant_id}/comments", status_code=201, response_model=Comment, responses=WRITES)
@governed_by(POLICY, "comment")
def comment_irritant(irritant_id: UUID, form: CommentBody, actor: ActorDep, session: SessionDep) -> Response:
    """Add a detail, a doubt, "the same here"."""
    row = service.comment(session, actor, service.find(session, actor, irritant_id), form.body)
    return json_object(row.model_dump(exclude={"authority_id"}) | {"author_name": actor.name}, status=201)
