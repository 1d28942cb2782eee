"""The API of mandates."""

from base64 import b64encode
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
from app.kit.streams import JSON, STREAMS, RowStream, preferred
from app.mandates import queries, service
from app.mandates.document_schemas import Document, DocumentQuery
from app.mandates.policy import POLICY, WRITING
from app.mandates.schemas import (
    MandateDetail,
    MandateDraft,
    MandateEdit,
    MandateQuery,
    MandateSignatureBody,
    MandateSummary,
    Refusal,
    Relief,
    Resumption,
    Suspension,
    Termination,
)

api = router("/mandates", "mandates")


@api.get("", response_model=Page[MandateSummary], responses=STREAMS)
@governed_by(POLICY, "list")
def list_mandates(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[MandateQuery, Query()]
) -> Response:
    """The register: mandates that concern the caller; all of them for the lab and HR.

    `to_sign=true`: those to sign now. A page as JSON, or all that the filters keep as NDJSON or CSV by `Accept`.
    """
    POLICY.require(None, actor, "list")
    visible, parameters = queries.readable_by(actor)
    media_type = preferred(request.headers.get("accept"))
    if media_type != JSON:
        statement, bound = queries.MANDATES.whole(query, visible, parameters)
        return RowStream(database, statement, bound, media_type=media_type, filename="mandats")
    with database.read() as connection:
        return json_page(request, *queries.MANDATES.page(connection, query, visible, parameters))


@api.post("", status_code=201, response_model=MandateDetail, responses=WRITES)
@governed_by(WRITING, "draft")
def draft_mandate(form: MandateDraft, actor: ActorDep, session: SessionDep) -> Response:
    """Begin the mandate of a team, from the charter in force and the model mandate."""
    mandate = service.draft(session, actor, form)
    return json_object(
        queries.detail(session, actor, mandate.id), status=201, location=f"/api/v1/mandates/{mandate.id}"
    )


@api.get("/{mandate_id}", response_model=MandateDetail, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_mandate(request: Request, mandate_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One mandate with its clauses, half-days and parties."""
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, mandate_id))


@api.get("/{mandate_id}/document", response_model=Document, responses=problem_responses(409, 422))
@governed_by(POLICY, "read")
def read_mandate_document(
    mandate_id: UUID, actor: ActorDep, database: DatabaseDep, query: Annotated[DocumentQuery, Query()]
) -> Response:
    """The exact text that is signed. The SHA-256 of the body, byte for byte, is the `document_hash`."""
    with database.read() as connection:
        text, document_hash = queries.document(connection, actor, mandate_id, query.submission)
    headers = {
        "ETag": f'"{document_hash}"',
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(document_hash)).decode()}:",
    }
    return Response(text, headers=headers, media_type="application/json")


@api.patch("/{mandate_id}", response_model=MandateDetail, responses=EDITS)
@governed_by(POLICY, "edit")
def edit_mandate(
    mandate_id: UUID, form: MandateEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Change a mandate while it is a draft."""
    mandate = service.find(session, actor, mandate_id)
    require_version(if_match, mandate.version)
    service.edit(session, actor, mandate, changes(form))
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/relief", response_model=MandateDetail, responses=WRITES)
@governed_by(POLICY, "relieve")
def write_mandate_relief(mandate_id: UUID, form: Relief, actor: ActorDep, session: SessionDep) -> Response:
    """Say what is taken off an agent's plate, so that the half-day is real."""
    mandate = service.find(session, actor, mandate_id)
    service.relieve(session, actor, mandate, form.agent_id, form.relief)
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/submit", response_model=MandateDetail, responses=MOVES)
@governed_by(POLICY, "submit")
def submit_mandate(mandate_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Freeze the text and ask every party to sign it."""
    service.submit(session, actor, service.find(session, actor, mandate_id))
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/sign", response_model=MandateDetail, responses=WRITES)
@governed_by(POLICY, "sign")
def sign_mandate(
    mandate_id: UUID, form: MandateSignatureBody, actor: ActorDep, session: SessionDep
) -> Response:
    """Sign, in each of one's capacities whose turn has come, or in the name of somebody by an interim or a delegation.
    The last signature brings the mandate into force."""
    mandate = service.find_to_sign(session, actor, mandate_id)
    service.sign(session, actor, mandate, **form.model_dump())
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/refuse", response_model=MandateDetail, responses=WRITES)
@governed_by(POLICY, "refuse")
def refuse_mandate(mandate_id: UUID, form: Refusal, actor: ActorDep, session: SessionDep) -> Response:
    """Say no, and why. The mandate goes back to be written, and everybody will be asked again."""
    mandate = service.find_to_sign(session, actor, mandate_id)
    service.refuse(session, actor, mandate, form.reason, form.on_behalf_of)
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/withdraw", response_model=MandateDetail, responses=MOVES)
@governed_by(POLICY, "withdraw")
def withdraw_mandate(mandate_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take a submission back to write the mandate again."""
    service.withdraw(session, actor, service.find(session, actor, mandate_id))
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/suspend", response_model=MandateDetail, responses=WRITES)
@governed_by(POLICY, "suspend")
def suspend_mandate(mandate_id: UUID, form: Suspension, actor: ActorDep, session: SessionDep) -> Response:
    """Stop owing half-days from a day on, with the reason."""
    service.suspend(session, actor, service.find(session, actor, mandate_id), **form.model_dump())
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/resume", response_model=MandateDetail, responses=WRITES)
@governed_by(POLICY, "resume")
def resume_mandate(mandate_id: UUID, form: Resumption, actor: ActorDep, session: SessionDep) -> Response:
    """Owe half-days again from a day on. The mandate's last day does not move."""
    service.resume(session, actor, service.find(session, actor, mandate_id), from_day=form.from_day)
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/terminate", response_model=MandateDetail, responses=WRITES)
@governed_by(POLICY, "terminate")
def terminate_mandate(mandate_id: UUID, form: Termination, actor: ActorDep, session: SessionDep) -> Response:
    """End a mandate before its term, with the reason. Half-days stand until its last day."""
    service.terminate(session, actor, service.find(session, actor, mandate_id), **form.model_dump())
    return json_object(queries.detail(session, actor, mandate_id))


@api.post("/{mandate_id}/complete", response_model=MandateDetail, responses=MOVES)
@governed_by(POLICY, "complete")
def complete_mandate(mandate_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Declare the mission done, at the end of the mandate. A team that concludes completes its mandate by itself."""
    service.complete(session, actor, service.find(session, actor, mandate_id))
    return json_object(queries.detail(session, actor, mandate_id))
