"""What happened, seen by whoever has to tell it: who is concerned, and the facts that the sentences need.

A scene is made of one sealed event. It reads the database as it stands when the notice is written, a second or so after
the fact; what must be true of the instant itself comes from the event's payload.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.access.capacity import Capacity
from app.calls.models import Application, Call
from app.irritants.models import Irritant
from app.journal.models import JournalEvent
from app.kit import clock
from app.people.models import Agent, Authority, CapacityGrant, Directorate
from app.programmes.models import Charter, Programme
from app.solutions.lifecycle import AdoptionState
from app.solutions.models import Adoption, Solution
from app.teams.models import Team
from app.teams.queries import members_of

People = Iterable[UUID | None]


class Scene:
    """What every event has: the lab, and the facts of its payload."""

    def __init__(self, session: Session, event: JournalEvent) -> None:
        self.session = session
        self.event = event
        self.payload: dict[str, Any] = msgspec.json.decode(event.payload)

    def facts(self) -> dict[str, object]:
        """What fills the placeholders of the sentences."""
        return {}

    def id_of(self, name: str) -> UUID:
        """An id of the payload."""
        return UUID(self.payload[name])

    def day_of(self, *names: str) -> date | None:
        """The first of these days that the payload holds."""
        return next(
            (date.fromisoformat(self.payload[name]) for name in names if self.payload.get(name)), None
        )

    def lab(self) -> People:
        """Those who lead the programme."""
        return self._granted(Capacity.LAB)

    def trusted(self) -> People:
        """Those who may learn who reported under protection."""
        return self._granted(Capacity.TRUSTED)

    def _granted(self, capacity: Capacity) -> People:
        return self.session.execute(
            select(col(CapacityGrant.agent_id)).where(
                col(CapacityGrant.authority_id) == self.event.authority_id,
                col(CapacityGrant.capacity) == capacity,
            )
        ).scalars()

    def heads(self) -> People:
        """The heads of every directorate."""
        return self.session.execute(
            select(col(Directorate.head_id)).where(
                col(Directorate.authority_id) == self.event.authority_id,
                col(Directorate.head_id).is_not(None),
                or_(col(Directorate.closed_on).is_(None), col(Directorate.closed_on) >= self.today),
            )
        ).scalars()

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.session.get_one(Authority, self.event.authority_id).time_zone)

    @property
    def today(self) -> date:
        """The present day where the authority is."""
        return self.local(clock.now()).date()

    def local(self, instant: datetime) -> datetime:
        """An instant as the authority's clocks show it."""
        return instant.astimezone(self._zone)

    def head_of(self, directorate_id: UUID) -> People:
        return [self.session.get_one(Directorate, directorate_id).head_id]


class CharterScene(Scene):
    def facts(self) -> dict[str, object]:
        charter = self.session.get_one(Charter, self.event.subject_id)
        programme = self.session.get_one(Programme, charter.programme_id)
        return {
            "programme": programme.name,
            "charter": charter.title,
            "day": charter.adopted_on or self.today,
        }


class IrritantScene(Scene):
    """`subject_id` is the irritant's."""

    @cached_property
    def irritant(self) -> Irritant:
        return self.session.get_one(Irritant, self.event.subject_id)

    def facts(self) -> dict[str, object]:
        into = (
            self.session.get(Irritant, self.irritant.merged_into_id) if self.irritant.merged_into_id else None
        )
        return {
            "irritant": self.irritant.title,
            "into": into.title if into else "",
            "reason": self.payload.get("reason", ""),
        }

    def reporter(self) -> People:
        return [self.irritant.reporter_id]

    def trusted_if_protected(self) -> People:
        return self.trusted() if self.irritant.protected else []


class ApplicationScene(Scene):
    def facts(self) -> dict[str, object]:
        return {
            "call": self.session.get_one(Call, self.id_of("call_id")).title,
            "irritant": self.session.get_one(Irritant, self.id_of("irritant_id")).title,
            "reason": self.payload.get("reason", ""),
        }

    def applicant(self) -> People:
        return [self.id_of("agent_id")]

    def manager(self) -> People:
        """Whoever was the applicant's manager that day."""
        return [self.session.get_one(Application, self.event.subject_id).manager_id]


class TeamScene(Scene):
    """`subject_id` is the team's; scenes of what a team does say whose it is."""

    def team_id(self) -> UUID:
        return self.event.subject_id

    @cached_property
    def team(self) -> Team:
        return self.session.get_one(Team, self.team_id())

    def facts(self) -> dict[str, object]:
        return {
            "team": self.team.name,
            "irritant": self.session.get_one(Irritant, self.team.irritant_id).title,
            "phase": self.team.phase.label,
        }

    def members(self) -> People:
        return [agent.id for agent in members_of(self.session, self.team.id)]

    def coach(self) -> People:
        return [self.team.coach_id]

    def sponsor(self) -> People:
        return [self.team.sponsor_id]

    def client(self) -> People:
        """The head of the client directorate."""
        return self.head_of(self.team.client_directorate_id)

    def somebody(self) -> People:
        """The agent that the event is about."""
        return [self.id_of("agent_id")]


class PhaseScene(TeamScene):
    """A phase entered. The last ones conclude the team, which is told as such."""

    def around(self) -> People:
        if self.team.state.value == "concluded":
            return []
        return [*self.members(), *self.client(), *self.sponsor()]


class SolutionScene(TeamScene):
    @cached_property
    def solution(self) -> Solution:
        return self.session.get_one(Solution, self.event.subject_id)

    def team_id(self) -> UUID:
        return self.solution.team_id

    def facts(self) -> dict[str, object]:
        return {**super().facts(), "solution": self.solution.title, "reason": self.payload.get("reason", "")}

    def adopters(self) -> People:
        """The people who carry the solution where it lives."""
        rows = self.session.execute(
            select(col(Adoption.contact_id), col(Directorate.head_id))
            .join(Directorate, col(Directorate.id) == col(Adoption.directorate_id))
            .where(
                col(Adoption.solution_id) == self.solution.id, col(Adoption.state) != AdoptionState.DROPPED
            )
        )
        return [person for row in rows for person in row]


class AdoptionScene(TeamScene):
    @cached_property
    def adoption(self) -> Adoption:
        return self.session.get_one(Adoption, self.event.subject_id)

    @cached_property
    def solution(self) -> Solution:
        return self.session.get_one(Solution, self.adoption.solution_id)

    def team_id(self) -> UUID:
        return self.solution.team_id

    def facts(self) -> dict[str, object]:
        directorate = self.session.get_one(Directorate, self.adoption.directorate_id)
        return {
            **super().facts(),
            "solution": self.solution.title,
            "directorate": directorate.name,
            "reason": self.payload.get("reason", ""),
        }

    def adopter(self) -> People:
        """The head of the directorate that adopts, and its contact."""
        return [*self.head_of(self.adoption.directorate_id), self.adoption.contact_id]


def in_post(session: Session, authority_id: UUID, people: People) -> list[UUID]:
    """Those of `people` who still work for the authority, each once, in order."""
    wanted = list(dict.fromkeys(person for person in people if person is not None))
    here = set(
        session.execute(
            select(col(Agent.id)).where(
                col(Agent.id).in_(wanted),
                col(Agent.authority_id) == authority_id,
                or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= clock.now().date()),
            )
        ).scalars()
    )
    return [person for person in wanted if person in here]
