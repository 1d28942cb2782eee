"""Follow-ups: two reports, a meeting, decisions and promises, what became of them, and the spiral's answers."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.demo import corpus_reader as told
from app.demo.corpus_reader import WEEKDAYS, Team
from app.demo.story import Story
from app.follow_ups import service
from app.follow_ups.lifecycle import TO_COME, CommitmentState, FollowUpState, Side
from app.follow_ups.models import Commitment, FollowUp
from app.follow_ups.schemas import (
    Appointment,
    CommitmentMade,
    DecisionMade,
    Minutes,
    ObstacleMet,
    SpiralAnswer,
)
from app.mandates.models import Mandate
from app.mandates.service.parties import releasing_manager
from app.people.models import Agent
from app.teams import models

WORDS: Final = ("élan", "doute", "confiance", "fatigue", "écoute", "fierté", "patience", "temps", None, None)
BROKEN_WHY: Final = "Pas fait à la date promise\u00a0: repris au point suivant."
SIDES: Final = {"team": Side.TEAM, "client": Side.CLIENT_DIRECTORATE}


def foresee(story: Story, session: Session, mandate: Mandate, team: Team, earlier: int) -> None:
    """Tell what becomes of the follow-ups that a mandate has just planned; `earlier` ones were of the one before."""
    rows = session.execute(
        select(FollowUp).where(col(FollowUp.mandate_id) == mandate.id).order_by(col(FollowUp.ordinal))
    ).scalars()
    for row in rows:
        place = earlier + row.ordinal - 1
        entry = team.follow_ups[place] if place < len(team.follow_ups) else None
        _Meeting(story, team, mandate, row, entry).tell()


class _Meeting:
    """One follow-up."""

    def __init__(
        self, story: Story, team: Team, mandate: Mandate, row: FollowUp, entry: told.FollowUp | None
    ) -> None:
        self.story = story
        self.team = team
        self.mandate = mandate
        self.id = row.id
        self.entry = entry
        self.grace = row.planned_on + timedelta(days=mandate.grace_days + 1)
        self.ordinal = row.ordinal
        self.day = story.working(row.theoretical_on + timedelta(days=WEEKDAYS.index(team.weekday)))
        self.rng = Random(f"follow-up {team.key} {mandate.starts_on} {row.ordinal}")
        self.members = story.members[team.key]

    def tell(self) -> None:
        entry, story = self.entry, self.story
        fixed = story.working(self.day - timedelta(days=20))
        if entry is None:
            story.tell(fixed, "14:20", self._schedule)
        elif entry.state == "held":
            story.tell(fixed, "14:20", self._schedule)
            story.tell(
                self.day - timedelta(days=3), "11:50", partial(self._report, Side.TEAM, entry.team_report)
            )
            story.tell(
                self.day - timedelta(days=1),
                "18:05",
                partial(self._report, Side.CLIENT_DIRECTORATE, entry.client_report),
            )
            story.tell(
                self.day, "16:30" if self.team.half == "morning" else "11:30", partial(self._hold, entry)
            )
        elif self.ordinal % 2:
            story.tell(fixed, "14:20", self._schedule)
            story.tell(self.day, "18:00", partial(self._miss, entry.missed_because or ""))
        else:
            # Nobody even fixed it: the calendar says so.
            story.tell(self.grace, "00:10", self._turn_pages)

    def _row(self, session: Session) -> FollowUp:
        return session.get_one(FollowUp, self.id)

    @property
    def _client(self) -> Agent:
        return self.story.cast.head(self.team.client)

    def _coach(self, session: Session) -> Actor:
        return self.story.cast.actor(session.get_one(models.Team, self.mandate.team_id).coach_id)

    def _schedule(self, session: Session) -> None:
        row = self._row(session)
        if row.state in TO_COME:
            service.schedule(
                session,
                self._coach(session),
                row,
                Appointment(
                    day=self.day,
                    time="14:30" if self.team.half == "morning" else "09:30",
                    place=f"Salle de réunion, {self.story.cast.node(self.team.client).name[:1].lower()}"
                    f"{self.story.cast.node(self.team.client).name[1:]}",
                ),
            )

    def _report(self, side: Side, body: str, session: Session) -> None:
        row = self._row(session)
        if row.state in TO_COME:
            author = self.members[self.ordinal % len(self.members)] if side is Side.TEAM else self._client
            service.report(session, self.story.cast.actor(author), row, side, body, None)

    def _hold(self, entry: told.FollowUp, session: Session) -> None:
        row = self._row(session)
        if row.state is not FollowUpState.SCHEDULED:
            return
        attendees = [*self.members, self._client.id]
        if any(decision.power == "sponsor" for decision in entry.decisions) or self.rng.random() < 0.5:
            attendees.append(self.mandate.sponsor_id)
        form = Minutes(
            held_on=self.day,
            attendee_ids=attendees,
            decisions=[
                DecisionMade(body=decision.text, decided_by_id=self._power(decision.power))
                for decision in entry.decisions
            ],
            commitments=[
                CommitmentMade(
                    side=SIDES[promise.side],
                    body=_parted(promise)[0],
                    owner_id=self._owner(promise),
                    due_on=self.day + timedelta(weeks=promise.due_weeks),
                )
                for promise in entry.commitments
            ],
            obstacles=[
                ObstacleMet(
                    body=obstacle.text,
                    owner_id=self.members[0] if obstacle.owner == "team" else self._power(obstacle.owner),
                    due_on=self.day + timedelta(weeks=4),
                )
                for obstacle in entry.obstacles
            ],
        )
        service.hold(session, self._coach(session), row, form)
        self._tell_outcomes(session, entry.commitments)
        self._tell_answers(session)

    def _power(self, power: str) -> UUID:
        return self.mandate.sponsor_id if power == "sponsor" else self._client.id

    def _owner(self, promise: told.Commitment) -> UUID:
        if promise.side == "client":
            return self._client.id
        posts = [member.post for member in self.team.members]
        return self.members[posts.index(promise.who) if promise.who in posts else 0]

    def _tell_outcomes(self, session: Session, promises: Sequence[told.Commitment]) -> None:
        rows = session.execute(
            select(Commitment).where(col(Commitment.follow_up_id) == self.id).order_by(col(Commitment.id))
        ).scalars()
        for row, promise in zip(rows, promises, strict=True):
            match promise.outcome:
                case "kept":
                    day = row.due_on - timedelta(days=self.rng.randint(0, 4))
                    self.story.tell(max(day, self.day), "17:25", partial(self._keep, row.id, row.owner_id))
                case "broken":
                    day, why = row.due_on + timedelta(days=3), _parted(promise)[1]
                    self.story.tell(day, "17:35", partial(self._break, row.id, why))
                case "dropped":
                    self.story.tell(
                        row.due_on, "10:05", partial(self._drop, row.id, self.members[0]), heard=True
                    )
                    agreed = row.due_on + timedelta(days=2)
                    self.story.tell(agreed, "15:05", partial(self._drop, row.id, self._client.id))
                case "open":
                    pass

    def _open(self, session: Session, commitment_id: UUID) -> Commitment | None:
        row = session.get_one(Commitment, commitment_id)
        return row if row.state is CommitmentState.OPEN else None

    def _keep(self, commitment_id: UUID, owner: UUID, session: Session) -> None:
        if row := self._open(session, commitment_id):
            service.keep(session, self.story.cast.actor(owner), row)

    def _break(self, commitment_id: UUID, why: str, session: Session) -> None:
        if row := self._open(session, commitment_id):
            service.break_(session, self._coach(session), row, why)

    def _drop(self, commitment_id: UUID, who: UUID, session: Session) -> None:
        if row := self._open(session, commitment_id):
            service.drop(session, self.story.cast.actor(who), row)

    def _tell_answers(self, session: Session) -> None:
        today = self.day
        managers = {
            manager.id
            for agent_id in self.members
            if (manager := releasing_manager(session, session.get_one(Agent, agent_id), today))
        }
        everybody = sorted(
            {*self.members, *managers, self._client.id, self.mandate.sponsor_id},
            key=lambda agent_id: self.story.cast.agents[agent_id].hr_id,
        )
        for agent_id in everybody:
            if self.rng.random() < 0.75:
                at = f"{self.rng.randint(8, 19):02}:{self.rng.randint(0, 59):02}"
                day = self.day + timedelta(days=self.rng.randint(1, 4))
                self.story.tell(day, at, partial(self._answer, agent_id))

    def _answer(self, agent_id: UUID, session: Session) -> None:
        better = min(self.ordinal, 3)
        legitimacy, security, freedom, autonomy, sovereignty = (
            min(5, self.rng.choice((1, 2, 2, 3)) + self.rng.choice((0, 1, better - 1))) for _ in range(5)
        )
        form = SpiralAnswer(
            legitimacy=legitimacy,
            security=security,
            freedom=freedom,
            autonomy=autonomy,
            sovereignty=sovereignty,
            word=self.rng.choice(WORDS),
        )
        service.answer(session, self.story.cast.actor(agent_id), self.id, form)

    def _miss(self, reason: str, session: Session) -> None:
        row = self._row(session)
        if row.state in TO_COME:
            service.miss(session, self._coach(session), row, reason)

    def _turn_pages(self, session: Session) -> None:
        service.turn_pages(session, self.story.system, self.story.system.today())


def _parted(promise: told.Commitment) -> tuple[str, str]:
    """What was promised, and what the corpus adds of why it was not kept."""
    if promise.outcome != "broken":
        return promise.text, ""
    body, _dot, why = promise.text.partition(". ")
    return f"{body}.", why or BROKEN_WHY
