"""What the API takes and gives about follow-ups, commitments and the spiral."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from app.access.abilities import Ability
from app.follow_ups.lifecycle import Cancellation, CommitmentState, FollowUpState, Side
from app.kit.listing import ListQuery
from app.kit.schemas import Day, Line, LongProse, Prose, Request, Response

Instant = Annotated[
    AwareDatetime,
    Field(
        ge=datetime(1990, 1, 1, tzinfo=UTC),
        lt=datetime(2101, 1, 1, tzinfo=UTC),
        json_schema_extra={"examples": ["2026-11-26T08:30:00Z"]},
    ),
]
LocalTime = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["09:30"])
]
Score = Annotated[int, Field(ge=1, le=5, strict=True)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\s\x00-\x1f\x7f]+$")]


class Appointment(Request):
    """When a follow-up is to be held: an instant (`held_at`), or a day and a time on the authority's wall."""

    held_at: Instant | None = None
    day: Day | None = None
    time: LocalTime | None = None
    place: Line | None = Field(default=None, examples=["Salle du conseil, mairie annexe"])


class ReportBody(Request):
    """What one side has to say. The other reads it once both are in, or the follow-up is held."""

    body: LongProse = Field(examples=["Deux dépôts visités. Il nous manque l'accès au logiciel de commande."])


class DecisionMade(Request):
    body: Prose = Field(examples=["L'essai des clés partagées est étendu au dépôt sud jusqu'au 31 mars."])
    decided_by_id: UUID = Field(description="The person who had the power to decide it.")
    reserved: bool = Field(
        default=False, description="It falls under what the mandate reserves: `agreement_id` is then needed."
    )
    agreement_id: UUID | None = Field(
        default=None, description="The agreement that the sponsor of this mandate gave to it."
    )


class CommitmentMade(Request):
    side: Side
    body: Prose = Field(examples=["Ouvrir à l'équipe l'accès en lecture au logiciel de commande."])
    owner_id: UUID
    due_on: Day


class ObstacleMet(Request):
    body: Prose = Field(examples=["Aucun créneau de formation avant mai."])
    owner_id: UUID = Field(description="Who sees to it.")
    due_on: Day


class Minutes(Request):
    """What was said at a follow-up that was held."""

    held_on: Day
    attendee_ids: list[UUID] = Field(min_length=1, max_length=60)
    decisions: list[DecisionMade] = Field(default=[], max_length=50)
    commitments: list[CommitmentMade] = Field(default=[], max_length=50)
    obstacles: list[ObstacleMet] = Field(default=[], max_length=50)
    without_reports: bool = Field(
        default=False, description="`true`: held although a report is missing, and the minutes say so."
    )


class FollowUpReason(Request):
    """Why, in words that the people concerned will read."""

    reason: Prose = Field(examples=["La direction cliente a annulé la veille, sans proposer de date."])


class SpiralAnswer(Request):
    """Five scores from 1 to 5, and a word if there is one. Kept without a name, a date or an order."""

    legitimacy: Score
    security: Score
    freedom: Score
    autonomy: Score
    sovereignty: Score = Field(
        description="Whether what is reserved to elected members and managers is respected."
    )
    word: Word | None = Field(default=None, examples=["élan"])


class FollowUpSummary(Response):
    id: UUID
    mandate_id: UUID
    team_id: UUID
    team_name: str
    ordinal: int = Field(description="Its number within the mandate, from 1.")
    theoretical_on: date = Field(description="The day that the cadence gives; the next ones count from it.")
    planned_on: date = Field(description="The working day for it.")
    state: FollowUpState
    held_at: datetime | None = Field(description="When it is to be held, once that is fixed.")
    place: str | None
    held_on: date | None
    cancelled_for: Cancellation | None
    version: int


class Report(Response):
    follow_up_id: UUID
    side: Side
    body: str
    author_id: UUID
    created_at: datetime
    updated_at: datetime
    version: int


class ReportSeen(Response):
    """One side's report. What it says is null until the reader may read it."""

    is_in: bool
    body: str | None
    author_id: UUID | None
    updated_at: datetime | None
    version: int | None = Field(description="For `If-Match`, when one's own side corrects it.")


class Reports(Response):
    team: ReportSeen
    client_directorate: ReportSeen


class Attendee(Response):
    agent_id: UUID
    name: str


class Decision(Response):
    body: str
    decided_by_id: UUID
    decided_by_name: str
    agreement_id: UUID | None = Field(
        description="The sponsor's agreement, for a matter that the mandate reserves."
    )


class Obstacle(Response):
    body: str
    owner_id: UUID
    owner_name: str
    due_on: date


class CommitmentSummary(Response):
    id: UUID
    follow_up_id: UUID
    mandate_id: UUID
    team_id: UUID
    side: Side
    body: str
    owner_id: UUID
    owner_name: str
    due_on: date
    state: CommitmentState
    reason: str | None = Field(description="Why it was broken.")
    closed_on: date | None
    drop_agreed_by_team: bool
    drop_agreed_by_client: bool
    created_at: datetime
    version: int


class CommitmentDetail(CommitmentSummary):
    updated_at: datetime
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["keep"]]
    )
    abilities: list[Ability]


class FollowUpDetail(FollowUpSummary):
    reason: str | None = Field(description="Why it was missed.")
    reports: Reports
    attendees: list[Attendee]
    decisions: list[Decision]
    commitments: list[CommitmentSummary] = Field(description="Made at this follow-up.")
    open_commitments: list[CommitmentSummary] = Field(
        description="Made at those before it and still open: they are on the table."
    )
    obstacles: list[Obstacle]
    created_at: datetime
    updated_at: datetime
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["hold"]]
    )
    abilities: list[Ability]


class Spiral(Response):
    """Means over the answers, from three respondents on. Below, nothing is shown, not even how many there are."""

    follow_up_id: UUID
    answered: bool = Field(description="Whether the caller has answered.")
    respondents: int | None
    legitimacy: float | None
    security: float | None
    freedom: float | None
    autonomy: float | None
    sovereignty: float | None
    words: list[str] | None = Field(description="In alphabetical order, from three words on.")


class FollowUpQuery(ListQuery):
    sort: Literal["planned_on", "-planned_on"] = "planned_on"
    mandate_id: list[UUID] = Field(default=[], max_length=50)
    team_id: list[UUID] = Field(default=[], max_length=50)
    state: list[FollowUpState] = Field(default=[], max_length=8)
    from_day: Day | None = Field(default=None, description="The first planned day, included.")
    until_day: Day | None = Field(default=None, description="The last planned day, included.")


class CommitmentQuery(ListQuery):
    sort: Literal["due_on", "-due_on"] = "due_on"
    mandate_id: list[UUID] = Field(default=[], max_length=50)
    team_id: list[UUID] = Field(default=[], max_length=50)
    follow_up_id: list[UUID] = Field(default=[], max_length=50)
    owner_id: list[UUID] = Field(default=[], max_length=50)
    side: Side | None = None
    state: list[CommitmentState] = Field(default=[], max_length=8)
    until_day: Day | None = Field(default=None, description="Due on that day or before.")
    mine: bool | None = Field(default=None, description="`true`: only those that the caller is to keep.")
