"""What the API takes and gives about half-days."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.access.abilities import Ability
from app.half_days.lifecycle import Excuse, HalfDayState
from app.kit.calendar import Half
from app.kit.listing import ListQuery
from app.kit.schemas import Day, Line, Prose, Request, Response


class Moment(Request):
    """A morning or an afternoon."""

    day: Day
    half: Half = Field(examples=["morning"])


class TakeNote(Request):
    """A word on what was done, if there is one to say. Read by the agent, the team, the coach and the sponsor."""

    note: Prose | None = Field(default=None, examples=["Visite du dépôt nord avec deux agents de la voirie."])


class Encroachment(Request):
    """Who took the half-day back, by function rather than by name, and why. A fact, not a complaint."""

    asked_by: Line = Field(examples=["Responsable du service voirie"])
    reason: Prose = Field(examples=["Rupture de canalisation rue des Tanneurs, toute l'équipe appelée."])


class HalfDayReason(Request):
    """Why, in words that the people concerned will read."""

    reason: Prose = Field(examples=["Semaine des élections : l'équipe a convenu de s'en passer."])


class HalfDaySummary(Response):
    id: UUID
    mandate_id: UUID
    team_id: UUID
    agent_id: UUID
    hr_id: str | None = Field(description="Shown to HR and the lab; null to everybody else.")
    agent_name: str
    day: date
    half: Half
    state: HalfDayState
    excuse: Excuse | None = Field(description="Why it is not owed. An absence is not said to be of any kind.")
    gives_back: bool = Field(description="It gives back one that the service took.")
    make_good_due: date | None = Field(
        description="Encroached: the last day to give it back. Giving one back: the last day promised for that."
    )
    late: bool = Field(description="It gives one back after the day that was promised.")
    replaces_id: UUID | None = Field(description="The half-day in whose place it stands.")
    replaced_by_id: UUID | None = Field(description="The half-day that stands in its place.")
    asked_by: str | None = Field(
        description="Encroached: at whose request. Shown to the agent, the team, the coach, the sponsor and the lab; "
        "null to everybody else, as are `reason`, `note` and `waived_because`."
    )
    reason: str | None = Field(description="Encroached: why.")
    note: str | None = Field(description="Taken: what the agent noted.")
    waived_because: str | None = Field(description="Waived: why.")
    excuse_detail: str | None = Field(
        description="The holiday's name; or what HR or the lab wrote, shown to them and as `asked_by` is."
    )
    version: int


class HalfDayDetail(HalfDaySummary):
    created_at: datetime
    updated_at: datetime
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["make-good", "waive"]]
    )
    abilities: list[Ability]


class FreeSlot(Response):
    day: date
    half: Half


class FreeSlots(Response):
    """Moments when the agent works, is not away and has no protected half-day."""

    until: date = Field(description="The last day that is looked at: the deadline, or the end of the window.")
    late: bool = Field(description="The deadline has passed: what is proposed stands after it.")
    slots: list[FreeSlot]


class Tally(Response):
    """Half-days by state, and how well they are protected.

    `owed` counts those that fell due: their day is past, or they were taken, or taken back by the service. One that was
    moved counts where it stands; one given back counts once, with the one that it makes good. What is excused is not
    owed; what was waived is. `protected` are those taken, or given back on a day still to come. `unnoted` are past and
    still planned.
    """

    planned: int
    taken: int
    encroached: int
    made_good: int
    waived: int
    moved: int
    excused: int
    owed: int
    protected: int
    unnoted: int
    late: int = Field(
        description="Encroached and not given back on the promised day, or given back after it."
    )
    protection_rate: float | None = Field(
        description="`protected` over `owed`, from 0 to 1; null while nothing is owed."
    )


class HalfDayFilters(BaseModel):
    """Which half-days a list, a stream or a tally is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agent_id: list[UUID] = Field(default=[], max_length=50)
    mandate_id: list[UUID] = Field(default=[], max_length=50)
    team_id: list[UUID] = Field(default=[], max_length=50)
    directorate_id: list[UUID] = Field(
        default=[], max_length=50, description="Of the agents; the services of a directorate are in it."
    )
    from_day: Day | None = Field(default=None, description="The first day, included.")
    until_day: Day | None = Field(default=None, description="The last day, included.")
    mine: bool | None = Field(default=None, description="`true`: only the caller's own.")


class HalfDayQuery(HalfDayFilters, ListQuery):
    sort: Literal["day", "-day"] = "day"
    state: list[HalfDayState] = Field(default=[], max_length=8)
