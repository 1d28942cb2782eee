"""What teams made, published so that others adopt it."""

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.demo import corpus_reader as told
from app.demo.story import Story
from app.solutions import models, service
from app.solutions.schemas import AdoptionForm, SolutionDraft

RETIRED_WHY: Final = "L’alerte publiée à 7 h 45 fait mieux\u00a0: le panneau n’est plus à reprendre ailleurs."


def tell(story: Story) -> None:
    """Every solution of the corpus that a team made, and its spread."""
    for solution in story.corpus.solutions:
        if solution.team:
            _Course(story, solution, solution.team).tell()


class _Course:
    """One solution."""

    def __init__(self, story: Story, solution: told.Solution, team: str) -> None:
        self.story = story
        self.solution = solution
        self.team = team
        self.adoptions: dict[str, UUID] = {}

    def tell(self) -> None:
        story, solution = self.story, self.solution
        published = story.weeks_ago(solution.weeks_ago, 1)
        story.tell(published - timedelta(days=0 if solution.state == "draft" else 12), "10:40", self._draft)
        if solution.state != "draft":
            story.tell(published, "10:00", self._publish, heard=True)
        if solution.state == "retired":
            story.tell(published + timedelta(weeks=solution.weeks_ago // 2), "11:10", self._retire)
        for adoption in solution.adoptions:
            day = story.weeks_ago(adoption.weeks_ago, 2)
            story.tell(day, "09:50", partial(self._declare, adoption))
            if adoption.state in {"adapting", "in_use"}:
                story.tell(day + timedelta(days=12), "10:50", partial(self._adapt, adoption))
            if adoption.state == "in_use":
                story.tell(day + timedelta(days=40), "11:50", partial(self._use, adoption))
            if adoption.state == "dropped":
                story.tell(day + timedelta(days=50), "12:10", partial(self._drop, adoption))

    def _row(self, session: Session) -> models.Solution:
        return session.get_one(models.Solution, self.story.solutions[self.solution.key])

    def _adoption(self, session: Session, adoption: told.Adoption) -> models.Adoption:
        return session.get_one(models.Adoption, self.adoptions[adoption.directorate])

    def _draft(self, session: Session) -> None:
        solution = self.solution
        form = SolutionDraft(
            team_id=self.story.teams[self.team],
            title=solution.title,
            problem=solution.problem,
            description=solution.what,
            how_to_adopt=solution.how,
            to_adapt=solution.adapt,
            cost=solution.cost,
            result=solution.result,
        )
        author = self.story.cast.actor(self.story.members[self.team][0])
        self.story.solutions[solution.key] = service.draft(session, author, form).id

    def _publish(self, session: Session) -> None:
        service.publish(session, self.story.cast.actor(self.story.cast.lab), self._row(session))

    def _retire(self, session: Session) -> None:
        service.retire(session, self.story.cast.actor(self.story.cast.lab), self._row(session), RETIRED_WHY)

    def _declare(self, adoption: told.Adoption, session: Session) -> None:
        cast = self.story.cast
        form = AdoptionForm(
            solution_id=self.story.solutions[self.solution.key],
            directorate_id=cast.node(adoption.directorate).id,
            note=adoption.note,
        )
        made = service.declare(session, cast.actor(cast.head(adoption.directorate)), form)
        self.adoptions[adoption.directorate] = made.id

    def _adapt(self, adoption: told.Adoption, session: Session) -> None:
        head = self.story.cast.actor(self.story.cast.head(adoption.directorate))
        service.adapt(session, head, self._adoption(session, adoption), self.solution.adapt)

    def _use(self, adoption: told.Adoption, session: Session) -> None:
        head = self.story.cast.actor(self.story.cast.head(adoption.directorate))
        service.use(session, head, self._adoption(session, adoption), adoption.note)

    def _drop(self, adoption: told.Adoption, session: Session) -> None:
        head = self.story.cast.actor(self.story.cast.head(adoption.directorate))
        service.drop(session, head, self._adoption(session, adoption), adoption.reason or "")
