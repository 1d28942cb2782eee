"""What the API takes and gives about agreements."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.access.abilities import Ability
from app.agreements.lifecycle import AgreementState
from app.kit.listing import ListQuery
from app.kit.schemas import Prose, Request, Response
from app.mandates.clause_schemas import ClauseKey


class AgreementRequest(Request):
    """What the team cannot decide, and the clause that reserves it."""

    clause_key: ClauseKey = Field(
        description="A clause of the mandate whose kind is `reserved`.", examples=["souverainete"]
    )
    matter: Prose = Field(examples=["Étendre l'essai des clés partagées suppose un arrêté du maire."])


class AgreementAnswer(Request):
    """Conditions, if there are any. Part of what is agreed."""

    reason: Prose | None = Field(default=None, examples=["D'accord jusqu'au 31 mars, bilan ensuite."])


class AgreementRefusal(Request):
    reason: Prose = Field(examples=["Le conseil municipal en délibère d'abord, le 12 février."])


class AgreementSummary(Response):
    id: UUID
    mandate_id: UUID
    team_id: UUID
    team_name: str
    clause_key: str
    matter: str
    state: AgreementState
    requested_by_id: UUID | None = Field(description="Null where a machine asked.")
    requested_by_name: str | None
    reason: str | None = Field(description="Why it was refused, or on what conditions it was given.")
    answered_by_id: UUID | None
    answered_by_name: str | None
    answered_at: datetime | None
    on_behalf_of_id: UUID | None = Field(description="The sponsor, where somebody answered in their name.")
    act_reference: str | None = Field(examples=["arrêté 2026-114 du 3 avril 2026"])
    act_last_day: date | None
    to_answer: bool = Field(description="Whether the caller's answer is awaited now.")
    created_at: datetime
    updated_at: datetime
    version: int


class AgreementDetail(AgreementSummary):
    clause_title: str | None
    clause_text: str | None = Field(description="As written, placeholders included.")
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["agree", "refuse", "withdraw"]]
    )
    abilities: list[Ability]


class AgreementQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    mandate_id: list[UUID] = Field(default=[], max_length=50)
    state: list[AgreementState] = Field(default=[], max_length=4)
    to_answer: bool | None = Field(
        default=None, description="`true`: only those that await the caller's answer now."
    )
