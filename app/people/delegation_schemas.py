"""What the API takes and gives about delegations of signature and interims. Last days are included."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.access.abilities import Ability
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Day, Line, Prose, Request, Response
from app.people.delegation_models import DelegationField, HolderFunction, PowerEnd, PowerState

_REFERENCE = Field(description="What the act is known by.", examples=["arrêté 2026-114 du 3 avril 2026"])


class DelegationForm(Request):
    """An arrêté as it was taken. It may be exercised once published, notified and transmitted (CGCT L.2131-1)."""

    giver_id: UUID = Field(description="The executive, in whose name the holder signs.")
    holder_id: UUID
    holder_function: HolderFunction
    act_reference: Line = _REFERENCE
    field: DelegationField
    directorate_id: UUID | None = Field(
        default=None, description="For `directorate_mandates`: whose mandates, its services included."
    )
    field_text: Prose = Field(
        description="The field in the words of the act.",
        examples=["Les mandats d'équipe et leurs avenants, dans la limite de 5 000 euros."],
    )
    published_on: Day
    notified_on: Day
    transmitted_on: Day = Field(description="To the State's representative.")
    starts_on: Day
    ends_on: Day | None = Field(
        default=None, description="The last day that the act states, if it states one."
    )
    term_ends_on: Day = Field(description="The last day of the giver's term: the delegation ends with it.")


class DelegationEdit(Request):
    """Corrections to an act to come. Other people make another act."""

    act_reference: Line = UNCHANGED
    field: DelegationField = UNCHANGED
    directorate_id: UUID | None = UNCHANGED
    field_text: Prose = UNCHANGED
    published_on: Day = UNCHANGED
    notified_on: Day = UNCHANGED
    transmitted_on: Day = UNCHANGED
    starts_on: Day = UNCHANGED
    ends_on: Day | None = UNCHANGED
    term_ends_on: Day = UNCHANGED


class Withdrawal(Request):
    reason: Prose = Field(examples=["Arrêté 2026-131 portant retrait de délégation."])


class _PowerDetail(Response):
    id: UUID
    holder_id: UUID
    holder_name: str
    act_reference: str
    starts_on: date
    last_day: date = Field(description="When the power ends or ended, whatever the reason.")
    state: PowerState = Field(description="What it is today, where the authority is.")
    end_cause: PowerEnd | None = Field(description="Why it ended; null until it has.")
    end_reason: str | None = Field(description="The reason given for a withdrawal.")
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


class DelegationSummary(_PowerDetail):
    giver_id: UUID
    giver_name: str
    holder_function: HolderFunction
    field: DelegationField
    directorate_id: UUID | None
    directorate_name: str | None
    field_text: str
    published_on: date
    notified_on: date
    transmitted_on: date
    ends_on: date | None
    term_ends_on: date


class DelegationDetail(DelegationSummary):
    abilities: list[Ability]


class DelegationQuery(ListQuery):
    sort: Literal["-starts_on", "starts_on"] = "-starts_on"
    holder_id: list[UUID] = Field(default=[], max_length=50)
    giver_id: list[UUID] = Field(default=[], max_length=50)
    directorate_id: list[UUID] = Field(default=[], max_length=50)
    in_force: bool | None = Field(default=None, description="`true`: only those that may be exercised today.")


class InterimForm(Request):
    """An act that names who acts for an absent head or manager."""

    absent_id: UUID
    holder_id: UUID
    act_reference: Line = _REFERENCE
    starts_on: Day
    ends_on: Day


class InterimEdit(Request):
    """Corrections to an interim to come. Other people make another act."""

    act_reference: Line = UNCHANGED
    starts_on: Day = UNCHANGED
    ends_on: Day = UNCHANGED


class InterimSummary(_PowerDetail):
    absent_id: UUID
    absent_name: str
    ends_on: date


class InterimDetail(InterimSummary):
    abilities: list[Ability]


class InterimQuery(ListQuery):
    sort: Literal["-starts_on", "starts_on"] = "-starts_on"
    holder_id: list[UUID] = Field(default=[], max_length=50)
    absent_id: list[UUID] = Field(default=[], max_length=50)
    in_force: bool | None = Field(default=None, description="`true`: only those that may be exercised today.")
