"""The charter, the calls to volunteers, and who answered them."""

from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.calls import models, service
from app.calls.schemas import ApplicationForm, CallDraft
from app.demo.corpus_reader import Call, Motivation, Team
from app.demo.story import WEEKS, Story
from app.people.models import Agent
from app.programmes import service as programmes
from app.programmes.models import Charter
from app.programmes.schemas import CharterDraft, ProgrammeCreation

WITHDRAWN: Final = ("dcult-conservatoire-instruments", "dep-verts-arrosage", "dsi-telephones-partages")
"""Irritants whose last applicant thinks again."""

CONCLUDED: Final = "appel-1"
"""The second call is still composing its last teams: it stays in selection."""


def tell_charter(story: Story) -> None:
    """The programme opens, and the directors' seminar adopts its rules."""
    story.tell(story.weeks_ago(WEEKS - 1), "10:00", partial(_programme, story))


def tell_calls(story: Story) -> None:
    """Each call, from its draft to its end, and the applications to it."""
    teams = {team.irritant: team for team in story.corpus.teams}
    for call in story.corpus.calls:
        opens, closes = story.weeks_ago(call.opens_weeks_ago), story.weeks_ago(call.closes_weeks_ago, 4)
        story.tell(opens - timedelta(days=6), "15:00", partial(_draft, story, call, opens, closes))
        story.tell(opens, "09:00", partial(_open, story, call))
        story.tell(closes + timedelta(days=1), "00:05", lambda session: _turn_pages(story, session))
        for irritant in call.irritants:
            _tell_applications(story, call, irritant, teams.get(irritant), opens, closes)
        if call.key == CONCLUDED and call.concluded_weeks_ago:
            story.tell(story.weeks_ago(call.concluded_weeks_ago, 4), "16:30", partial(_conclude, story, call))


def _programme(story: Story, session: Session) -> None:
    lab, told = story.cast.actor(story.cast.lab), story.corpus.charter
    starts = story.weeks_ago(WEEKS - 1)
    name = f"Première édition ({starts.year}-{story.today.year})"
    programme = programmes.create_programme(session, lab, ProgrammeCreation(name=name, starts_on=starts))
    text = "\n\n".join([told.preamble, *(f"{a.number}. {a.title}\n{a.text}" for a in told.filled())])
    parameters = told.parameters
    charter = programmes.draft_charter(
        session,
        lab,
        CharterDraft(
            programme_id=programme.id,
            title=told.title,
            text=f"{told.subtitle}\n{told.seminar}.\n\n{text}",
            cadence_weeks=parameters.cadence_weeks,
            half_days_per_week=parameters.half_days_per_week,
            make_good_days=parameters.make_good_days,
            move_window_days=parameters.move_window_days,
            mandate_months=parameters.mandate_months,
            answer_days=parameters.late_answer_days,
            grace_days=parameters.grace_days,
        ),
    )
    story.programme_id = programme.id

    def adopt(session: Session) -> None:
        programmes.adopt_charter(session, lab, session.get_one(Charter, charter.id))

    story.tell(story.weeks_ago(WEEKS - 2, 4), "17:00", adopt)


def _row(story: Story, call: Call, session: Session) -> models.Call:
    return session.get_one(models.Call, story.calls[call.key])


def _draft(story: Story, call: Call, opens: date, closes: date, session: Session) -> None:
    form = CallDraft(
        programme_id=story.programme_id,
        title=call.title,
        text=call.text.strip(),
        irritant_ids=[story.irritants[key] for key in call.irritants],
        opens_on=opens,
        closes_on=closes,
    )
    story.calls[call.key] = service.draft(session, story.cast.actor(story.cast.lab), form).id


def _open(story: Story, call: Call, session: Session) -> None:
    service.open_(session, story.cast.actor(story.cast.lab), _row(story, call, session))


def _turn_pages(story: Story, session: Session) -> None:
    service.turn_pages(session, story.system, story.system.today())


def _conclude(story: Story, call: Call, session: Session) -> None:
    service.conclude(session, story.cast.actor(story.cast.lab), _row(story, call, session))


def _tell_applications(
    story: Story, call: Call, irritant: str, team: Team | None, opens: date, closes: date
) -> None:
    rng = Random(f"applications {irritant}")
    motivations = list(story.corpus.motivations_for(irritant))
    last = min(closes, story.today - timedelta(days=1))
    span = max((last - opens).days, 1)
    accepted: list[Agent] = []
    if team:
        accepted = [
            story.cast.volunteer(member.directorate, opens, rng, service=member.service, post=member.post)
            for member in team.members
        ]
        story.members[team.key] = [agent.id for agent in accepted]
    told: list[tuple[Agent, Motivation]] = []
    for agent, member in zip(accepted, team.members if team else (), strict=True):
        told.append((agent, _motivation_of(motivations, member.directorate, rng)))
    specific = [one for one in motivations if one.irritant]
    others = specific + rng.sample([one for one in motivations if not one.irritant], 1 if team else 2)
    told += [(story.cast.volunteer(one.directorate, opens, rng), one) for one in others]
    for rank, (agent, motivation) in enumerate(told):
        offer = _Offer(story, call, irritant, agent.id)
        day = opens + timedelta(days=rng.randint(0, span))
        story.tell(
            day, f"{rng.randint(8, 18):02}:{rng.randint(0, 59):02}", partial(offer.submit, motivation.text)
        )
        answered = story.working(closes + timedelta(days=rng.randint(3, 6)))
        if agent in accepted:
            story.tell(answered, "10:20", offer.accept)
        elif irritant in WITHDRAWN and rank == len(told) - 1:
            story.tell(min(day + timedelta(days=2), story.today), "06:50", offer.withdraw)
        else:
            reason = rng.choice(story.corpus.declines)
            story.tell(answered + timedelta(days=2), "11:20", partial(offer.decline, reason))


def _motivation_of(left: list[Motivation], directorate: str, rng: Random) -> Motivation:
    """Words of somebody of this directorate, written for this irritant if possible; not to be said twice."""
    theirs = [one for one in left if one.directorate == directorate]
    chosen = theirs[0] if theirs else rng.choice([one for one in left if not one.irritant])
    left.remove(chosen)
    return chosen


class _Offer:
    """One application."""

    def __init__(self, story: Story, call: Call, irritant: str, agent_id: UUID) -> None:
        self.story = story
        self.call = call
        self.irritant = irritant
        self.agent_id = agent_id

    def submit(self, motivation: str, session: Session) -> None:
        form = ApplicationForm(
            call_id=self.story.calls[self.call.key],
            irritant_id=self.story.irritants[self.irritant],
            motivation=motivation,
        )
        self.id = service.submit(session, self.story.cast.actor(self.agent_id), form).id

    def accept(self, session: Session) -> None:
        service.accept(session, self.story.cast.actor(self.story.cast.lab), self._row(session))

    def decline(self, reason: str, session: Session) -> None:
        service.decline(session, self.story.cast.actor(self.story.cast.lab), self._row(session), reason)

    def withdraw(self, session: Session) -> None:
        service.withdraw(session, self.story.cast.actor(self.agent_id), self._row(session))

    def _row(self, session: Session) -> models.Application:
        return session.get_one(models.Application, self.id)
