"""The API of what mandates are written from and with: the model mandate, differences, comments."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
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
from app.mandates import drafting_queries as queries
from app.mandates import service
from app.mandates.drafting_policy import COMMENT, MODEL
from app.mandates.drafting_schemas import (
    DifferenceQuery,
    MandateCommentBody,
    MandateCommentDetail,
    MandateCommentQuery,
    MandateCommentSummary,
    MandateDifference,
    MandateModelDetail,
    MandateModelDraft,
    MandateModelEdit,
    MandateModelQuery,
    MandateModelSummary,
    ModelDifferenceQuery,
)
from app.mandates.policy import POLICY
from app.mandates.service import comments, library

of_mandates_api = router("/mandates", "mandates")
comments_api = router("/mandate-comments", "mandates")
models_api = router("/mandate-models", "mandate-models")


@of_mandates_api.get(
    "/{mandate_id}/differences", response_model=MandateDifference, responses=problem_responses(422)
)
@governed_by(POLICY, "read")
def compare_mandate_versions(
    mandate_id: UUID, actor: ActorDep, database: DatabaseDep, query: Annotated[DifferenceQuery, Query()]
) -> Response:
    """What changed from one version of a mandate to another, word by word: from its model to what it says now, unless
    told otherwise."""
    with database.read() as connection:
        return json_object(queries.mandate_difference(connection, actor, mandate_id, query.from_, query.to))


@of_mandates_api.get(
    "/{mandate_id}/comments", response_model=Page[MandateCommentSummary], responses=problem_responses(422)
)
@governed_by(POLICY, "read_comments")
def list_mandate_comments(
    request: Request,
    mandate_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[MandateCommentQuery, Query()],
) -> Response:
    """What was remarked on a mandate while it was a draft: for its parties, those who will be, and the lab."""
    with database.read() as connection:
        queries.require_comments(connection, actor, mandate_id)
        parameters = {"authority_id": actor.authority_id, "mandate_id": mandate_id}
        page = queries.COMMENTS.page(connection, query, queries.COMMENTS_OF_MANDATE, parameters)
    return json_page(request, *page)


@of_mandates_api.post(
    "/{mandate_id}/comments", status_code=201, response_model=MandateCommentDetail, responses=WRITES
)
@governed_by(POLICY, "comment")
def comment_mandate(
    mandate_id: UUID, form: MandateCommentBody, actor: ActorDep, session: SessionDep
) -> Response:
    """Remark on a draft: on one clause, or on the whole."""
    mandate = service.find(session, actor, mandate_id)
    made = comments.comment(session, actor, mandate, form.body, form.clause_key)
    return json_object(
        queries.comment_detail(session, actor, made.id),
        status=201,
        location=f"/api/v1/mandate-comments/{made.id}",
    )


@comments_api.get("/{comment_id}", response_model=MandateCommentDetail, responses=problem_responses(422))
@governed_by(COMMENT, "read")
def read_mandate_comment(
    request: Request, comment_id: UUID, actor: ActorDep, database: DatabaseDep
) -> Response:
    """One comment on a mandate."""
    with database.read() as connection:
        return json_object_if_new(request, queries.comment_detail(connection, actor, comment_id))


@comments_api.post("/{comment_id}/resolve", response_model=MandateCommentDetail, responses=MOVES)
@governed_by(COMMENT, "resolve")
def resolve_mandate_comment(comment_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Say that a comment is dealt with."""
    comments.resolve(session, actor, comments.find(session, actor, comment_id, "resolve"))
    return json_object(queries.comment_detail(session, actor, comment_id))


@comments_api.post("/{comment_id}/reopen", response_model=MandateCommentDetail, responses=MOVES)
@governed_by(COMMENT, "reopen")
def reopen_mandate_comment(comment_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take up a comment again."""
    comments.reopen(session, actor, comments.find(session, actor, comment_id, "reopen"))
    return json_object(queries.comment_detail(session, actor, comment_id))


@models_api.get("", response_model=Page[MandateModelSummary], responses=problem_responses(422))
@governed_by(MODEL, "read")
def list_mandate_models(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[MandateModelQuery, Query()]
) -> Response:
    """The versions of the authority's model mandate: the one in force, the former ones, the one in preparation."""
    MODEL.require(None, actor, "read")
    parameters = {"authority_id": actor.authority_id}
    with database.read() as connection:
        page = queries.MODELS.page(connection, query, queries.MODELS_OF_AUTHORITY, parameters)
    return json_page(request, *page)


@models_api.post("", status_code=201, response_model=MandateModelDetail, responses=WRITES)
@governed_by(MODEL, "write")
def prepare_mandate_model(form: MandateModelDraft, actor: ActorDep, session: SessionDep) -> Response:
    """Prepare the next version, which begins as the one in force. One at a time."""
    made = library.prepare(session, actor, form.note)
    return json_object(
        queries.model_detail(session, actor, made.id),
        status=201,
        location=f"/api/v1/mandate-models/{made.id}",
    )


@models_api.get("/{model_id}", response_model=MandateModelDetail, responses=problem_responses(422))
@governed_by(MODEL, "read")
def read_mandate_model(request: Request, model_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One version with its clauses."""
    MODEL.require(None, actor, "read")
    with database.read() as connection:
        return json_object_if_new(request, queries.model_detail(connection, actor, model_id))


@models_api.get("/{model_id}/differences", response_model=MandateDifference, responses=problem_responses(422))
@governed_by(MODEL, "read")
def compare_mandate_models(
    model_id: UUID, actor: ActorDep, database: DatabaseDep, query: Annotated[ModelDifferenceQuery, Query()]
) -> Response:
    """What this version changes, word by word, to the one before or to another."""
    MODEL.require(None, actor, "read")
    with database.read() as connection:
        return json_object(queries.model_difference(connection, actor, model_id, query.from_))


@models_api.patch("/{model_id}", response_model=MandateModelDetail, responses=EDITS)
@governed_by(MODEL, "write")
def edit_mandate_model(
    model_id: UUID, form: MandateModelEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Change a version in preparation. What Essaim ships as mandatory stays; what protects is only added to."""
    version = library.find(session, actor, model_id, "write")
    require_version(if_match, version.version)
    library.edit(session, actor, version, changes(form))
    return json_object(queries.model_detail(session, actor, model_id))


@models_api.delete("/{model_id}", status_code=204, responses=MOVES)
@governed_by(MODEL, "discard")
def discard_mandate_model(model_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Give up a version in preparation."""
    library.discard(session, actor, library.find(session, actor, model_id, "discard"))
    return Response(status_code=204)


@models_api.post("/{model_id}/publish", response_model=MandateModelDetail, responses=MOVES)
@governed_by(MODEL, "publish")
def publish_mandate_model(model_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Bring a version into force: mandates drafted from now on cite it. The former one stays readable."""
    library.publish(session, actor, library.find(session, actor, model_id, "publish"))
    return json_object(queries.model_detail(session, actor, model_id))
