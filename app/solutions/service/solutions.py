"""Write a solution, publish it, retire it."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock, search
from app.kit.database import get, insert
from app.kit.i18n import Text, _
from app.kit.lifecycle import change
from app.kit.problems import FieldError, NotFound
from app.solutions import events
from app.solutions.lifecycle import SOLUTIONS, SolutionState
from app.solutions.models import Solution, SolutionTally
from app.solutions.policy import SOLUTION, WRITING
from app.solutions.problems import SolutionIncomplete, SolutionRetired
from app.solutions.schemas import SolutionDraft
from app.teams.models import Team
from app.teams.policy import TEAM_POLICY
from app.teams.problems import UnknownTeam

TEXTS = ("title", "problem", "description", "how_to_adopt", "to_adapt", "cost", "result")

NEEDED: dict[str, Text] = {
    "description": _("Décrivez ce que l'équipe a fait."),
    "how_to_adopt": _("Dites comment une autre direction s'y prend, étape par étape."),
    "to_adapt": _("Dites ce qui ne sera pas pareil ailleurs."),
}
"""What a solution cannot be published without, and what is asked for where it is missing."""


def draft(session: Session, actor: Actor, form: SolutionDraft) -> Solution:
    """A solution in writing, known to its team, its coach and the lab. Raises `UnknownTeam`."""
    team = session.get(Team, form.team_id)
    if (
        team is None
        or team.authority_id != actor.authority_id
        or not TEAM_POLICY.allows(session, actor, "read", team)
    ):
        raise UnknownTeam.on("team_id", UnknownTeam.title)
    WRITING.require(session, actor, "draft", team)
    values: dict[str, Any] = {name: getattr(form, name) or "" for name in TEXTS}
    solution = insert(
        session,
        Solution(
            authority_id=actor.authority_id, team_id=team.id, search=search.stems(*values.values()), **values
        ),
    )
    session.add(SolutionTally(solution_id=solution.id, authority_id=solution.authority_id))
    record(session, events.SolutionDrafted(subject_id=solution.id, team_id=team.id), by=actor)
    return solution


def find(session: Session, actor: Actor, solution_id: UUID) -> Solution:
    """The solution, if `actor` may know of it. Raises `NotFound`."""
    solution = get(session, Solution, solution_id, actor.authority_id)
    if not SOLUTION.allows(session, actor, "read", solution):
        raise NotFound
    return solution


def edit(session: Session, actor: Actor, solution: Solution, changes: dict[str, Any]) -> None:
    """Correct the texts of a solution, published or not. Raises `SolutionRetired`."""
    SOLUTION.require(session, actor, "edit", solution)
    if solution.state is SolutionState.RETIRED:
        raise SolutionRetired
    texts = [changes.get(name, getattr(solution, name)) for name in TEXTS]
    change(session, solution, **changes, search=search.stems(*texts))
    edited = events.SolutionEdited(
        subject_id=solution.id, team_id=solution.team_id, fields=tuple(sorted(changes))
    )
    record(session, edited, by=actor)


def publish(session: Session, actor: Actor, solution: Solution) -> None:
    """Make a solution known to everybody. Raises `SolutionIncomplete`, which names the texts that are missing."""
    SOLUTION.require(session, actor, "publish", solution)
    SOLUTIONS.check(solution.state, "publish")
    if missing := [name for name in NEEDED if not getattr(solution, name)]:
        raise SolutionIncomplete(errors=[FieldError(name, NEEDED[name], "missing") for name in missing])
    SOLUTIONS.apply(session, solution, "publish", published_at=clock.now())
    record(session, events.SolutionPublished(subject_id=solution.id, team_id=solution.team_id), by=actor)


def retire(session: Session, actor: Actor, solution: Solution, reason: str) -> None:
    """Say that a solution is no longer to be adopted. Where it was adopted, it lives on."""
    SOLUTION.require(session, actor, "retire", solution)
    SOLUTIONS.apply(session, solution, "retire", reason=reason)
    retired = events.SolutionRetired(subject_id=solution.id, team_id=solution.team_id, reason=reason)
    record(session, retired, by=actor)
