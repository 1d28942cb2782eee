"""The API of amendments, of renewals, and of the signatures that successors owe."""

from base64 import b64encode
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.amendments import queries, service
from app.amendments.policy import POLICY, TASKS
from app.amendments.schemas import (
    AmendmentDetail,
    AmendmentDraft,
    AmendmentEdit,
    AmendmentQuery,
    AmendmentSummary,
    MandateTask,
    MandateTaskQuery,
    RenewalDetail,
    RenewalForm,
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
from app.mandates import policy as mandates
from app.mandates import queries as mandate_queries
from app.mandates.document_schemas import Document
from app.mandates.schemas import MandateDetail, MandateSignatureBody, Refusal
from app.mandates.service import find as find_mandate

of_mandates = router("/mandates", "mandates")
api = router("/amendments", "amendments")
tasks = router("/mandate-tasks", "amendments")


@of_mandates.post(
    "/{mandate_id}/amendments", status_code=201, response_model=AmendmentDetail, responses=WRITES
)
@governed_by(mandates.POLICY, "amend")
def draft_amendment(mandate_id: UUID, form: AmendmentDraft, actor: ActorDep, session: SessionDep) -> Response:
    """Begin an amendment to a mandate in force, which stays as it is until the last party concerned has signed."""
    fields = form.model_dump(exclude_unset=True)
    mandate = find_mandate(session, actor, mandate_id)
    amendment = service.draft(session, actor, mandate, fields.pop("purpose"), fields)
    return json_object(
        queries.detail(session, actor, amendment.id),
        status=201,
        location=f"/api/v1/amendments/{amendment.id}",
    )


@of_mandates.post("/{mandate_id}/renew", status_code=201, response_model=MandateDetail, responses=WRITES)
@governed_by(mandates.POLICY, "renew")
def renew_mandate(mandate_id: UUID, form: RenewalForm, actor: ActorDep, session: SessionDep) -> Response:
    """Begin the mandate that follows this one, with everything carried over and what was decided."""
    mandate = find_mandate(session, actor, mandate_id)
    following = service.renew(session, actor, mandate, form)
    return json_object(
        mandate_queries.detail(session, actor, following.id),
        status=201,
        location=f"/api/v1/mandates/{following.id}",
    )


@of_mandates.get("/{mandate_id}/renewal", response_model=RenewalDetail, responses=problem_responses(422))
@governed_by(mandates.POLICY, "read")
def read_mandate_renewal(
    request: Request, mandate_id: UUID, actor: ActorDep, database: DatabaseDep
) -> Response:
    """Which mandate this one renews, else by which it is renewed, and what was decided."""
    with database.read() as connection:
        mandate_queries.require_readable(connection, actor, mandate_id)
        return json_object_if_new(request, queries.renewal(connection, mandate_id))


@api.get("", response_model=Page[AmendmentSummary], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_amendments(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[AmendmentQuery, Query()]
) -> Response:
    """Amendments to the mandates that concern the caller; all of them for the lab and HR."""
    POLICY.require(None, actor, "list")
    visible, parameters = queries.readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.AMENDMENTS.page(connection, query, visible, parameters))


@api.get("/{amendment_id}", response_model=AmendmentDetail, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_amendment(request: Request, amendment_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One amendment, with its difference from the text in force and the parties whom it concerns."""
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, amendment_id))


@api.get("/{amendment_id}/document", response_model=Document, responses=problem_responses(409, 422))
@governed_by(POLICY, "read")
def read_amendment_document(amendment_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """The exact text that is signed: the whole mandate as amended. The SHA-256 of the body is the `document_hash`."""
    with database.read() as connection:
        text, document_hash = queries.document(connection, actor, amendment_id)
    headers = {
        "ETag": f'"{document_hash}"',
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(document_hash)).decode()}:",
    }
    return Response(text, headers=headers, media_type="application/json")


@api.patch("/{amendment_id}", response_model=AmendmentDetail, responses=EDITS)
@governed_by(POLICY, "edit")
def edit_amendment(
    amendment_id: UUID, form: AmendmentEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Change an amendment while it is a draft."""
    amendment = service.find(session, actor, amendment_id)
    require_version(if_match, amendment.version)
    service.edit(session, actor, amendment, changes(form))
    return json_object(queries.detail(session, actor, amendment_id))


@api.post("/{amendment_id}/submit", response_model=AmendmentDetail, responses=MOVES)
@governed_by(POLICY, "submit")
def submit_amendment(amendment_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Freeze the amended text and ask the parties whom it concerns to sign it."""
    service.submit(session, actor, service.find(session, actor, amendment_id))
    return json_object(queries.detail(session, actor, amendment_id))


@api.post("/{amendment_id}/sign", response_model=AmendmentDetail, responses=WRITES)
@governed_by(POLICY, "sign")
def sign_amendment(
    amendment_id: UUID, form: MandateSignatureBody, actor: ActorDep, session: SessionDep
) -> Response:
    """Sign, as one signs a mandate. The last signature gives the mandate its new terms, from that day on."""
    amendment = service.find_to_sign(session, actor, amendment_id)
    service.sign(session, actor, amendment, **form.model_dump())
    return json_object(queries.detail(session, actor, amendment_id))


@api.post("/{amendment_id}/refuse", response_model=AmendmentDetail, responses=WRITES)
@governed_by(POLICY, "refuse")
def refuse_amendment(amendment_id: UUID, form: Refusal, actor: ActorDep, session: SessionDep) -> Response:
    """Say no, and why. The amendment goes back to be written; the mandate stays as it is."""
    amendment = service.find_to_sign(session, actor, amendment_id)
    service.refuse(session, actor, amendment, form.reason, form.on_behalf_of)
    return json_object(queries.detail(session, actor, amendment_id))


@api.post("/{amendment_id}/withdraw", response_model=AmendmentDetail, responses=MOVES)
@governed_by(POLICY, "withdraw")
def withdraw_amendment(amendment_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take a submission back to write the amendment again."""
    service.withdraw(session, actor, service.find(session, actor, amendment_id))
    return json_object(queries.detail(session, actor, amendment_id))


@api.post("/{amendment_id}/drop", response_model=AmendmentDetail, responses=MOVES)
@governed_by(POLICY, "drop")
def drop_amendment(amendment_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Leave a draft: the mandate stays as it is."""
    service.drop(session, actor, service.find(session, actor, amendment_id))
    return json_object(queries.detail(session, actor, amendment_id))


@tasks.get("", response_model=Page[MandateTask], responses=problem_responses(422))
@governed_by(TASKS, "list")
def list_mandate_tasks(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[MandateTaskQuery, Query()]
) -> Response:
    """Signatures that mandates in force wait for since somebody left a function: the caller's; all for the lab, HR."""
    TASKS.require(None, actor, "list")
    visible, parameters = queries.tasks_of(actor)
    with database.read() as connection:
        return json_page(request, *queries.TASKS.page(connection, query, visible, parameters))
