"""Named selects over authorities, directorates, agents and absences."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.kit.listing import Listing, Visible, since, until
from app.kit.problems import NotFound
from app.kit.search import beginnings
from app.kit.sql import among
from app.people.models import Absence, Agent, Authority, Directorate
from app.people.policy import AGENT, DIRECTORATE
from app.people.schemas import AbsenceQuery, AgentQuery, DirectorateQuery

Head: Any = aliased(Agent)
Above: Any = aliased(Directorate)
_gone: Any = aliased(Agent)

WITHOUT_MANAGER = or_(
    col(Agent.manager_id).is_(None),
    col(Agent.manager_id).in_(select(_gone.id).where(_gone.left_on.is_not(None))),
)
"""Agents with no manager, or whose manager leaves or has left: the head of their directorate stands in."""
_today: Any = bindparam("today", type_=Agent.__table__.c.left_on.type)  # type: ignore[attr-defined]
_viewer: Any = bindparam("viewer_id", type_=Agent.__table__.c.id.type)  # type: ignore[attr-defined]
_in_post = or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= _today)

_me: Select[*tuple[Any, ...]] = (
    select(
        col(Authority.id).label("authority_id"),
        col(Authority.slug),
        col(Authority.name),
        col(Authority.time_zone),
        col(Agent.manager_id),
        col(Directorate.id).label("directorate_id"),
        col(Directorate.code).label("directorate_code"),
        col(Directorate.name).label("directorate_name"),
    )
    .select_from(Authority)
    .outerjoin(Agent, col(Agent.id) == bindparam("agent_id"))
    .outerjoin(Directorate, col(Directorate.id) == col(Agent.directorate_id))
    .where(col(Authority.id) == bindparam("authority_id"))
)

_authority = select(
    col(Authority.id),
    col(Authority.slug),
    col(Authority.name),
    col(Authority.time_zone),
    col(Authority.holiday_subdivision),
    col(Authority.local_customs),
    col(Authority.solidarity_day),
    col(Authority.custom_days),
    col(Authority.protestant_temple),
    col(Authority.created_at),
    col(Authority.updated_at),
    col(Authority.version),
).where(col(Authority.id) == bindparam("id"))

_directorate: tuple[Any, ...] = (
    col(Directorate.id),
    col(Directorate.code),
    col(Directorate.name),
    col(Directorate.parent_id),
    col(Directorate.head_id),
    (Head.given_name + " " + Head.family_name).label("head_name"),
    col(Directorate.closed_on),
    col(Directorate.version),
)
OF_AUTHORITY = Visible("of authority", col(Directorate.authority_id) == bindparam("authority_id"))

DIRECTORATES = Listing(
    select(*_directorate).select_from(Directorate).outerjoin(Head, Head.id == col(Directorate.head_id)),
    key=col(Directorate.id),
    sorts={"code": col(Directorate.code), "name": col(Directorate.name)},
    filters={
        "code": among(col(Directorate.code), "code"),
        "parent_id": among(col(Directorate.parent_id), "parent_id"),
        "head_id": among(col(Directorate.head_id), "head_id"),
        "root": col(Directorate.parent_id).is_(None) == bindparam("root"),
        "closed": col(Directorate.closed_on).is_not(None) == bindparam("closed"),
    },
)

_below = select(col(Directorate.id)).where(col(Directorate.id) == bindparam("id")).cte(recursive=True)
_below = _below.union(select(Above.id).where(Above.parent_id == _below.c.id))
_directorate_detail = (
    select(
        *_directorate,
        Above.name.label("parent_name"),
        select(func.count())
        .where(col(Agent.directorate_id) == col(Directorate.id), _in_post)
        .scalar_subquery()
        .label("agents"),
        select(func.count())
        .where(col(Agent.directorate_id).in_(select(_below.c.id)), _in_post)
        .scalar_subquery()
        .label("agents_in_all"),
        col(Directorate.updated_at),
    )
    .select_from(Directorate)
    .outerjoin(Head, Head.id == col(Directorate.head_id))
    .outerjoin(Above, Above.id == col(Directorate.parent_id))
    .where(col(Directorate.id) == bindparam("id"), OF_AUTHORITY.clause)
)

_agent: tuple[Any, ...] = (
    col(Agent.id),
    col(Agent.hr_id),
    col(Agent.civility),
    col(Agent.family_name),
    col(Agent.given_name),
    col(Agent.email),
    col(Agent.phone),
    col(Agent.directorate_id),
    col(Directorate.name).label("directorate_name"),
    col(Agent.manager_id),
    col(Agent.grade),
    col(Agent.category),
    col(Agent.working_percentage),
    col(Agent.off_halves),
    col(Agent.position),
    col(Agent.entered_on),
    col(Agent.left_on),
    col(Agent.version),
)
_own = col(Agent.authority_id) == bindparam("authority_id")
ALL = Visible("all", _own)
MINE = Visible("mine", _own & or_(col(Agent.id) == _viewer, col(Agent.manager_id) == _viewer))

_AGENTS = Listing(
    select(*_agent, col(Agent.sort_name)).outerjoin(
        Directorate, col(Directorate.id) == col(Agent.directorate_id)
    ),
    key=col(Agent.id),
    sorts={"family_name": col(Agent.sort_name), "hr_id": col(Agent.hr_id)},
    filters={
        "directorate_id": among(col(Agent.directorate_id), "directorate_id"),
        "manager_id": among(col(Agent.manager_id), "manager_id"),
        "hr_id": among(col(Agent.hr_id), "hr_id"),
        "position": among(col(Agent.position), "position"),
        "in_post": _in_post == bindparam("in_post"),
    },
    search=col(Agent.sort_name),
    ask=beginnings,
)

_agent_detail = (
    select(
        *_agent,
        (Head.given_name + " " + Head.family_name).label("manager_name"),
        col(Agent.updated_at),
    )
    .select_from(Agent)
    .outerjoin(Directorate, col(Directorate.id) == col(Agent.directorate_id))
    .outerjoin(Head, Head.id == col(Agent.manager_id))
    .where(col(Agent.id) == bindparam("id"))
)
_agent_details: dict[str, Select[*tuple[Any, ...]]] = {
    visible.name: _agent_detail.where(visible.clause) for visible in (ALL, MINE)
}

_absence = select(
    col(Absence.id),
    col(Absence.agent_id),
    col(Absence.first_day),
    col(Absence.first_half),
    col(Absence.last_day),
    col(Absence.last_half),
    col(Absence.kind),
    col(Absence.created_at),
)
_ABSENCES = Listing(
    _absence,
    key=col(Absence.id),
    sorts={"first_day": col(Absence.first_day)},
    filters={
        "since": since(col(Absence.last_day), "since"),
        "until": until(col(Absence.first_day), "until"),
    },
)
_OF_AGENT = Visible("of agent", col(Absence.agent_id) == bindparam("agent_id"))


def me(connection: Connection, actor: Actor) -> dict[str, Any]:
    """Who `actor` is, in one statement. Raises `NotFound` for one who belongs to no authority."""
    found = connection.execute(_me, {"agent_id": actor.agent_id, "authority_id": actor.authority_id})
    if (row := found.one_or_none()) is None:
        raise NotFound
    directorate = {"id": row.directorate_id, "code": row.directorate_code, "name": row.directorate_name}
    return {
        "id": actor.agent_id or actor.client_id,
        "kind": "agent" if actor.agent_id else "client",
        "name": actor.name,
        "capacities": sorted(actor.capacities),
        "scopes": sorted(actor.scopes),
        "authority": {
            "id": row.authority_id,
            "slug": row.slug,
            "name": row.name,
            "time_zone": row.time_zone,
        },
        "directorate": directorate if row.directorate_id else None,
        "manager_id": row.manager_id,
    }


def authority_detail(connection: Connection | Session, actor: Actor, authority_id: UUID) -> dict[str, Any]:
    """The caller's authority. Raises `NotFound` for any other."""
    if authority_id != actor.authority_id:
        raise NotFound
    data = connection.execute(_authority, {"id": authority_id}).one()._asdict()
    data["custom_days"] = [{"date": day, "name": name} for day, name in sorted(data["custom_days"].items())]
    return data


def directorates_page(
    connection: Connection, actor: Actor, query: DirectorateQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the organisation chart, as `actor` may read it."""
    items, cursor = DIRECTORATES.page(connection, query, OF_AUTHORITY, {"authority_id": actor.authority_id})
    return [_without_names(actor, item) for item in items], cursor


def directorate_detail(connection: Connection, actor: Actor, directorate_id: UUID) -> dict[str, Any]:
    """One node with its counts. Raises `NotFound`."""
    parameters = {"id": directorate_id, "authority_id": actor.authority_id, "today": actor.today()}
    row = connection.execute(_directorate_detail, parameters).one_or_none()
    if row is None:
        raise NotFound
    return _without_names(actor, row._asdict())


def _without_names(actor: Actor, data: dict[str, Any]) -> dict[str, Any]:
    if not DIRECTORATE.allows(None, actor, "name_head"):
        data["head_id"] = data["head_name"] = None
    return data


def agents_page(
    connection: Connection, actor: Actor, query: AgentQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the agents whose record `actor` may read."""
    parameters = {"authority_id": actor.authority_id, "viewer_id": actor.agent_id, "today": actor.today()}
    items, cursor = _AGENTS.page(connection, query, _readable_by(actor), parameters)
    for item in items:
        del item["sort_name"]
    return items, cursor


def agent_detail(
    connection: Connection | Session, actor: Actor, agent_id: UUID, visible: Visible | None = None
) -> dict[str, Any]:
    """One agent's record, among those `visible` or those `actor` may read. Raises `NotFound`."""
    parameters = {"id": agent_id, "authority_id": actor.authority_id, "viewer_id": actor.agent_id}
    statement = _agent_details[(visible or _readable_by(actor)).name]
    row = connection.execute(statement, parameters).one_or_none()
    if row is None:
        raise NotFound
    return row._asdict()


def _readable_by(actor: Actor) -> Visible:
    return ALL if AGENT.allows(None, actor, "read_all") else MINE


def absences_page(
    connection: Connection, actor: Actor, agent_id: UUID, query: AbsenceQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of an agent's absences, as `actor` may read them. Raises `NotFound` or `Forbidden`."""
    with_kinds = _reads_kinds(connection, actor, agent_id)
    items, cursor = _ABSENCES.page(connection, query, _OF_AGENT, {"agent_id": agent_id})
    return [item if with_kinds else item | {"kind": None} for item in items], cursor


def absence_detail(connection: Connection | Session, actor: Actor, absence_id: UUID) -> dict[str, Any]:
    """One absence, as `actor` may read it. Raises `NotFound` or `Forbidden`."""
    row = connection.execute(_absence.where(col(Absence.id) == absence_id)).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    return data if _reads_kinds(connection, actor, row.agent_id) else data | {"kind": None}


def _reads_kinds(connection: Connection | Session, actor: Actor, agent_id: UUID) -> bool:
    """Whether `actor`, who reads the agent's absences, reads why too. Raises `NotFound` or `Forbidden`."""
    of_agent = select(col(Agent.id), col(Agent.manager_id)).where(
        col(Agent.id) == agent_id, col(Agent.authority_id) == actor.authority_id
    )
    agent = connection.execute(of_agent).one_or_none()
    if agent is None:
        raise NotFound
    AGENT.require(None, actor, "read_absences", agent)
    return AGENT.allows(None, actor, "read_absence_kinds", agent)
