"""Half-days: mostly taken, some taken back and given back, some moved, left or forgotten; and when agents are away."""

from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.demo.corpus_reader import Encroachment, Team
from app.demo.story import Story
from app.half_days import service
from app.half_days.lifecycle import HalfDayState
from app.half_days.models import HalfDay
from app.kit.calendar import Half
from app.mandates.models import Mandate
from app.people.models import AbsenceKind, Agent
from app.people.schemas import AbsenceDeclaration
from app.people.service import declare_absence

# What becomes of a half-day, by what a number between 0 and 1 is below.
EXCUSED, MOVED, ENCROACHED, WAIVED, UNNOTED, NOTED_LATE = 0.008, 0.035, 0.155, 0.18, 0.2, 0.28
STAYS_OWED: Final = 0.12
GIVEN_BACK_LATE: Final = 0.12
LEFT_AFTER_ALL: Final = 0.08

WAIVED_WHY: Final = (
    "Semaine des élections\u00a0: l’équipe a convenu de s’en passer.",
    "Réunion de service que je ne voulais pas manquer. Mon choix.",
    "Nous avions fini plus tôt que prévu, je suis retourné aider l’équipe.",
)
EXCUSED_WHY: Final = "Convocation comme juré\u00a0: la demi-journée n’est pas due."
LEAVES: Final = ((9, 2), (19, 1))
"""Leave in each term: the week it begins, and how many weeks it lasts, give or take a few by agent."""
SICK: Final = 0.35


def foresee(story: Story, session: Session, mandate: Mandate, team: Team) -> None:
    """Tell what becomes of every half-day that a mandate has just planned."""
    rows = session.execute(
        select(HalfDay, col(Agent.hr_id))
        .join(Agent, col(Agent.id) == col(HalfDay.agent_id))
        .where(col(HalfDay.mandate_id) == mandate.id, col(HalfDay.state) == HalfDayState.PLANNED)
        .order_by(col(HalfDay.day), col(HalfDay.half), col(Agent.hr_id))
    ).all()
    homes = {
        agent_id: member.directorate
        for agent_id, member in zip(story.members[team.key], team.members, strict=True)
    }
    for row, hr_id in rows:
        _Fate(story, row, homes[row.agent_id], Random(f"{team.key} {hr_id} {row.day}")).tell()
    for agent_id in homes:
        _tell_absences(story, agent_id, mandate)


class _Fate:
    """What becomes of one half-day."""

    def __init__(self, story: Story, row: HalfDay, home: str, rng: Random) -> None:
        self.story = story
        self.id = row.id
        self.day = row.day
        self.morning = row.half is Half.MORNING
        self.agent = story.cast.actor(row.agent_id)
        self.home = home
        self.rng = rng

    def tell(self) -> None:
        draw = self.rng.random()
        if draw < EXCUSED:
            self.story.tell(self.day - timedelta(days=6), "16:05", self._excuse)
        elif draw < MOVED:
            self.story.tell(self.day - timedelta(days=4), "10:45", self._move)
            # Where nothing else would do, it is taken on its day.
            self.noted(self.day)
        elif draw < ENCROACHED:
            self.story.tell(self.day, "08:25" if self.morning else "13:35", self._encroach)
        elif draw < WAIVED:
            self.story.tell(self.day, "18:10", self._waive)
        elif draw >= UNNOTED:
            late = self.rng.randint(1, 5) if draw < NOTED_LATE else 0
            self.noted(self.day + timedelta(days=late))

    def noted(self, day: date, note: str | None = None) -> None:
        hour = 12 if self.morning else 17
        self.story.tell(day, f"{hour}:{self.rng.randint(5, 55):02}", partial(self._take, note))

    def _planned(self, session: Session) -> HalfDay | None:
        row = session.get_one(HalfDay, self.id)
        return row if row.state is HalfDayState.PLANNED else None

    def _take(self, note: str | None, session: Session) -> None:
        if row := self._planned(session):
            service.take(session, self.agent, row, note)

    def _waive(self, session: Session) -> None:
        if row := self._planned(session):
            service.waive(session, self.agent, row, self.rng.choice(WAIVED_WHY))

    def _excuse(self, session: Session) -> None:
        if row := self._planned(session):
            service.excuse(session, self.story.cast.actor(self.story.cast.hr), row, EXCUSED_WHY)

    def _move(self, session: Session) -> None:
        if row := self._planned(session):
            choice = service.free_slots(session, self.agent, row)
            tomorrow = self.agent.today() + timedelta(days=1)
            moments = [moment for moment in choice.moments() if moment.date > tomorrow][:12]
            if moments:
                moment = self.rng.choice(moments)
                made = service.move(session, self.agent, row, moment.date, moment.half)
                self._instead(made, None)

    def _encroach(self, session: Session) -> None:
        if row := self._planned(session):
            told = self.rng.choice(self.story.corpus.encroachments_in(self.home))
            service.encroach(session, self.agent, row, asked_by=_sentence(told.function), reason=told.reason)
            self._amends(told)

    def _amends(self, told: Encroachment) -> None:
        draw = self.rng.random()
        if draw < STAYS_OWED:
            return
        if draw < STAYS_OWED + LEFT_AFTER_ALL:
            self.story.tell(self.day + timedelta(days=9), "12:10", self._leave)
            return
        late = draw > 1 - GIVEN_BACK_LATE
        decided = self.story.working(self.day + timedelta(days=17 if late else self.rng.randint(1, 3)))
        self.story.tell(decided, "09:15", partial(self._make_good, told.make_good))

    def _leave(self, session: Session) -> None:
        row = session.get_one(HalfDay, self.id)
        if row.state is HalfDayState.ENCROACHED:
            service.waive(session, self.agent, row, self.rng.choice(WAIVED_WHY))

    def _make_good(self, note: str | None, session: Session) -> None:
        row = session.get_one(HalfDay, self.id)
        if row.state is not HalfDayState.ENCROACHED:
            return
        choice = service.free_slots(session, self.agent, row)
        moments = [moment for moment in choice.moments() if moment.date > self.agent.today()][:10]
        if moments:
            moment = self.rng.choice(moments)
            made = service.make_good(session, self.agent, row, moment.date, moment.half)
            self._instead(made, note)

    def _instead(self, made: HalfDay, note: str | None) -> None:
        _Fate(self.story, made, self.home, self.rng).noted(made.day, note)


def _tell_absences(story: Story, agent_id: UUID, mandate: Mandate) -> None:
    rng = Random(f"away {story.cast.agents[agent_id].hr_id} {mandate.starts_on}")
    for week, weeks in LEAVES:
        first = mandate.starts_on + timedelta(weeks=week + rng.randint(-2, 2))
        last = first + timedelta(weeks=weeks - rng.randint(0, weeks - 1), days=-3)
        away = AbsenceDeclaration(first_day=first, last_day=last, kind=AbsenceKind.LEAVE)
        story.tell(first - timedelta(days=18), "15:30", partial(_declare, story, agent_id, away))
    if rng.random() < SICK:
        first = mandate.starts_on + timedelta(weeks=14, days=rng.randint(0, 4))
        away = AbsenceDeclaration(
            first_day=first, last_day=first + timedelta(days=2), kind=AbsenceKind.SICKNESS
        )
        story.tell(first, "07:45", partial(_declare, story, agent_id, away))


def _declare(story: Story, agent_id: UUID, away: AbsenceDeclaration, session: Session) -> None:
    declare_absence(session, story.cast.actor(story.cast.hr), session.get_one(Agent, agent_id), away)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
