"""Who is who in the demonstration: people of the HR export, chosen the same way each time."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.demo.corpus_reader import Team
from app.kit import clock
from app.people.models import Agent, Authority, Directorate, Position
from app.people.service import grant

GENERAL: Final = "DGS"
LAB: Final = (GENERAL, "Mission innovation")
HR: Final = ("DRH", "Carrières et paie")
ELECTED: Final = "E0000001"
"""The HR id that the demonstration gives its elected member, whom no HR system knows."""
SPONSORED_BY_ELECTED: Final = "avant-de-sonner"

_SHE = re.compile(r"(trice|enne|ière|euse|ée|ente|ante|effe|teure)$")
_SHE_TOO = frozenset({"agente", "géomaticienne"})
_EITHER = frozenset(
    ("ATSEM", "aide", "auxiliaire", "bibliothécaire", "gestionnaire", "juriste", "responsable", "webmestre")
)


@dataclass
class Cast:
    """The people and directorates as they are when the story begins, and those who have a part in it."""

    authority_id: UUID
    time_zone: str
    agents: dict[UUID, Agent]
    nodes: dict[UUID, Directorate]
    capacities: dict[UUID, set[Capacity]] = field(default_factory=lambda: defaultdict(set))
    stand_ins: dict[UUID, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.directorates = {node.code: node for node in self.nodes.values() if "/" not in node.code}
        self.services = {
            (self.nodes[node.parent_id].code, node.name): node
            for node in self.nodes.values()
            if node.parent_id and "/" in node.code
        }
        self._leaders = {node.head_id for node in self.nodes.values()}
        self._leaders |= {agent.manager_id for agent in self.agents.values()}
        self._inside: dict[UUID, list[Agent]] = defaultdict(list)
        for agent in self.agents.values():
            employed = agent.position is Position.ACTIVE and agent.left_on is None and agent.hr_id != ELECTED
            if agent.directorate_id and employed:
                self._inside[agent.directorate_id].append(agent)
        mission = self._inside[self.services[LAB].id]
        self.lab, self.coaches, self.second_of_lab = mission[0], mission[1:4], mission[4]
        general = self.directorates[GENERAL]
        self.deputies = [agent for agent in self._inside[general.id] if agent.id != general.head_id]
        self.elected = next(agent for agent in self.agents.values() if agent.hr_id == ELECTED)
        self.hr = next(a for a in self._inside[self.services[HR].id] if a.id not in self._leaders)
        self._taken = {agent.id for agent in (*mission, *self.deputies, self.hr, self.elected)}

    @classmethod
    def of(cls, session: Session, authority: Authority) -> "Cast":
        """Read the people who are there."""
        agents = session.execute(
            select(Agent).where(col(Agent.authority_id) == authority.id).order_by(col(Agent.hr_id))
        ).scalars()
        nodes = session.execute(
            select(Directorate)
            .where(col(Directorate.authority_id) == authority.id)
            .order_by(col(Directorate.code))
        ).scalars()
        return cls(
            authority.id,
            authority.time_zone,
            {agent.id: agent for agent in agents},
            {node.id: node for node in nodes},
        )

    def give_capacities(self, session: Session) -> None:
        """Have the lab, its trusted person, HR and the elected member hold theirs."""
        for agent, capacity in (
            (self.lab, Capacity.LAB),
            (self.second_of_lab, Capacity.LAB),
            (self.second_of_lab, Capacity.TRUSTED),
            (self.hr, Capacity.HR),
            (self.elected, Capacity.ELECTED),
        ):
            grant(session, agent, capacity)
            self.capacities[agent.id].add(capacity)

    def actor(self, person: Agent | UUID) -> Actor:
        """Somebody as the services know them."""
        agent = self.agents[person] if isinstance(person, UUID) else person
        granted = self.capacities[agent.id]
        everyone = set() if Capacity.ELECTED in granted else {Capacity.AGENT}
        return Actor(
            self.authority_id,
            agent.name,
            frozenset(granted | everyone),
            agent_id=agent.id,
            time_zone=self.time_zone,
            authenticated_at=clock.now(),
        )

    def node(self, code: str, service: str | None = None) -> Directorate:
        """A directorate, or one of its services."""
        return self.services[code, service] if service else self.directorates[code]

    def head(self, code: str) -> Agent:
        """Who leads a directorate."""
        head_id = self.directorates[code].head_id
        if head_id is None:
            raise LookupError(f"nobody leads {code}")
        return self.agents[head_id]

    def sponsor(self, team: Team, rank: int) -> Agent:
        """Whom the corpus names by a directorate; the general one stands for its deputies in turn."""
        if team.key == SPONSORED_BY_ELECTED:
            return self.elected
        return (
            self.deputies[rank % len(self.deputies)] if team.sponsor == GENERAL else self.head(team.sponsor)
        )

    def able(self, code: str, day: date, service: str | None = None) -> list[Agent]:
        """Those of a directorate or service who are in activity on `day`, and stay."""
        nodes = (
            [self.node(code, service)]
            if service
            else [node for (parent, _name), node in self.services.items() if parent == code]
        )
        return [
            agent
            for node in nodes
            for agent in self._inside[node.id]
            if agent.entered_on is None or agent.entered_on <= day
        ]

    def volunteer(
        self, code: str, day: date, rng: Random, *, service: str | None = None, post: str = ""
    ) -> Agent:
        """Somebody who has no part yet: leads nobody, and is named by `post` where it says he or she."""
        free = [
            agent
            for agent in self.able(code, day, service)
            if agent.id not in self._taken and agent.id not in self._leaders and self._is_led(agent)
        ]
        civility = _civility(post)
        chosen = rng.choice([agent for agent in free if civility in {None, agent.civility}] or free)
        self._taken.add(chosen.id)
        return chosen

    def _is_led(self, agent: Agent) -> bool:
        """Whether their manager is there from the first day of the story to the last."""
        return agent.manager_id is not None and self.agents[agent.manager_id].left_on is None


def _civility(post: str) -> str | None:
    word = post.partition(" ")[0]
    if not word or word in _EITHER:
        return None
    return "Mme" if word in _SHE_TOO or _SHE.search(word) else "M."
