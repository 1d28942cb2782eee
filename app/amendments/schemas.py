"""What the API takes and gives about amendments, the signatures that successors owe, and renewals."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.access.abilities import Ability
from app.amendments.lifecycle import AmendmentState, Cause, TaskState
from app.kit.calendar import Half, Weekday
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Day, Prose, Request, Response
from app.mandates.clause_schemas import ClauseBody
from app.mandates.difference import Change
from app.mandates.lifecycle import PartyCapacity
from app.mandates.schemas import Budget, Party, SlotBody

_PURPOSE = Field(
    description="Why the mandate is to change, for those who will sign.",
    examples=["Le mardi convient mieux que le jeudi, jour des livraisons."],
)


class AmendmentDraft(Request):
    """What is to change of a mandate in force. What is left out stays; with nothing at all, only signatures are asked:
    of whoever holds a function for which somebody else had signed."""

    purpose: Prose = _PURPOSE
    sponsor_id: UUID | None = None
    ends_on: Day | None = Field(default=None, description="The new last day.")
    goal: Prose | None = Field(default=None, description="The new `purpose` of the mandate.")
    problem: Prose | None = None
    expected_result: Prose | None = None
    how_known: Prose | None = None
    means: Prose | None = None
    budget_euros: Budget | None = None
    slots: list[SlotBody] | None = Field(
        default=None, max_length=100, description="All the weekly half-days, as they will be."
    )
    clauses: list[ClauseBody] | None = Field(
        default=None, max_length=60, description="All the clauses, as they will be."
    )
    joining: list[UUID] = Field(default=[], max_length=30, description="Agents who join the team.")
    leaving: list[UUID] = Field(default=[], max_length=30, description="Members who leave it.")


class AmendmentEdit(Request):
    """Changes to a draft. Fields left out stay as they are; null takes a change back."""

    purpose: Prose = UNCHANGED
    sponsor_id: UUID | None = UNCHANGED
    ends_on: Day | None = UNCHANGED
    goal: Prose | None = UNCHANGED
    problem: Prose | None = UNCHANGED
    expected_result: Prose | None = UNCHANGED
    how_known: Prose | None = UNCHANGED
    means: Prose | None = UNCHANGED
    budget_euros: Budget | None = UNCHANGED
    slots: list[SlotBody] | None = UNCHANGED
    clauses: list[ClauseBody] | None = UNCHANGED
    joining: list[UUID] = UNCHANGED
    leaving: list[UUID] = UNCHANGED


class AmendmentSummary(Response):
    id: UUID
    mandate_id: UUID
    team_id: UUID
    team_name: str
    state: AmendmentState
    purpose: str = Field(description="Why the mandate is to change.")
    submission: int | None = Field(
        description="Of its text, among those of the mandate; null until it is first submitted."
    )
    in_force_from: date | None = Field(description="The first day of its terms.")
    parties_count: int = Field(description="Signatures that it needs, once it is submitted.")
    signatures_count: int
    to_sign: bool = Field(description="Whether the caller's signature is awaited now.")
    created_at: datetime
    updated_at: datetime
    version: int


class AmendedSlot(Response):
    agent_id: UUID
    weekday: Weekday
    half: Half
    relief: str = ""


class AmendmentTerms(Response):
    """Only what changes is here."""

    sponsor_id: UUID | None = None
    ends_on: date | None = None
    purpose: str | None = Field(default=None, description="The mandate's own.")
    problem: str | None = None
    expected_result: str | None = None
    how_known: str | None = None
    means: str | None = None
    budget_euros: int | None = None
    slots: list[AmendedSlot] | None = None
    clauses: list[dict[str, Any]] | None = Field(
        default=None, description="Each with its `key`, `kind`, `title`, `text` and `plain`."
    )
    joining: list[UUID] = Field(default=[])
    leaving: list[UUID] = Field(default=[])


class AmendmentRun(Response):
    """Consecutive words that were kept, added or removed."""

    change: Change
    text: str


class AmendmentClauseDifference(Response):
    key: str
    change: Change
    moved: bool
    position_before: int | None
    position_after: int | None
    title: list[AmendmentRun]
    text: list[AmendmentRun]
    plain: list[AmendmentRun]


class AmendmentFactDifference(Response):
    """A date, somebody, a parameter or the half-days, as they were and as they will be."""

    name: str = Field(examples=["ends_on"])
    before: Any
    after: Any


class AmendmentDifference(Response):
    """What changes from the text in force to the amended one. Clauses that stay as they are are left out."""

    title: list[AmendmentRun]
    preamble: list[AmendmentRun]
    clauses: list[AmendmentClauseDifference]
    facts: list[AmendmentFactDifference]


class AmendmentDetail(AmendmentSummary):
    terms: AmendmentTerms
    ends_on: date = Field(description="The last day of the mandate, once amended.")
    base_submission: int = Field(description="The text that it amends.")
    document_hash: str | None = Field(description="The SHA-256 of the text to sign, or signed.")
    reason: str | None = Field(description="Why it was refused.")
    submitted_at: datetime | None
    difference: AmendmentDifference
    parties: list[Party] = Field(description="Those whom it concerns, once it is submitted.")
    possible_moves: list[str] = Field(examples=[["sign", "refuse", "withdraw"]])
    abilities: list[Ability]


class AmendmentQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    mandate_id: list[UUID] = Field(default=[], max_length=50)
    team_id: list[UUID] = Field(default=[], max_length=50)
    state: list[AmendmentState] = Field(default=[], max_length=4)
    to_sign: bool | None = Field(
        default=None, description="`true`: only those that await the caller's signature now."
    )


class MandateTask(Response):
    """A mandate in force waits for a new signature. It stays in force meanwhile."""

    id: UUID
    mandate_id: UUID
    team_id: UUID
    team_name: str
    capacity: PartyCapacity
    agent_id: UUID | None = Field(description="Who is to sign; null while nobody holds the function.")
    agent_name: str | None
    former_id: UUID | None = Field(description="Who had signed.")
    former_name: str | None
    cause: Cause
    state: TaskState
    amendment_id: UUID | None = Field(description="The amendment being prepared or signed for it.")
    created_at: datetime
    closed_at: datetime | None
    version: int


class MandateTaskQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    mandate_id: list[UUID] = Field(default=[], max_length=50)
    state: list[TaskState] = Field(default=[], max_length=3)


class RenewalForm(Request):
    """A mandate for the next period. It begins the day after the present one ends, with everything carried over."""

    decision: Prose = Field(
        description="What was decided, at a follow-up or otherwise, and by whom.",
        examples=["Le sponsor et la direction cliente décident de continuer six mois."],
    )
    follow_up_id: UUID | None = Field(
        default=None, description="The follow-up, once held, where it was decided."
    )
    ends_on: Day | None = Field(
        default=None, description="The last day; by default, after the charter's number of months."
    )
    sponsor_id: UUID | None = Field(default=None, description="By default, the present one.")


class RenewalDetail(Response):
    """Which mandate follows which, and what was decided."""

    mandate_id: UUID
    renews_id: UUID
    follow_up_id: UUID | None
    decision: str
    created_at: datetime
