"""What stands against a half-day: the days off, the agents' rhythms, absences and departures, the mandate itself."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.half_days import arithmetic
from app.half_days.lifecycle import GONE, Excuse
from app.half_days.models import HalfDay
from app.kit.calendar import Half, HolidayCalendar, Weekday
from app.kit.calendar import HalfDay as Moment
from app.mandates.lifecycle import MandateState
from app.mandates.models import Mandate
from app.people.models import Absence, Agent, Position
from app.people.service import calendar_of
from app.teams.models import TeamMember

_EXCUSES = {
    arithmetic.Excuse.WEEKEND: Excuse.NOT_WORKED,
    arithmetic.Excuse.PUBLIC_HOLIDAY: Excuse.PUBLIC_HOLIDAY,
    arithmetic.Excuse.NOT_WORKED: Excuse.NOT_WORKED,
    arithmetic.Excuse.ABSENCE: Excuse.ABSENCE,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a half-day is owed: not when there is an excuse. `detail` names a holiday."""

    excuse: Excuse | None = None
    detail: str | None = None


OWED = Verdict()


@dataclass(frozen=True, slots=True)
class Ground:
    """The facts about some agents, over some days. `of` reads them in five queries."""

    calendar: HolidayCalendar
    agents: dict[UUID, Agent]
    absences: dict[UUID, list[arithmetic.Absence]]
    departures: dict[tuple[UUID, UUID], date]
    standing: dict[UUID, set[Moment]]

    @classmethod
    def of(
        cls, session: Session, authority_id: UUID, agent_ids: Collection[UUID], first: date, last: date
    ) -> "Ground":
        """What is known of these agents, in the authority, from `first` to `last`."""
        agents = session.execute(select(Agent).where(col(Agent.id).in_(agent_ids))).scalars()
        absences: dict[UUID, list[arithmetic.Absence]] = defaultdict(list)
        away = select(Absence).where(
            col(Absence.agent_id).in_(agent_ids),
            col(Absence.first_day) <= last,
            col(Absence.last_day) >= first,
        )
        for absence in session.execute(away).scalars():
            absences[absence.agent_id].append(
                arithmetic.Absence(
                    Moment(absence.first_day, absence.first_half), Moment(absence.last_day, absence.last_half)
                )
            )
        gone = select(col(TeamMember.team_id), col(TeamMember.agent_id), col(TeamMember.left_on)).where(
            col(TeamMember.agent_id).in_(agent_ids), col(TeamMember.left_on).is_not(None)
        )
        return cls(
            calendar_of(session, authority_id),
            {agent.id: agent for agent in agents},
            absences,
            {(team_id, agent_id): left_on for team_id, agent_id, left_on in session.execute(gone)},
            _standing(session, agent_ids, first, last),
        )

    def of_agent(self, agent_id: UUID, moment: Moment) -> Verdict:
        """Whether the agent works then: rhythm, days off, absences, position and departure."""
        planned, *_rest = arithmetic.plan_half_days(
            [moment],
            calendar=self.calendar,
            pattern=pattern_of(self.agents[agent_id]),
            absences=self.absences[agent_id],
        )
        return self.with_position(agent_id, planned)

    def with_position(self, agent_id: UUID, planned: arithmetic.PlannedHalfDay) -> Verdict:
        """The same, once the arithmetic has spoken."""
        agent = self.agents[agent_id]
        if agent.left_on is not None and planned.half_day.date > agent.left_on:
            return Verdict(Excuse.LEFT)
        if planned.excuse is not None:
            return Verdict(_EXCUSES[planned.excuse], planned.detail_fr)
        # Detachment, availability and parental leave free an agent of everything owed (CGFP, book V).
        return Verdict(Excuse.ABSENCE) if agent.position is not Position.ACTIVE else OWED

    def verdict(self, half_day: HalfDay, mandate: Mandate) -> Verdict:
        """Whether this half-day is owed. One that gives another back is owed whatever becomes of the mandate."""
        if not half_day.gives_back:
            if mandate.ended_on is not None and half_day.day > mandate.ended_on:
                return Verdict(Excuse.MANDATE_ENDED)
            if (
                mandate.state is MandateState.SUSPENDED
                and mandate.suspended_from is not None
                and half_day.day >= mandate.suspended_from
            ):
                return Verdict(Excuse.SUSPENSION)
            left_on = self.departures.get((half_day.team_id, half_day.agent_id))
            if left_on is not None and half_day.day >= left_on:
                return Verdict(Excuse.LEFT)
        return self.of_agent(half_day.agent_id, moment_of(half_day))

    def free(self, agent_id: UUID, after: Moment, until: date) -> Iterable[Moment]:
        """When the agent works and nothing is protected yet, later than `after`, up to `until` included."""
        agent = self.agents[agent_id]
        found = arithmetic.free_half_days(
            after,
            until,
            calendar=self.calendar,
            pattern=pattern_of(agent),
            absences=self.absences[agent_id],
            taken=self.standing[agent_id],
        )
        return (moment for moment in found if self.of_agent(agent_id, moment) == OWED)


def moment_of(half_day: HalfDay) -> Moment:
    return Moment(half_day.day, half_day.half)


def pattern_of(agent: Agent) -> arithmetic.WorkingPattern:
    """How the agent works, from what HR says: `friday:afternoon:odd` is off in odd weeks."""
    return arithmetic.WorkingPattern(
        agent.working_percentage, frozenset(_slot(*off.split(":")) for off in agent.off_halves)
    )


def _slot(weekday: str, half: str, weeks: str = "every") -> arithmetic.Slot:
    return arithmetic.Slot(Weekday(weekday), Half(half), arithmetic.Weeks(weeks))


def _standing(
    session: Session, agent_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, set[Moment]]:
    statement: Any = select(col(HalfDay.agent_id), col(HalfDay.day), col(HalfDay.half)).where(
        col(HalfDay.agent_id).in_(agent_ids),
        col(HalfDay.day).between(first, last),
        col(HalfDay.state).not_in(GONE),
    )
    standing: dict[UUID, set[Moment]] = defaultdict(set)
    for agent_id, day, half in session.execute(statement):
        standing[agent_id].add(Moment(day, half))
    return standing
