"""What the API takes and gives about calls and applications."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.access.abilities import Ability
from app.calls.lifecycle import ApplicationState, CallState
from app.irritants.lifecycle import IrritantState
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Day, Line, LongProse, Prose, Request, Response

MAX_IRRITANTS = 50


class CallDraft(Request):
    """A call in preparation. Its irritants are held once it opens."""

    programme_id: UUID
    title: Line = Field(examples=["Appel à volontaires du printemps"])
    text: LongProse = Field(examples=["Une demi-journée protégée par semaine, pendant six mois."])
    irritant_ids: list[UUID] = Field(default=[], max_length=MAX_IRRITANTS)
    opens_on: Day = Field(description="First day of applications, in the authority's time zone.")
    closes_on: Day = Field(description="Last day of applications.")


class CallEdit(Request):
    """A correction. Fields left out stay as they are; once the call is open, only `closes_on` may change."""

    title: Line = UNCHANGED
    text: LongProse = UNCHANGED
    irritant_ids: Annotated[list[UUID], Field(max_length=MAX_IRRITANTS)] = UNCHANGED
    opens_on: Day = UNCHANGED
    closes_on: Day = UNCHANGED


class CallReason(Request):
    """Why a call is cancelled: everybody reads it, and each applicant not yet answered receives it."""

    reason: Prose = Field(examples=["Le budget de l'année n'est pas voté : l'appel reprendra en septembre."])


class CallSummary(Response):
    id: UUID
    programme_id: UUID
    title: str
    state: CallState
    opens_on: date
    closes_on: date
    irritants_count: int
    created_at: datetime
    version: int


class CallIrritantSummary(Response):
    id: UUID
    title: str
    state: IrritantState


class CallDetail(CallSummary):
    text: str
    irritants: list[CallIrritantSummary]
    reason: str | None = Field(description="Why it was cancelled.")
    opened_at: datetime | None
    updated_at: datetime
    accepts_applications: bool = Field(description="Whether agents may apply today.")
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["open", "cancel"]]
    )
    abilities: list[Ability]


class CallQuery(ListQuery):
    sort: Literal["-created_at", "created_at", "closes_on", "-closes_on"] = "-created_at"
    state: list[CallState] = Field(default=[], max_length=5)
    programme_id: list[UUID] = Field(default=[], max_length=50)


class ApplicationForm(Request):
    """An agent's own offer. The manager is told, and cannot refuse."""

    call_id: UUID
    irritant_id: UUID
    motivation: Prose = Field(examples=["Je passe par ce portail chaque matin, et j'ai été serrurier."])


class ApplicationReason(Request):
    """Why, in words that the applicant will read."""

    reason: Prose = Field(examples=["L'équipe est au complet. Votre expérience servira à l'appel d'automne."])


class ApplicationSummary(Response):
    id: UUID
    call_id: UUID
    call_title: str
    irritant_id: UUID
    irritant_title: str
    agent_id: UUID
    agent_name: str
    directorate_id: UUID | None
    directorate_name: str | None
    manager_id: UUID | None = Field(description="The manager who was told.")
    motivation: str
    state: ApplicationState
    reason: str | None = Field(description="Why it was declined.")
    created_at: datetime
    updated_at: datetime
    version: int


class ApplicationDetail(ApplicationSummary):
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["accept", "decline", "withdraw"]]
    )
    abilities: list[Ability]


class ApplicationQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    call_id: list[UUID] = Field(default=[], max_length=50)
    irritant_id: list[UUID] = Field(default=[], max_length=50)
    state: list[ApplicationState] = Field(default=[], max_length=4)
    agent_id: list[UUID] = Field(default=[], max_length=50)
    mine: bool | None = Field(default=None, description="`true`: only the caller's own.")
