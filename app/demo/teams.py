"""Teams: composed, placed under mandates that everybody signs, going through phases, to an end."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.demo import follow_ups, half_days
from app.demo.corpus_reader import LogEntry, PhaseEntry, Team
from app.demo.story import Story
from app.irritants import service as irritants
from app.irritants.models import Irritant
from app.mandates import service as mandates
from app.mandates.lifecycle import MandateState, PartyCapacity, PartyState
from app.mandates.models import Mandate, MandateParty
from app.mandates.schemas import MandateDraft, SlotBody
from app.mandates.service.parties import releasing_manager
from app.people.models import Agent
from app.teams import models, service
from app.teams.lifecycle import ENDS, Phase, Visibility
from app.teams.schemas import LogEntryForm, TeamForm

TERM_WEEKS: Final = 26

AFTER_ITS_CALL: Final = "avant-de-sonner"
"""Its volunteers waited: the team was made up once its call had ended."""

# When each step is told, in days from the first Monday of a mandate.
DRAFTED, RELIEVED, SUBMITTED = -14, -12, -10
SIGNED: Final = {
    PartyCapacity.AGENT: -7,
    PartyCapacity.RELEASING_MANAGER: -6,
    PartyCapacity.CLIENT_DIRECTORATE: -5,
    PartyCapacity.SPONSOR: -4,
    PartyCapacity.GUARANTOR: -3,
}


def tell(story: Story) -> None:
    """Every team of the corpus."""
    for rank, team in enumerate(story.corpus.teams):
        _Course(story, team, rank).tell()


class _Course:
    """One team, from its making."""

    def __init__(self, story: Story, team: Team, rank: int) -> None:
        self.story = story
        self.team = team
        self.rank = rank
        self.coach = story.cast.coaches[rank % len(story.cast.coaches)]
        self.sponsor = story.cast.sponsor(team, rank)
        self.began = team.monday(1, story.today)
        self.mandates: dict[int, UUID] = {}

    def tell(self) -> None:
        team, story = self.team, self.story
        forming = team.state == "forming"
        if forming:
            formed = self.began
        elif team.call == "appel-1" and team.key != AFTER_ITS_CALL:
            formed = story.weeks_ago(84 - self.rank % 2, 1 + self.rank % 3)
        else:
            formed = self.began - timedelta(days=20)
        story.tell(formed, "10:30", self._form)
        story.tell(formed + timedelta(days=1), "17:10", self._first_page)
        for entry in team.log:
            at = "12:20" if team.half == "morning" else "17:20"
            story.tell(team.slot(entry.week, story.today), at, partial(self._write, entry))
        if forming:
            self._tell_preparation()
        for term in range(0 if forming else team.terms):
            self._tell_term(term)
        for phase in team.phases[1:]:
            self._tell_phase(phase)
        self._tell_end()

    def _tell_preparation(self) -> None:
        """A mandate on its way: in writing, in signature, or sent back."""
        first = self.story.weeks_ago(-4)
        last = first + timedelta(weeks=TERM_WEEKS, days=-3)
        story, began = self.story, self.began
        story.tell(began + timedelta(days=8), "10:00", partial(self._draft, 0, first, last))
        if self.team.mandate == "draft":
            story.tell(began + timedelta(days=14), "11:00", partial(self._relieve, 0, 2))
            return
        story.tell(began + timedelta(days=11), "11:00", partial(self._relieve, 0, None))
        story.tell(began + timedelta(days=15), "14:00", partial(self._submit, 0), heard=True)
        story.tell(
            began + timedelta(days=18), "09:40", partial(self._sign, 0, PartyCapacity.AGENT), heard=True
        )
        story.tell(
            began + timedelta(days=22), "09:40", partial(self._sign, 0, PartyCapacity.RELEASING_MANAGER)
        )
        if self.team.mandate == "refused":
            story.tell(began + timedelta(days=25), "18:00", partial(self._refuse, 0), heard=True)

    def _tell_term(self, term: int) -> None:
        story = self.story
        first = self.began + timedelta(weeks=TERM_WEEKS * term)
        running = self.team.state == "mandated" and term + 1 == self.team.terms
        # A mandate told to be in force in its last week still is on that week's Sunday.
        last = first + timedelta(weeks=TERM_WEEKS, days=-1 if running else -3)
        self._on(first, DRAFTED, "10:00", partial(self._draft, term, first, last))
        self._on(first, RELIEVED, "11:00", partial(self._relieve, term, None))
        self._on(first, SUBMITTED, "14:00", partial(self._submit, term), heard=True)
        for capacity, offset in SIGNED.items():
            self._on(first, offset, "09:40", partial(self._sign, term, capacity), heard=True)
        self._on(first, SIGNED[PartyCapacity.GUARANTOR], "18:30", partial(self._foresee, term))
        if term + 1 < self.team.terms:
            story.tell(last, "17:45", partial(self._complete, term))
        elif self.team.mandate == "expired":
            story.tell(last + timedelta(days=1), "00:05", self._turn_pages, heard=True)

    def _on(
        self, first: date, offset: int, at: str, act: Callable[[Session], None], *, heard: bool = False
    ) -> None:
        self.story.tell(first + timedelta(days=offset), at, act, heard=heard)

    def _tell_phase(self, entry: PhaseEntry) -> None:
        day = self.team.slot(entry.week, self.story.today)
        if self.team.mandate == "expired" and entry.phase in ENDS:
            day = self.team.monday(TERM_WEEKS + 1, self.story.today) + timedelta(days=2)
        self.story.tell(day, "17:40", partial(self._enter, entry))

    def _tell_end(self) -> None:
        team, story = self.team, self.story
        if team.mandate == "terminated" and team.ended_week:
            story.tell(team.slot(team.ended_week, story.today), "16:00", self._terminate, heard=True)
        if team.mandate == "suspended" and team.suspended_week:
            story.tell(team.slot(team.suspended_week, story.today), "18:00", self._suspend, heard=True)
        if team.mandate == "completed" and team.ended_week:
            story.tell(team.monday(team.ended_week + 2, story.today), "10:10", self._resolve)

    # The acts.

    def _row(self, session: Session) -> models.Team:
        return session.get_one(models.Team, self.story.teams[self.team.key])

    def _mandate(self, session: Session, term: int) -> Mandate:
        return session.get_one(Mandate, self.mandates[term])

    @property
    def _lab(self) -> Actor:
        return self.story.cast.actor(self.story.cast.lab)

    @property
    def _members(self) -> list[UUID]:
        return self.story.members[self.team.key]

    def _form(self, session: Session) -> None:
        form = TeamForm(
            name=self.team.name,
            irritant_id=self.story.irritants[self.team.irritant],
            call_id=None if self.team.key == AFTER_ITS_CALL else self.story.calls[self.team.call],
            client_directorate_id=self.story.cast.node(self.team.client).id,
            coach_id=self.coach.id,
            member_ids=self._members,
        )
        self.story.teams[self.team.key] = service.form_team(session, self._lab, form).id

    def _first_page(self, session: Session) -> None:
        self._page(session, self.coach.id, self.team.phases[0].learned, Visibility.TEAM)

    def _write(self, entry: LogEntry, session: Session) -> None:
        self._page(session, self._members[entry.member - 1], entry.text, Visibility(entry.visibility))

    def _page(self, session: Session, author: UUID, body: str, visibility: Visibility) -> None:
        form = LogEntryForm(team_id=self.story.teams[self.team.key], body=body, visibility=visibility)
        service.write_entry(session, self.story.cast.actor(author), form)

    def _draft(self, term: int, first: date, last: date, session: Session) -> None:
        team = self.team
        form = MandateDraft(
            team_id=self.story.teams[team.key],
            sponsor_id=self.sponsor.id,
            starts_on=first,
            ends_on=last,
            slots=[
                SlotBody.model_validate({"agent_id": agent_id, "weekday": team.weekday, "half": team.half})
                for agent_id in self._members
            ],
            purpose=team.purpose,
            problem=team.problem,
            expected_result=team.expected_result,
            how_known=team.how_known,
            means=" ".join(team.means),
            budget_euros=self.story.corpus.charter.parameters.budget_euros,
        )
        made = mandates.draft(session, self.story.cast.actor(self.coach), form)
        self.mandates[term] = made.id

    def _relieve(self, term: int, some: int | None, session: Session) -> None:
        for agent_id, member in list(zip(self._members, self.team.members, strict=True))[:some]:
            manager = releasing_manager(session, session.get_one(Agent, agent_id), self._lab.today())
            if manager is not None:
                mandate = self._mandate(session, term)
                mandates.relieve(session, self.story.cast.actor(manager.id), mandate, agent_id, member.relief)

    def _submit(self, term: int, session: Session) -> None:
        mandates.submit(session, self._lab, self._mandate(session, term))

    def _sign(self, term: int, capacity: PartyCapacity, session: Session) -> None:
        mandate = self._mandate(session, term)
        blocking = self._blocking(session) if capacity is PartyCapacity.RELEASING_MANAGER else None
        for party in self._awaited(session, mandate, capacity):
            # Who signs in two capacities at once has signed already when the second one comes.
            session.refresh(party)
            if party.state is PartyState.PENDING and party.agent_id != blocking:
                absent = party.agent_id if party.agent_id in self.story.cast.stand_ins else None
                actor = self.story.cast.actor(self.story.cast.stand_ins.get(party.agent_id, party.agent_id))
                text = mandate.document_hash or ""
                mandates.sign(session, actor, mandate, text, consent=True, on_behalf_of=absent)

    def _awaited(self, session: Session, mandate: Mandate, capacity: PartyCapacity) -> list[MandateParty]:
        statement = (
            select(MandateParty)
            .where(
                col(MandateParty.mandate_id) == mandate.id,
                col(MandateParty.capacity) == capacity,
                col(MandateParty.state) == PartyState.PENDING,
            )
            .order_by(col(MandateParty.id))
        )
        return list(session.execute(statement).scalars())

    def _blocking(self, session: Session) -> UUID | None:
        """The manager who does not sign, where the corpus says so."""
        if self.team.blocking_member is None:
            return None
        member = session.get_one(Agent, self._members[self.team.blocking_member - 1])
        manager = releasing_manager(session, member, self._lab.today())
        return manager.id if manager else None

    def _refuse(self, term: int, session: Session) -> None:
        blocking = self._blocking(session)
        if blocking is not None:
            actor = self.story.cast.actor(blocking)
            mandates.refuse(session, actor, self._mandate(session, term), self.team.mandate_reason or "")

    def _foresee(self, term: int, session: Session) -> None:
        mandate = self._mandate(session, term)
        half_days.foresee(self.story, session, mandate, self.team)
        earlier = term * (TERM_WEEKS // self.story.corpus.charter.parameters.cadence_weeks)
        follow_ups.foresee(self.story, session, mandate, self.team, earlier)

    def _complete(self, term: int, session: Session) -> None:
        mandates.complete(session, self._lab, self._mandate(session, term))

    def _turn_pages(self, session: Session) -> None:
        mandates.turn_pages(session, self.story.system, self.story.system.today())

    def _enter(self, entry: PhaseEntry, session: Session) -> None:
        coach, team = self.story.cast.actor(self.coach), self._row(session)
        service.enter_phase(session, coach, team, Phase(entry.phase), learned=entry.learned)
        if entry.phase == self.team.phases[-1].phase and self.team.lessons:
            lessons = "\n".join(self.team.lessons)
            self._page(session, self.coach.id, lessons, Visibility.AUTHORITY)

    def _terminate(self, session: Session) -> None:
        actor, mandate = self.story.cast.actor(self.sponsor), self._mandate(session, 0)
        reason = self.team.mandate_reason or ""
        mandates.terminate(session, actor, mandate, reason=reason, on_day=actor.today())

    def _suspend(self, session: Session) -> None:
        actor, mandate = self.story.cast.actor(self.sponsor), self._mandate(session, 0)
        if mandate.state is MandateState.ACTIVE:
            tomorrow, reason = actor.today() + timedelta(days=1), self.team.mandate_reason or ""
            mandates.suspend(session, actor, mandate, reason=reason, from_day=tomorrow)

    def _resolve(self, session: Session) -> None:
        irritant = session.get_one(Irritant, self.story.irritants[self.team.irritant])
        irritants.resolve(session, self._lab, irritant)
