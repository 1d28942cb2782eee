"""What the API takes and gives about teams, their members, phases and log."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.access.abilities import Ability
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Day, Line, Prose, Request, Response
from app.teams.lifecycle import Phase, TeamState, Visibility

MAX_MEMBERS = 30

_LEARNED = (
    "What the team learned in the phase it leaves. Asked for at each change; a stop cannot do without it."
)


class TeamForm(Request):
    """A team around one irritant.

    With `call_id`, members are agents whose application to this irritant was accepted; without, the irritant must be
    qualified and free, and the lab gathers whom it will.
    """

    name: Line = Field(examples=["Les Portiers"])
    irritant_id: UUID
    call_id: UUID | None = None
    client_directorate_id: UUID = Field(description="The directorate whose problem is solved.")
    coach_id: UUID
    member_ids: list[UUID] = Field(min_length=1, max_length=MAX_MEMBERS)


class TeamEdit(Request):
    """A correction. Fields left out stay as they are; the client directorate is settled once a mandate binds."""

    name: Line = UNCHANGED
    client_directorate_id: UUID = UNCHANGED
    coach_id: UUID = UNCHANGED


class NewMember(Request):
    agent_id: UUID


class EnterPhase(Request):
    phase: Literal[
        Phase.CONSTRUCTION,
        Phase.ACCELERATION,
        Phase.CONSOLIDATION,
        Phase.TRANSFERRED,
        Phase.OPERATED,
        Phase.STOPPED,
    ] = Field(examples=["construction"])
    on_day: Day | None = Field(
        default=None, description="First day of the phase: today at the latest, and by default."
    )
    learned: Prose | None = Field(
        default=None,
        description=_LEARNED,
        examples=["Le portail tombe en panne par le froid, non par l'usage."],
    )


class TeamConclusion(Request):
    """How a team ends: what it made is run by a directorate, or operated by itself, or it stops."""

    outcome: Literal[Phase.TRANSFERRED, Phase.OPERATED, Phase.STOPPED] = Field(examples=["transferred"])
    on_day: Day | None = Field(default=None, description="Today at the latest, and by default.")
    learned: Prose | None = Field(default=None, description=_LEARNED)


class Member(Response):
    agent_id: UUID
    name: str
    directorate_id: UUID | None
    directorate_name: str | None
    joined_on: date


class TeamSummary(Response):
    id: UUID
    name: str
    irritant_id: UUID
    irritant_title: str
    call_id: UUID | None
    client_directorate_id: UUID
    client_directorate_name: str
    coach_id: UUID
    coach_name: str
    sponsor_id: UUID | None = Field(description="Named by the team's mandate.")
    state: TeamState
    phase: Phase
    members_count: int
    created_at: datetime
    version: int


class TeamDetail(TeamSummary):
    members: list[Member] = Field(description="Those of today, in the order they joined.")
    updated_at: datetime
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["mandate", "conclude"]]
    )
    possible_phases: list[Phase] = Field(
        description="Phases that may be entered now.", examples=[["construction", "stopped"]]
    )
    abilities: list[Ability]


class TeamQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    state: list[TeamState] = Field(default=[], max_length=3)
    phase: list[Phase] = Field(default=[], max_length=7)
    irritant_id: list[UUID] = Field(default=[], max_length=50)
    call_id: list[UUID] = Field(default=[], max_length=50)
    client_directorate_id: list[UUID] = Field(default=[], max_length=50)
    coach_id: list[UUID] = Field(default=[], max_length=50)
    mine: bool | None = Field(
        default=None, description="`true`: only those the caller is a member, coach or sponsor of."
    )


class TeamPhaseDetail(Response):
    id: UUID
    phase: Phase
    started_on: date
    ended_on: date | None = Field(description="The first day of the next phase; null for the present one.")
    learned: str | None = Field(description="What was learned in it.")


class TeamPhaseQuery(ListQuery):
    sort: Literal["started_on", "-started_on"] = "started_on"


class LogEntryForm(Request):
    team_id: UUID
    body: Prose = Field(examples=["Deux matinées au dépôt : le moteur cale sous trois degrés."])
    visibility: Visibility = Field(
        default=Visibility.TEAM,
        description="`team`: the team, its coach and sponsor, the lab. `programme`: also whoever takes part in the "
        "programme (members, coaches and sponsors of teams, heads of client directorates). `authority`: every agent.",
    )


class LogEntryEdit(Request):
    """A correction, by its author. Fields left out stay as they are."""

    body: Prose = UNCHANGED
    visibility: Visibility = UNCHANGED


class LogEntryItem(Response):
    id: UUID
    team_id: UUID
    team_name: str
    author_id: UUID
    author_name: str
    body: str
    visibility: Visibility
    created_at: datetime
    updated_at: datetime
    version: int


class LogEntryDetail(LogEntryItem):
    abilities: list[Ability]


class LogEntryQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    team_id: list[UUID] = Field(default=[], max_length=50)
    author_id: list[UUID] = Field(default=[], max_length=50)
    visibility: list[Visibility] = Field(default=[], max_length=3)
