"""What the API takes and gives about programmes and charters."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.access.abilities import Ability
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Day, Line, LongProse, Request, Response
from app.programmes.models import BOUNDS


def _bounded(name: str, description: str) -> object:
    least, most = BOUNDS[name]
    return Field(ge=least, le=most, description=description)


CadenceWeeks = Annotated[int, _bounded("cadence_weeks", "Weeks between follow-ups.")]
HalfDaysPerWeek = Annotated[int, _bounded("half_days_per_week", "Half-days a week freed for each agent.")]
MakeGoodDays = Annotated[
    int, _bounded("make_good_days", "Days to give back a half-day that the service took.")
]
MoveWindowDays = Annotated[int, _bounded("move_window_days", "How many days away a half-day may be moved.")]
MandateMonths = Annotated[int, _bounded("mandate_months", "How long a mandate lasts.")]
AnswerDays = Annotated[int, _bounded("answer_days", "Days to answer whoever reported an irritant.")]
GraceDays = Annotated[
    int, _bounded("grace_days", "Days by which a follow-up may be late before it is missed.")
]
SigningDays = Annotated[
    int, _bounded("signing_days", "Days that a mandate may await its signatures before it is written again.")
]


class ProgrammeCreation(Request):
    name: Line = Field(examples=["Édition 2026-2027"])
    starts_on: Day
    ends_on: Day | None = None


class ProgrammeEdit(Request):
    """A correction. Fields left out stay as they are."""

    name: Line = UNCHANGED
    starts_on: Day = UNCHANGED
    ends_on: Day | None = UNCHANGED


class ProgrammeItem(Response):
    id: UUID
    name: str
    starts_on: date
    ends_on: date | None
    created_at: datetime
    updated_at: datetime
    version: int


class ProgrammeDetail(ProgrammeItem):
    abilities: list[Ability]


class ProgrammeQuery(ListQuery):
    sort: Literal["-starts_on", "starts_on"] = "-starts_on"
    on: Day | None = Field(default=None, description="Only those that run on that day.")


class CharterDraft(Request):
    """The rules as the seminar wrote them. What is left out takes the usual value."""

    programme_id: UUID
    title: Line = Field(examples=["Cadre et règles du jeu"])
    text: LongProse = Field(examples=["Chacun peut dire. Tout agent peut signaler un irritant…"])
    cadence_weeks: CadenceWeeks = 6
    half_days_per_week: HalfDaysPerWeek = 1
    make_good_days: MakeGoodDays = 15
    move_window_days: MoveWindowDays = 14
    mandate_months: MandateMonths = 6
    answer_days: AnswerDays = 21
    grace_days: GraceDays = 10
    signing_days: SigningDays = 30


class CharterEdit(Request):
    """A correction of a draft. Fields left out stay as they are."""

    title: Line = UNCHANGED
    text: LongProse = UNCHANGED
    cadence_weeks: CadenceWeeks = UNCHANGED
    half_days_per_week: HalfDaysPerWeek = UNCHANGED
    make_good_days: MakeGoodDays = UNCHANGED
    move_window_days: MoveWindowDays = UNCHANGED
    mandate_months: MandateMonths = UNCHANGED
    answer_days: AnswerDays = UNCHANGED
    grace_days: GraceDays = UNCHANGED
    signing_days: SigningDays = UNCHANGED


class Adoption(Request):
    adopted_on: Day | None = Field(
        default=None, description="The first day on which the charter rules; today unless said."
    )


class CharterSummary(Response):
    id: UUID
    programme_id: UUID
    number: int = Field(description="1, 2, 3… within the programme.")
    title: str
    adopted_on: date | None = Field(description="Null for a draft.")
    in_force: bool = Field(description="Whether it rules today.")
    cadence_weeks: int
    half_days_per_week: int
    make_good_days: int
    move_window_days: int
    mandate_months: int
    answer_days: int
    grace_days: int
    signing_days: int
    created_at: datetime
    version: int


class CharterDetail(CharterSummary):
    text: str
    updated_at: datetime
    abilities: list[Ability]


class CharterQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    programme_id: list[UUID] = Field(default=[], max_length=50)
    adopted: bool | None = Field(default=None, description="`true`: only adopted ones; `false`: only drafts.")
    in_force: bool | None = Field(default=None, description="`true`: only the one that rules today.")
