"""Named selects over solutions and adoptions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.columns import table_of
from app.kit.listing import Listing, ListQuery, Visible
from app.kit.problems import NotFound
from app.kit.sql import among, one_of
from app.people.models import Agent, Directorate
from app.solutions.lifecycle import ADOPTIONS, KNOWN, SOLUTIONS
from app.solutions.models import Adoption, Solution, SolutionTally
from app.solutions.policy import ADOPTION_ABILITIES, IS_AUTHOR, IS_COACH, SOLUTION_ABILITIES, binds
from app.teams.models import Team

_uuid: Any = table_of(Solution).c.id.type
_authority: Any = bindparam("authority_id", type_=_uuid)

_summary: tuple[Any, ...] = (
    col(Solution.id),
    col(Solution.title),
    col(Solution.problem),
    col(Solution.state),
    col(Solution.team_id),
    col(Team.name).label("team_name"),
    col(Team.client_directorate_id).label("directorate_id"),
    col(Directorate.name).label("directorate_name"),
    col(SolutionTally.adoptions),
    col(SolutionTally.in_use),
    col(Solution.created_at),
    col(Solution.published_at),
    col(Solution.version),
)


def _solutions(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Solution)
        .join(SolutionTally, col(SolutionTally.solution_id) == col(Solution.id))
        .join(Team, col(Team.id) == col(Solution.team_id))
        .join(Directorate, col(Directorate.id) == col(Team.client_directorate_id))
    )


_own = col(Solution.authority_id) == _authority
ALL = Visible("all", _own)
KNOWN_OR_MINE = Visible("known or mine", _own & or_(one_of(col(Solution.state), KNOWN), IS_COACH, IS_AUTHOR))
MINE = Visible("mine", _own & or_(IS_COACH, IS_AUTHOR))

SOLUTION_LIST = Listing(
    _solutions(*_summary),
    key=col(Solution.id),
    sorts={"created_at": col(Solution.created_at), "adoptions": col(SolutionTally.adoptions)},
    filters={
        "state": among(col(Solution.state), "state"),
        "team_id": among(col(Solution.team_id), "team_id"),
        "directorate_id": among(col(Team.client_directorate_id), "directorate_id"),
    },
    search=col(Solution.search),
)
_detail = _solutions(
    *_summary,
    col(Solution.description),
    col(Solution.how_to_adopt),
    col(Solution.to_adapt),
    col(Solution.cost),
    col(Solution.result),
    col(Solution.reason),
    col(Solution.updated_at),
).where(col(Solution.id) == bindparam("id"))
_details = {visible.name: _detail.where(visible.clause) for visible in (ALL, KNOWN_OR_MINE, MINE)}

_adoption: Select[*tuple[Any, ...]] = (
    select(
        col(Adoption.id),
        col(Adoption.solution_id),
        col(Solution.title).label("solution_title"),
        col(Adoption.directorate_id),
        col(Directorate.name).label("directorate_name"),
        col(Adoption.contact_id),
        (col(Agent.given_name) + " " + col(Agent.family_name)).label("contact_name"),
        col(Adoption.state),
        col(Adoption.note),
        col(Adoption.what),
        col(Adoption.result),
        col(Adoption.reason),
        col(Adoption.created_at),
        col(Adoption.updated_at),
        col(Adoption.version),
    )
    .join(Solution, col(Solution.id) == col(Adoption.solution_id))
    .join(Directorate, col(Directorate.id) == col(Adoption.directorate_id))
    .outerjoin(Agent, col(Agent.id) == col(Adoption.contact_id))
)
_everybodys = Visible("everybody's", col(Adoption.authority_id) == _authority)

ADOPTION_LIST = Listing(
    _adoption,
    key=col(Adoption.id),
    sorts={"created_at": col(Adoption.created_at)},
    filters={
        "solution_id": among(col(Adoption.solution_id), "solution_id"),
        "directorate_id": among(col(Adoption.directorate_id), "directorate_id"),
        "state": among(col(Adoption.state), "state"),
    },
)
_adoption_detail = _adoption.where(_everybodys.clause, col(Adoption.id) == bindparam("id"))


def readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The solutions that `actor` may know of, and the parameters of that clause."""
    parameters = {"authority_id": actor.authority_id, **binds(actor)}
    if actor.has(Capacity.LAB, Capacity.SYSTEM) or "programme:read" in actor.scopes:
        return ALL, parameters
    told = actor.has(Capacity.AGENT, Capacity.HR, Capacity.ELECTED)
    return KNOWN_OR_MINE if told else MINE, parameters


def solution_detail(connection: Connection | Session, actor: Actor, solution_id: UUID) -> dict[str, Any]:
    """One solution as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = readable_by(actor)
    row = connection.execute(_details[visible.name], {**parameters, "id": solution_id}).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict() | {"possible_moves": SOLUTIONS.possible(row.state)}
    data["abilities"] = SOLUTION_ABILITIES.of(connection, actor, data)
    return data


def adoptions_page(
    connection: Connection, actor: Actor, query: ListQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of adoptions, as `actor` may read them."""
    parameters = {"authority_id": actor.authority_id}
    items, cursor = ADOPTION_LIST.page(connection, query, _everybodys, parameters)
    return [_shown_to(actor, item) for item in items], cursor


def adoption_detail(connection: Connection | Session, actor: Actor, adoption_id: UUID) -> dict[str, Any]:
    """One adoption, as `actor` may read it. Raises `NotFound`."""
    parameters = {"authority_id": actor.authority_id, "id": adoption_id}
    row = connection.execute(_adoption_detail, parameters).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict() | {"possible_moves": ADOPTIONS.possible(row.state)}
    data["abilities"] = ADOPTION_ABILITIES.of(connection, actor, data)
    return _shown_to(actor, data)


def _shown_to(actor: Actor, adoption: dict[str, Any]) -> dict[str, Any]:
    """An elected member reads the programme, never names."""
    if actor.has(Capacity.ELECTED):
        adoption["contact_id"] = adoption["contact_name"] = None
    return adoption
