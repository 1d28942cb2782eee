"""What the API takes and gives of the files of mandates."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Base64Bytes, Field, StringConstraints

from app.kit.listing import ListQuery
from app.kit.schemas import Request, Response
from app.mandates.lifecycle import MandateState, PartyCapacity
from app.mandates.paper_models import FileKind
from app.mandates.papers.verifying import Verdict

File = Annotated[
    Base64Bytes,
    Field(
        min_length=1,
        description="The PDF, in base64 (RFC 4648). The request may be larger than others: see `max_file_bytes`.",
        examples=["JVBERi0xLjcK"],
    ),
]


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


class CertificateOfParty(Request):
    """The lab states whose certificate it is, where its name and address do not."""

    party_id: UUID
    certificate_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="The SHA-256 of the certificate, in DER."
    )


class ExternalSignature(Request):
    """The text to sign (`document.pdf?signed=false`), signed elsewhere: as it was exported, with signatures added."""

    file: File
    parties: list[CertificateOfParty] = Field(default=[], max_length=60)


class VerificationRequest(Request):
    file: File


class VerifiedSignature(Response):
    name: str
    capacity: PartyCapacity
    signed_at: datetime
    on_behalf_of: str | None
    act_reference: str | None


class Verification(Response):
    """What is known of a file. Everything but `verdict`, `sentence` and `sha256` is null unless it is authentic."""

    verdict: Verdict = Field(
        description="`authentic`: sealed here, not a byte changed. `altered`: signed, and changed since. `unknown`: "
        "signed, by a seal that is none of ours. `unsigned`: without any signature."
    )
    sentence: str
    sha256: str = Field(description="Of the file as it came. It is not kept.")
    authority: str | None
    document_hash: str | None = Field(description="The SHA-256 of the text that was signed.")
    in_force: bool | None = Field(description="Whether this very text binds today.")
    state: MandateState | None
    last_day: date | None = Field(description="The last day of the mandate.")
    sealed_at: datetime | None
    demonstration: bool | None = Field(description="By a seal for demonstrations, which has no legal value.")
    signatures: list[VerifiedSignature]
