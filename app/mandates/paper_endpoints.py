"""The API of the files of mandates."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.routing import DatabaseDep, json_page, problem_responses, router
from app.kit.schemas import Page
from app.mandates.papers import reading
from app.mandates.papers.schemas import FileQuery, MandateFileSummary, PaperQuery
from app.mandates.policy import POLICY

PDF = "application/pdf"
A_PDF = {"description": "The file.", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}

api = router("/mandates", "mandates")


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


def _pdf(content: bytes, sha256: str, name: str) -> Response:
    headers = {"ETag": f'"{sha256}"', "Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, headers=headers, media_type=PDF)
