"""Take a solution up in another directorate, adapt it, use it, or let it be."""

from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.journal.service import record
from app.kit.columns import table_of
from app.kit.database import get, insert
from app.kit.problems import NotFound
from app.people.delegations import citing
from app.people.models import Directorate
from app.people.service import agent_in_post, directorate_of, works_in
from app.solutions import events
from app.solutions.lifecycle import ADOPTIONS, SolutionState
from app.solutions.models import Adoption, Solution, SolutionTally
from app.solutions.policy import ADOPTION, SOLUTION, is_head
from app.solutions.problems import ContactElsewhere, NotToBeAdopted, UnknownSolution
from app.solutions.schemas import AdoptionForm

_tallies = table_of(SolutionTally)


def declare(session: Session, actor: Actor, form: AdoptionForm) -> Adoption:
    """A directorate is interested in a published solution.

    Raises `UnknownSolution`, `UnknownDirectorate`, `UnknownAgent` or `ContactElsewhere` on their fields,
    `NotToBeAdopted`; the database refuses a second one (`AlreadyAdopted`).
    """
    solution = session.get(Solution, form.solution_id)
    if (
        solution is None
        or solution.authority_id != actor.authority_id
        or not SOLUTION.allows(session, actor, "read", solution)
    ):
        raise UnknownSolution.on("solution_id", UnknownSolution.title)
    directorate_of(session, actor, form.directorate_id)
    adoption = Adoption(authority_id=actor.authority_id, **form.model_dump())
    ADOPTION.require(session, actor, "declare", adoption)
    acting = _acting(session, actor, adoption)
    if solution.state is not SolutionState.PUBLISHED:
        raise NotToBeAdopted
    if form.contact_id is not None:
        agent_in_post(session, actor, form.contact_id, "contact_id")
        if not works_in(session, form.contact_id, form.directorate_id):
            raise ContactElsewhere.on("contact_id", ContactElsewhere.title)
    elif is_head(session, actor, adoption) or works_in(session, actor.agent_id, form.directorate_id):
        adoption.contact_id = actor.agent_id
    insert(session, adoption)
    _count(session, adoption, adoptions=1)
    declared = events.AdoptionDeclared(**_where(adoption), contact_id=adoption.contact_id)
    record(session, declared, by=acting)
    return adoption


def find_adoption(session: Session, actor: Actor, adoption_id: UUID) -> Adoption:
    """The adoption, if `actor` may know of it. Raises `NotFound`."""
    adoption = get(session, Adoption, adoption_id, actor.authority_id)
    if not ADOPTION.allows(session, actor, "read", adoption):
        raise NotFound
    return adoption


def adapt(session: Session, actor: Actor, adoption: Adoption, what: str) -> None:
    """The directorate begins to adapt the solution to its own ground."""
    ADOPTION.require(session, actor, "adapt", adoption)
    ADOPTIONS.apply(session, adoption, "adapt", what=what)
    record(session, events.AdoptionStarted(**_where(adoption)), by=_acting(session, actor, adoption))


def use(session: Session, actor: Actor, adoption: Adoption, result: str | None) -> None:
    """The solution is in use there."""
    ADOPTION.require(session, actor, "use", adoption)
    ADOPTIONS.apply(session, adoption, "use", result=result)
    _count(session, adoption, in_use=1)
    record(session, events.AdoptionUsed(**_where(adoption)), by=_acting(session, actor, adoption))


def drop(session: Session, actor: Actor, adoption: Adoption, reason: str) -> None:
    """The directorate leaves it there, with a reason that helps others."""
    ADOPTION.require(session, actor, "drop", adoption)
    ADOPTIONS.apply(session, adoption, "drop", reason=reason)
    _count(session, adoption, adoptions=-1)
    dropped = events.AdoptionDropped(**_where(adoption), reason=reason)
    record(session, dropped, by=_acting(session, actor, adoption))


def _acting(session: Session, actor: Actor, adoption: Adoption) -> Actor:
    """`actor`, citing their interim where they speak for the absent head of the directorate that adopts."""
    if actor.has(Capacity.LAB) or adoption.contact_id == actor.agent_id:
        return actor
    directorate = session.get_one(Directorate, adoption.directorate_id)
    return citing(session, actor, directorate.head_id, Capacity.HEAD)


def _where(adoption: Adoption) -> dict[str, Any]:
    return {
        "subject_id": adoption.id,
        "solution_id": adoption.solution_id,
        "directorate_id": adoption.directorate_id,
    }


def _count(session: Session, adoption: Adoption, *, adoptions: int = 0, in_use: int = 0) -> None:
    session.execute(
        update(_tallies)
        .where(_tallies.c.solution_id == adoption.solution_id)
        .values(adoptions=_tallies.c.adoptions + adoptions, in_use=_tallies.c.in_use + in_use)
    )
