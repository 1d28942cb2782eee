"""Named selects over teams, their members and phases."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.irritants.models import Irritant
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.sql import among
from app.people.models import Agent, Directorate
from app.teams.belonging import AUTHORITY, VIEWER, parameters_of
from app.teams.lifecycle import PHASES, TEAMS, TeamState
from app.teams.models import Team, TeamMember, TeamPhase
from app.teams.policy import TEAM_ABILITIES

_coach = aliased(Agent)


def full_name(agent: Any) -> ColumnElement[str]:
    name: ColumnElement[str] = agent.given_name + " " + agent.family_name
    return name


def _is_member(agent: Any) -> ColumnElement[bool]:
    return (
        exists(1)
        .where(
            col(TeamMember.team_id) == col(Team.id),
            col(TeamMember.agent_id) == agent,
            col(TeamMember.left_on).is_(None),
        )
        .correlate(Team)
    )


IS_OF_TEAM = or_(_is_member(VIEWER), col(Team.coach_id) == VIEWER, col(Team.sponsor_id) == VIEWER)

_summary: tuple[Any, ...] = (
    col(Team.id),
    col(Team.name),
    col(Team.irritant_id),
    col(Irritant.title).label("irritant_title"),
    col(Team.call_id),
    col(Team.client_directorate_id),
    col(Directorate.name).label("client_directorate_name"),
    col(Team.coach_id),
    full_name(_coach).label("coach_name"),
    col(Team.sponsor_id),
    col(Team.state),
    col(Team.phase),
    select(func.count())
    .where(col(TeamMember.team_id) == col(Team.id), col(TeamMember.left_on).is_(None))
    .scalar_subquery()
    .label("members_count"),
    col(Team.created_at),
    col(Team.version),
)
_own = col(Team.authority_id) == AUTHORITY
ALL = Visible("all", _own)
SPONSORED = Visible("sponsored", _own & (col(Team.sponsor_id) == VIEWER))


def _joined(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Team)
        .join(Irritant, col(Irritant.id) == col(Team.irritant_id))
        .join(Directorate, col(Directorate.id) == col(Team.client_directorate_id))
        .join(_coach, col(_coach.id) == col(Team.coach_id))
    )


TEAM_LIST = Listing(
    _joined(*_summary),
    key=col(Team.id),
    sorts={"created_at": col(Team.created_at)},
    filters={
        "state": among(col(Team.state), "state"),
        "phase": among(col(Team.phase), "phase"),
        "irritant_id": among(col(Team.irritant_id), "irritant_id"),
        "call_id": among(col(Team.call_id), "call_id"),
        "client_directorate_id": among(col(Team.client_directorate_id), "client_directorate_id"),
        "coach_id": among(col(Team.coach_id), "coach_id"),
        "mine": func.coalesce(IS_OF_TEAM, false()) == bindparam("mine"),
    },
)
_detail = _joined(*_summary, col(Team.updated_at)).where(col(Team.id) == bindparam("id"))
_details = {visible.name: _detail.where(visible.clause) for visible in (ALL, SPONSORED)}

_members: Select[*tuple[Any, ...]] = (
    select(
        col(TeamMember.agent_id),
        full_name(Agent).label("name"),
        col(Agent.directorate_id),
        col(Directorate.name).label("directorate_name"),
        col(TeamMember.joined_on),
    )
    .join(Agent, col(Agent.id) == col(TeamMember.agent_id))
    .outerjoin(Directorate, col(Directorate.id) == col(Agent.directorate_id))
    .where(col(TeamMember.team_id) == bindparam("team_id"), col(TeamMember.left_on).is_(None))
    .order_by(col(TeamMember.joined_on), col(TeamMember.id))
)
_member = _members.where(col(TeamMember.agent_id) == bindparam("agent_id"))

PHASE_LIST = Listing(
    select(
        col(TeamPhase.id),
        col(TeamPhase.phase),
        col(TeamPhase.started_on),
        col(TeamPhase.ended_on),
        col(TeamPhase.learned),
    ),
    key=col(TeamPhase.id),
    sorts={"started_on": col(TeamPhase.started_on)},
)
OF_TEAM = Visible("of team", col(TeamPhase.team_id) == bindparam("team_id"))


def readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The teams that `actor` may know of: all for agents, those they sponsor for elected members."""
    sees_all = (
        actor.has(Capacity.AGENT, Capacity.LAB, Capacity.HR, Capacity.SYSTEM)
        or "programme:read" in actor.scopes
    )
    return ALL if sees_all else SPONSORED, parameters_of(actor)


def detail(connection: Connection | Session, actor: Actor, team_id: UUID) -> dict[str, Any]:
    """One team as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = readable_by(actor)
    row = connection.execute(_details[visible.name], {**parameters, "id": team_id}).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    data["members"] = [member._asdict() for member in connection.execute(_members, {"team_id": team_id})]
    data["possible_moves"] = TEAMS.possible(data["state"])
    data["possible_phases"] = PHASES.possible(data["phase"])
    data["abilities"] = TEAM_ABILITIES.of(connection, actor, data)
    return data


def is_readable(connection: Connection, actor: Actor, team_id: UUID) -> bool:
    """May `actor` know of this team?"""
    visible, parameters = readable_by(actor)
    statement = select(col(Team.id)).where(visible.clause, col(Team.id) == bindparam("id"))
    return connection.execute(statement, {**parameters, "id": team_id}).one_or_none() is not None


def member_detail(session: Session, team_id: UUID, agent_id: UUID) -> dict[str, Any]:
    """One present member as the API shows them."""
    return session.execute(_member, {"team_id": team_id, "agent_id": agent_id}).one()._asdict()


def hold(session: Session, team: Team) -> None:
    """Read the team as it stands; nobody else moves it before this transaction ends."""
    session.refresh(team, with_for_update=True)


def membership(session: Session, team_id: UUID, agent_id: UUID) -> TeamMember | None:
    """The membership of an agent, present or ended."""
    statement = select(TeamMember).where(
        col(TeamMember.team_id) == team_id, col(TeamMember.agent_id) == agent_id
    )
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def members_of(session: Session, team_id: UUID, on_day: date | None = None) -> list[Agent]:
    """The agents who are members today, or were on `on_day`, in the order they joined."""
    still: ColumnElement[bool] = col(TeamMember.left_on).is_(None)
    if on_day is not None:
        still = (col(TeamMember.joined_on) <= on_day) & or_(still, col(TeamMember.left_on) > on_day)
    statement = (
        select(Agent)
        .join(TeamMember, col(TeamMember.agent_id) == col(Agent.id))
        .where(col(TeamMember.team_id) == team_id, still)
        .order_by(col(TeamMember.joined_on), col(TeamMember.id))
    )
    return list(session.execute(statement).scalars())


def active_on(session: Session, irritant_id: UUID) -> Team | None:
    """The team at work on this irritant, if there is one."""
    statement = select(Team).where(
        col(Team.irritant_id) == irritant_id, col(Team.state) != TeamState.CONCLUDED
    )
    return session.execute(statement).scalar_one_or_none()


def joined_through(session: Session, call_id: UUID, irritant_id: UUID, agent_id: UUID) -> Team | None:
    """The last team of this call around this irritant that the agent is a member of."""
    statement = (
        select(Team)
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id))
        .where(
            col(Team.call_id) == call_id,
            col(Team.irritant_id) == irritant_id,
            col(TeamMember.agent_id) == agent_id,
            col(TeamMember.left_on).is_(None),
        )
        .order_by(col(Team.id).desc())
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none()


def present_phase(session: Session, team_id: UUID) -> TeamPhase:
    """The phase that a team is in."""
    statement = select(TeamPhase).where(col(TeamPhase.team_id) == team_id, col(TeamPhase.ended_on).is_(None))
    phase: TeamPhase = session.execute(statement.execution_options(populate_existing=True)).scalar_one()
    return phase
