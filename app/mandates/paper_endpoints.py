"""The API of the files of mandates."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by, open_to_all
from app.kit.limits import network
from app.kit.routing import (
    WRITES,
    DatabaseDep,
    OpenRoute,
    SessionDep,
    json_object,
    json_page,
    problem_responses,
    router,
    unstored,
)
from app.kit.schemas import Page
from app.mandates import queries, service
from app.mandates.papers import reading, verifying
from app.mandates.papers.schemas import (
    ExternalSignature,
    FileQuery,
    MandateFileSummary,
    PaperQuery,
    Verification,
    VerificationRequest,
)
from app.mandates.policy import POLICY
from app.mandates.schemas import MandateDetail

PDF = "application/pdf"
A_PDF = {"description": "The file.", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}

api = router("/mandates", "mandates")
open_api = router("/verifications", "verifications", OpenRoute)


@api.get(
    "/{mandate_id}/document.pdf",
    response_class=Response,
    responses={200: A_PDF, **problem_responses(409, 422)},
)
@governed_by(POLICY, "read")
def read_mandate_paper(
    mandate_id: UUID, actor: ActorDep, database: DatabaseDep, query: Annotated[PaperQuery, Query()]
) -> Response:
    """The mandate as a PDF (PDF/A-2a, PDF/UA-1): sealed with its evidence once everybody has signed, until then the
    text to sign, which is the same each time, byte for byte: it may be signed elsewhere and brought back."""
    with database.read() as connection:
        content = reading.paper(connection, actor, mandate_id, query.submission, signed=query.signed)
    return _pdf(content, hashlib.sha256(content).hexdigest(), f"mandat-{mandate_id}.pdf")


@api.get("/{mandate_id}/files", response_model=Page[MandateFileSummary], responses=problem_responses(422))
@governed_by(POLICY, "read")
def list_mandate_files(
    request: Request,
    mandate_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[FileQuery, Query()],
) -> Response:
    """The files of a mandate, the latest first: as sealed, with its timestamp, and those signed elsewhere."""
    visible, parameters = reading.of_mandate(actor, mandate_id)
    with database.read() as connection:
        reading.require_readable(connection, actor, mandate_id)
        return json_page(request, *reading.FILES.page(connection, query, visible, parameters))


@api.get(
    "/{mandate_id}/files/{file_id}",
    response_class=Response,
    responses={200: A_PDF, **problem_responses(422)},
)
@governed_by(POLICY, "read")
def read_mandate_file(mandate_id: UUID, file_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One file, as it is kept."""
    with database.read() as connection:
        content, sha256 = reading.content(connection, actor, mandate_id, file_id)
    return _pdf(content, sha256, f"mandat-{file_id}.pdf")


@api.post("/{mandate_id}/external-signature", response_model=MandateDetail, responses=WRITES)
@governed_by(POLICY, "bring_signed")
def bring_signed_mandate(
    mandate_id: UUID, form: ExternalSignature, actor: ActorDep, session: SessionDep
) -> Response:
    """Bring back the text that was signed elsewhere: each party that a trusted certificate proves has signed.

    A party's certificate bears their mail address or their name, or the lab states whose it is. A party may bring their
    own signature, the lab those of everybody. All or nothing: where somebody proven has yet to wait for their turn, no
    signature is counted.
    """
    mandate = service.find(session, actor, mandate_id)
    service.bring_signed(
        session,
        actor,
        mandate,
        form.file,
        {each.certificate_sha256: each.party_id for each in form.parties},
    )
    return json_object(queries.detail(session, actor, mandate_id))


@open_api.post("", response_model=Verification, responses=WRITES)
@open_to_all("anybody who holds a mandate's file may have it verified")
def verify_file(request: Request, form: VerificationRequest, database: DatabaseDep) -> Response:
    """Is this file a mandate sealed here, by whom was it signed, is it in force? Nothing is kept; no token needed."""
    verifying.knock(database, verifying.BY_FILE, network(request.client and request.client.host))
    return unstored(json_object(verifying.of_file(database, form.file)))


def _pdf(content: bytes, sha256: str, name: str) -> Response:
    headers = {"ETag": f'"{sha256}"', "Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, headers=headers, media_type=PDF)
