"""Irritants: reported by those who live with them, qualified, supported, commented, joined, set aside."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Final, TypeAlias
from uuid import UUID

from sqlmodel import Session

from app.access.actor import Actor
from app.demo import protection
from app.demo.corpus_reader import Comment, Irritant
from app.demo.story import Story
from app.irritants import models, service
from app.irritants.problems import VoteRefused
from app.irritants.schemas import IrritantReport

Vote: TypeAlias = Callable[[Session, Actor, UUID], None]

VOTES_PER_WEIGHT: Final = 0.17
FROM_THE_SAME_DIRECTORATE: Final = 0.65
CHANGES_MIND: Final = 0.02
EARLIEST_WEEKS, LATEST_WEEKS = 98, 5
"""Between which most are reported; those that wait for an answer are more recent."""

REOPENED: Final = "drh-premier-jour"
REOPENED_WHY: Final = (
    "La fiche d’arrivée a été oubliée pour cinq saisonniers sur huit cet été\u00a0: pas de vêtements, pas de badge, et "
    "un premier jour passé à attendre. Nous rouvrons."
)


def tell(story: Story) -> None:
    """Every irritant of the corpus, up to where a call takes it."""
    call_of = {key: call for call in story.corpus.calls for key in call.irritants}
    reported: dict[str, date] = {}
    for irritant in story.corpus.irritants:
        rng = Random(f"reported {irritant.key}")
        if call := call_of.get(irritant.key):
            day = story.weeks_ago(call.opens_weeks_ago) - timedelta(days=rng.randint(28, 60))
        elif irritant.state == "submitted":
            late = "late" in irritant.flags
            day = story.today - timedelta(days=rng.randint(24, 60) if late else rng.randint(1, 20))
        else:
            day = story.weeks_ago(rng.randint(LATEST_WEEKS, EARLIEST_WEEKS), rng.randint(0, 4))
        reported[irritant.key] = story.working(day) if irritant.state != "submitted" else day
        if irritant.state != "submitted":
            story.qualified_on[irritant.key] = story.working(day + timedelta(days=rng.randint(3, 12)))
    for irritant in story.corpus.irritants:
        _Course(story, irritant, reported[irritant.key]).tell()
    reopen(story)


class _Course:
    """One irritant, from its report."""

    def __init__(self, story: Story, irritant: Irritant, reported: date) -> None:
        self.story = story
        self.irritant = irritant
        self.reported = reported
        self.rng = Random(f"course {irritant.key}")
        self.comments: Sequence[Comment] = story.corpus.comments_on(irritant.key)

    def tell(self) -> None:
        self.story.tell(self.reported, self._time(), self._report)
        if self.protected:
            protection.tell_after(self.story, self.irritant.key, self.reported)
        if self.irritant.state == "submitted":
            return
        qualified = self.story.qualified_on[self.irritant.key]
        if self.irritant.state == "declined":
            if self.comments:
                self.story.tell(qualified, "09:30", self._qualify)
                self._discuss(qualified)
            self.story.tell(qualified + timedelta(weeks=2 if self.comments else 0), "14:10", self._decline)
            return
        self.story.tell(qualified, "09:30", self._qualify)
        self._discuss(qualified)
        self._support(qualified)
        if self.irritant.merged_into:
            target = self.story.qualified_on[self.irritant.merged_into]
            self.story.tell(max(qualified, target) + timedelta(days=5), "11:05", self._merge)

    @property
    def protected(self) -> bool:
        return "protected" in self.irritant.flags

    @property
    def id(self) -> UUID:
        return self.story.irritants[self.irritant.key]

    def _row(self, session: Session) -> models.Irritant:
        return session.get_one(models.Irritant, self.id)

    def _report(self, session: Session) -> None:
        cast, told = self.story.cast, self.irritant
        people = cast.able(told.directorate, self.reported, told.service)
        if told.directorate == "DEP" and told.service == "Garage municipal":
            people = [agent for agent in people if agent.email is None]
        form = IrritantReport(
            title=told.title,
            description=told.description,
            impact=told.impact,
            directorate_id=cast.node(told.directorate, told.service).id,
        )
        reporter = cast.actor(self.rng.choice(people))
        self.story.irritants[told.key] = (
            protection.tell_report(self.story, told.key, form, reporter, session)
            if self.protected
            else service.report(session, reporter, form).id
        )

    def _qualify(self, session: Session) -> None:
        service.qualify(session, self.story.cast.actor(self.story.cast.lab), self._row(session))

    def _decline(self, session: Session) -> None:
        lab = self.story.cast.actor(self.story.cast.lab)
        service.decline(session, lab, self._row(session), self.irritant.answer or "")

    def _merge(self, session: Session) -> None:
        lab = self.story.cast.actor(self.story.cast.lab)
        service.merge(session, lab, self._row(session), self.story.irritants[self.irritant.merged_into or ""])

    def _discuss(self, qualified: date) -> None:
        day = qualified
        for comment in self.comments:
            day = self.story.working(day + timedelta(days=self.rng.randint(1, 4)))
            self.story.tell(day, self._time(), partial(self._comment, comment))
        answered = self.irritant.state in {"resolved", "reopened"}
        if answered and self.irritant.key not in {team.irritant for team in self.story.corpus.teams}:
            # Its service found an answer without a team: that is said, and others may still take it up.
            self.story.tell(day + timedelta(days=self.rng.randint(40, 120)), "16:20", self._answer)

    def _comment(self, comment: Comment, session: Session) -> None:
        cast = self.story.cast
        match comment.kind:
            case "lab_answer":
                author = cast.lab
            case "service_answer":
                author = cast.head(comment.directorate)
            case _:
                author = self.rng.choice(cast.able(comment.directorate, self.reported))
        service.comment(session, cast.actor(author), self._row(session), comment.text)

    def _answer(self, session: Session) -> None:
        head = self.story.cast.head(self.irritant.directorate)
        service.comment(session, self.story.cast.actor(head), self._row(session), self.irritant.answer or "")

    def _support(self, qualified: date) -> None:
        cast, own = self.story.cast, self.irritant.directorate
        near = [agent.id for agent in cast.able(own, qualified)]
        far = [agent.id for code in cast.directorates if code != own for agent in cast.able(code, qualified)]
        wanted = round(self.irritant.weight * VOTES_PER_WEIGHT)
        close = min(round(wanted * FROM_THE_SAME_DIRECTORATE), len(near))
        voters = self.rng.sample(near, close) + self.rng.sample(far, wanted - close)
        span = min((self.story.today - qualified).days, 90)
        for voter in voters:
            day = qualified + timedelta(days=1 + int(span * self.rng.random() ** 2))
            self.story.tell(day, self._time(), partial(self._vote, voter, service.vote))
            if self.rng.random() < CHANGES_MIND:
                self.story.tell(
                    day + timedelta(days=3), "10:15", partial(self._vote, voter, service.withdraw_vote)
                )

    def _vote(self, voter: UUID, does: Vote, session: Session) -> None:
        # Who comes when it has been joined to another, or solved, finds the vote closed.
        with suppress(VoteRefused):
            does(session, self.story.cast.actor(voter), self.id)

    def _time(self) -> str:
        return f"{self.rng.randint(7, 19):02}:{self.rng.randint(0, 59):02}"


def reopen(story: Story) -> None:
    """Solved, but not for everybody: its reporter says so, and why."""

    def act(session: Session) -> None:
        irritant = session.get_one(models.Irritant, story.irritants[REOPENED])
        if irritant.reporter_id is None:
            raise LookupError(f"nobody reported {REOPENED}")
        reporter = story.cast.actor(irritant.reporter_id)
        service.reopen(session, reporter, irritant)
        service.comment(session, reporter, irritant, REOPENED_WHY)

    story.tell(story.weeks_ago(3, 2), "11:40", act)
