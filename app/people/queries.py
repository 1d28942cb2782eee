"""Named selects over authorities, directorates, agents and absences."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Connection, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.small_groups import shown
from app.kit.columns import table_of
from app.kit.i18n import SOURCE_LANGUAGE
from app.kit.listing import Listing, Visible, since, until
from app.kit.problems import NotFound
from app.kit.search import beginnings
from app.kit.sql import among
from app.people import policy
from app.people.delegations import power_of
from app.people.models import Absence, Agent, Authority, CapacityGrant, Directorate
from app.people.schemas import AbsenceQuery, AgentQuery, DirectorateQuery
from app.people.wording import told_of_alerts

Head: Any = aliased(Agent)
Above: Any = aliased(Directorate)
_gone: Any = aliased(Agent)

WITHOUT_MANAGER = or_(
    col(Agent.manager_id).is_(None),
    col(Agent.manager_id).in_(select(_gone.id).where(_gone.left_on.is_not(None))),
)
"""Agents with no manager, or whose manager leaves or has left: the head of their directorate stands in."""
_today: Any = bindparam("today", type_=table_of(Agent).c.left_on.type)
_viewer: Any = bindparam("viewer_id", type_=table_of(Agent).c.id.type)
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
    col(Authority.alert_channel),
    col(Authority.created_at),
    col(Authority.updated_at),
    col(Authority.version),
).where(col(Authority.id) == bindparam("id"))

# To whoever reads no names there is no head, neither to see nor to search by.
_named: Any = bindparam("named", type_=Boolean())
_head_id: Any = case((_named, col(Directorate.head_id)))

_trusted: Select[*tuple[Any, ...]] = (
    select(
        col(Agent.id).label("agent_id"), (col(Agent.given_name) + " " + col(Agent.family_name)).label("name")
    )
    .join(CapacityGrant, col(CapacityGrant.agent_id) == col(Agent.id))
    .where(
        col(CapacityGrant.authority_id) == bindparam("id"),
        col(CapacityGrant.capacity) == Capacity.TRUSTED,
        _in_post,
    )
    .order_by(col(Agent.sort_name), col(Agent.id))
    .limit(100)
)

_directorate: tuple[Any, ...] = (
    col(Directorate.id),
    col(Directorate.code),
    col(Directorate.name),
    col(Directorate.parent_id),
    _head_id.label("head_id"),
    case((_named, Head.given_name + " " + Head.family_name)).label("head_name"),
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
        "head_id": among(_head_id, "head_id"),
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
    """Who `actor` is, in one statement, and the powers that a person holds today, in another.

    Raises `NotFound` for one who belongs to no authority.
    """
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
        "powers": _powers(connection, actor),
    }


def _powers(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    if actor.agent_id is None:
        return []
    powers = [asdict(power) for power in power_of(connection, actor.agent_id, actor.today())]
    return [
        {name: value for name, value in power.items() if not name.startswith("holder_")} for power in powers
    ]


def authority_detail(
    connection: Connection | Session, actor: Actor, authority_id: UUID, language: str = SOURCE_LANGUAGE
) -> dict[str, Any]:
    """The caller's authority. Raises `NotFound` for any other."""
    if authority_id != actor.authority_id:
        raise NotFound
    data = connection.execute(_authority, {"id": authority_id}).one()._asdict()
    data["custom_days"] = [{"date": day, "name": name} for day, name in sorted(data["custom_days"].items())]
    data["abilities"] = policy.AUTHORITY_ABILITIES.of(connection, actor, data)
    data["alert_channel"] = told_of_alerts(data["alert_channel"], language)
    trusted = connection.execute(_trusted, {"id": authority_id, "today": actor.today()})
    named = _reads_names(actor)
    data["trusted_persons"] = [row._asdict() if named else {**row._asdict(), "name": None} for row in trusted]
    return data


def alert_channel(connection: Connection | Session, authority_id: UUID, language: str) -> dict[str, Any]:
    """Where real alerts go in an authority, and by which law, to be shown wherever somebody reports."""
    statement = select(col(Authority.alert_channel)).where(col(Authority.id) == authority_id)
    return told_of_alerts(connection.execute(statement).scalar_one(), language)


def directorates_page(
    connection: Connection, actor: Actor, query: DirectorateQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the organisation chart, as `actor` may read it."""
    parameters = {"authority_id": actor.authority_id, "named": _reads_names(actor)}
    return DIRECTORATES.page(connection, query, OF_AUTHORITY, parameters)


def directorate_detail(connection: Connection, actor: Actor, directorate_id: UUID) -> dict[str, Any]:
    """One node with its counts. Raises `NotFound`."""
    parameters = {"id": directorate_id, "authority_id": actor.authority_id, "named": _reads_names(actor)}
    row = connection.execute(_directorate_detail, {**parameters, "today": actor.today()}).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    data["abilities"] = policy.DIRECTORATE_ABILITIES.of(connection, actor, data)
    if not policy.DIRECTORATE.allows(None, actor, "count"):
        data["agents"], data["agents_in_all"] = shown(data["agents"]), shown(data["agents_in_all"])
    return data


def _reads_names(actor: Actor) -> bool:
    return policy.DIRECTORATE.allows(None, actor, "name_head")


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
    data = row._asdict()
    data["abilities"] = policy.AGENT_ABILITIES.of(connection, actor, data)
    return data


def _readable_by(actor: Actor) -> Visible:
    return ALL if policy.AGENT.allows(None, actor, "read_all") else MINE


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
    policy.AGENT.require(None, actor, "read_absences", agent)
    return policy.AGENT.allows(None, actor, "read_absence_kinds", agent)
