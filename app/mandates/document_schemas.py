"""The exact text of a submission, as the API gives it."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.schemas import Request, Response
from app.mandates.clause_schemas import Deadline
from app.mandates.lifecycle import ClauseKind, PartyCapacity
from app.mandates.schemas import Slot


class DocumentAgent(Response):
    id: UUID
    name: str


class DocumentClause(Response):
    key: str
    kind: ClauseKind
    mandatory: bool
    title: str
    text: str
    plain: str
    deadline: Deadline | None = Field(default=None, description="Left out where there is none.")


class DocumentParty(Response):
    id: UUID
    name: str
    capacity: PartyCapacity
    rank: int


class DocumentAmends(Response):
    """Which text this one takes the place of, what changes, and who signs it: the parties whom that concerns."""

    amendment_id: UUID
    submission: int
    document_hash: str
    purpose: str
    fields: list[str] = Field(examples=[["ends_on", "slots"]])
    signed_by: list[DocumentParty]


class Document(Response):
    """The exact text of a submission: JSON with sorted keys and no spaces (RFC 8785), in UTF-8."""

    format: Literal["essaim-mandate-1"]
    mandate_id: UUID
    submission: int
    authority: DocumentAgent
    charter_id: UUID
    team: DocumentAgent
    irritant: DocumentAgent
    client_directorate: DocumentAgent
    sponsor: DocumentAgent
    starts_on: date
    ends_on: date
    parameters: dict[str, int]
    title: str
    preamble: str
    clauses: list[DocumentClause]
    half_days: list[Slot]
    parties: list[DocumentParty]
    amends: DocumentAmends | None = Field(
        default=None, description="Of the text of an amendment only; left out of any other."
    )


class DocumentQuery(Request):
    submission: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="An earlier submission, by its number; by default, the present one.",
    )
