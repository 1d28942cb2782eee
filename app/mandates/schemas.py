"""What the API takes and gives about mandates."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.access.abilities import Ability
from app.kit.calendar import Half, Weekday
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Day, Prose, Request, Response
from app.mandates.clause_schemas import Clause, ClauseBody
from app.mandates.lifecycle import MandateState, PartyCapacity, PartyState

WorkingDay = Literal[Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Budget = Annotated[int, Field(ge=0, le=1_000_000, description="What the team may spend, in euros.")]

_ON_BEHALF_OF = Field(
    default=None,
    description="In whose name: one of the caller's `powers`. By default one's own, else the only person for whom one "
    "may sign this mandate.",
)
_PURPOSE = Field(default=None, examples=["Réduire l'attente du matin dans les locaux du centre technique."])


class SlotBody(Request):
    """A weekly half-day of one member. Without `relief`, what was written for this agent before is kept."""

    agent_id: UUID
    weekday: WorkingDay = Field(examples=["thursday"])
    half: Half
    relief: Prose | None = Field(
        default=None, description="What the manager takes off the agent's plate, and who takes it up."
    )


class MandateDraft(Request):
    """A mandate to write. What is left out comes from the charter in force, the irritant and the model mandate."""

    team_id: UUID
    sponsor_id: UUID
    starts_on: Day
    ends_on: Day | None = Field(
        default=None, description="The last day; by default, after the charter's number of months."
    )
    slots: list[SlotBody] = Field(default=[], max_length=100)
    clauses: list[ClauseBody] | None = Field(
        default=None, max_length=60, description="By default, the model mandate."
    )
    purpose: Prose | None = _PURPOSE
    problem: Prose | None = None
    expected_result: Prose | None = None
    how_known: Prose | None = None
    means: Prose | None = None
    budget_euros: Budget = 0


class MandateEdit(Request):
    """Changes to a draft. Fields left out stay as they are; `slots` and `clauses` are replaced whole."""

    sponsor_id: UUID = UNCHANGED
    starts_on: Day = UNCHANGED
    ends_on: Day = UNCHANGED
    slots: list[SlotBody] = UNCHANGED
    clauses: list[ClauseBody] = UNCHANGED
    purpose: Prose = UNCHANGED
    problem: Prose = UNCHANGED
    expected_result: Prose = UNCHANGED
    how_known: Prose = UNCHANGED
    means: Prose = UNCHANGED
    budget_euros: Budget = UNCHANGED


class Relief(Request):
    agent_id: UUID
    relief: Prose = Field(examples=["Les tournées du jeudi matin passent à l'équipe du dépôt nord."])


class MandateSignatureBody(Request):
    """A signature: of this text, knowingly."""

    document_hash: Hash = Field(description="The SHA-256 of the document that the signer has read.")
    consent: bool = Field(description="`true`: I have read this text and I sign it.", examples=[True])
    on_behalf_of: UUID | None = _ON_BEHALF_OF


class Refusal(Request):
    reason: Prose = Field(
        description="What the lab and the other parties will read.",
        examples=["Le jeudi matin est le jour des livraisons : le mardi conviendrait."],
    )
    on_behalf_of: UUID | None = _ON_BEHALF_OF


class Suspension(Request):
    reason: Prose = Field(examples=["Plan de continuité : la crue mobilise toutes les équipes."])
    from_day: Day = Field(description="The first day on which nothing is owed.")
    until_day: Day | None = Field(
        default=None,
        description="The day on which the mandate resumes by itself: half-days are owed again from it on. Without one, "
        "it waits for somebody to resume it.",
    )


class Resumption(Request):
    from_day: Day = Field(description="The first day on which half-days are owed again.")


class Termination(Request):
    reason: Prose = Field(examples=["Le portail est remplacé : la mission n'a plus d'objet."])
    on_day: Day = Field(description="The last day of the mandate.")


class MandateSummary(Response):
    id: UUID
    team_id: UUID
    team_name: str
    state: MandateState
    sponsor_id: UUID
    sponsor_name: str
    client_directorate_id: UUID
    client_directorate_name: str
    starts_on: date = Field(description="The first day.")
    ends_on: date = Field(description="The last day.")
    parties_count: int = Field(description="Signatures that the present submission needs.")
    signatures_count: int = Field(description="Signatures that it has.")
    to_sign: bool = Field(description="Whether the caller's signature is awaited now.")
    created_at: datetime
    updated_at: datetime
    version: int


class Slot(Response):
    agent_id: UUID
    agent_name: str
    weekday: Weekday
    half: Half
    relief: str = Field(description="Empty until somebody has written it.")


class Signatory(Response):
    """Somebody who may sign for a party today: itself, or by an act in the name of `for_id`."""

    kind: Literal["own", "interim", "delegation"]
    agent_id: UUID
    name: str
    for_id: UUID | None = Field(description="What to send as `on_behalf_of`; null for the party itself.")
    for_name: str | None
    act_id: UUID | None
    act_reference: str | None = Field(examples=["arrêté 2026-114 du 3 avril 2026"])
    last_day: date | None = Field(description="The last day of that power.")


class SignedBy(Response):
    """Whose hand signed. In somebody else's name: the act, as it stood that day."""

    agent_id: UUID
    name: str
    on_behalf_of_id: UUID | None
    act_id: UUID | None
    act_reference: str | None
    act_starts_on: date | None
    act_last_day: date | None


class Party(Response):
    id: UUID
    agent_id: UUID
    name: str
    capacity: PartyCapacity
    rank: int = Field(description="Those of a rank sign when every lower rank has signed.")
    state: PartyState
    reason: str | None = Field(description="Why they refused.")
    signed_at: datetime | None
    may_sign: list[Signatory] = Field(
        description="Who may sign for it today, while its signature is awaited. That a party still has its function is "
        "checked again at signing."
    )
    signed_by: SignedBy | None


class MandateDetail(MandateSummary):
    charter_id: UUID
    model_id: UUID | None = Field(
        description="The version of the model mandate that it was drafted from; null for a mandate older than versions."
    )
    cadence_weeks: int
    half_days_per_week: int
    make_good_days: int
    move_window_days: int
    grace_days: int
    purpose: str
    problem: str
    expected_result: str
    how_known: str
    means: str
    budget_euros: int
    submission: int = Field(description="How many times it was submitted to signature.")
    reason: str | None = Field(description="Why it was refused, suspended or terminated.")
    document_hash: str | None = Field(description="The SHA-256 of the text to sign, or signed.")
    submitted_at: datetime | None
    activated_at: datetime | None
    suspended_from: date | None
    suspended_until: date | None
    ended_on: date | None = Field(description="Its last day, once it has ended.")
    open_amendment_id: UUID | None = Field(
        description="The amendment that is being prepared or signed; this mandate stays as it is until then."
    )
    title: str
    preamble: str
    clauses: list[Clause]
    slots: list[Slot]
    parties: list[Party] = Field(
        description="Those of the last submission; once amended, everybody whom the text in force names, each by their "
        "last signature."
    )
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["sign", "refuse", "withdraw"]]
    )
    abilities: list[Ability]


class MandateQuery(ListQuery):
    sort: Literal["-created_at", "created_at", "ends_on", "-ends_on", "starts_on", "-starts_on"] = (
        "-created_at"
    )
    q: str | None = Field(
        default=None,
        max_length=200,
        description="French words of the team's name and of the mandate's texts, accents and endings aside.",
    )
    team_id: list[UUID] = Field(default=[], max_length=50)
    state: list[MandateState] = Field(default=[], max_length=7)
    sponsor_id: list[UUID] = Field(default=[], max_length=50)
    client_directorate_id: list[UUID] = Field(default=[], max_length=50)
    starts_from: Day | None = None
    starts_until: Day | None = None
    ends_from: Day | None = None
    ends_until: Day | None = None
    to_sign: bool | None = Field(
        default=None, description="`true`: only those that await the caller's signature now."
    )
