"""What the API takes and gives of the files of mandates."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.listing import ListQuery
from app.kit.schemas import Request, Response
from app.mandates.paper_models import FileKind


class PaperQuery(Request):
    submission: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="An earlier submission, by its number; by default, the present one.",
    )
    signed: bool | None = Field(
        default=None,
        description="`true`: the sealed file; `false`: the text to sign. By default the sealed one, if any.",
    )


class FileQuery(ListQuery):
    sort: Literal["-created_at"] = "-created_at"


class MandateFileSummary(Response):
    id: UUID
    submission: int
    version: int = Field(
        description="Each addition to a file makes another, which begins with the one before."
    )
    kind: FileKind
    sha256: str = Field(description="Of the file.")
    document_hash: str = Field(description="The SHA-256 of the text that it shows.")
    demonstration: bool = Field(description="Sealed by a seal for demonstrations, which has no legal value.")
    created_at: datetime
