"""Who a mandate names: the members of its team, and the managers who free their half-days."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Integer, Row, Select, Uuid, bindparam, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.kit.sql import among
from app.people.models import Agent, Directorate
from app.teams.models import TeamMember

NBSP: Final = "\N{NO-BREAK SPACE}"
TO_BE_FOUND: Final = "une personne à désigner"
HIGHEST: Final = 50
"""How far up a tree of directorates a head is looked for."""

Reader = Connection | Session

MEMBER = aliased(Agent)
_manager = aliased(Agent)
_head = aliased(Agent)

PEOPLE: Select[*tuple[Any, ...]] = (
    select(
        col(MEMBER.id),
        col(MEMBER.given_name),
        col(MEMBER.family_name),
        col(Directorate.name).label("directorate"),
        col(_manager.id).label("manager_id"),
        (col(_manager.given_name) + " " + col(_manager.family_name)).label("manager"),
        col(_manager.left_on).label("manager_left_on"),
    )
    .select_from(MEMBER)
    .outerjoin(Directorate, col(Directorate.id) == col(MEMBER.directorate_id))
    .outerjoin(_manager, col(_manager.id) == col(MEMBER.manager_id))
)
"""Agents as `said` takes them."""

_members = (
    PEOPLE.join(TeamMember, col(MEMBER.id) == col(TeamMember.agent_id))
    .where(
        col(TeamMember.team_id) == bindparam("team_id", type_=Uuid()),
        col(TeamMember.left_on).is_(None),
    )
    .order_by(col(TeamMember.joined_on), col(TeamMember.id))
)
_tree = (
    select(
        col(Agent.id).label("agent_id"),
        col(Agent.directorate_id).label("directorate_id"),
        literal(0).label("height"),
    )
    .where(among(col(Agent.id), "agent_ids"))
    .cte("tree", recursive=True)
)
_above = _tree.union_all(
    select(_tree.c.agent_id, col(Directorate.parent_id), _tree.c.height + 1)
    .join(Directorate, col(Directorate.id) == _tree.c.directorate_id)
    .where(_tree.c.height < bindparam("highest", type_=Integer()), col(Directorate.parent_id).is_not(None))
)
_heads: Select[*tuple[Any, ...]] = (
    select(
        _above.c.agent_id,
        col(_head.id).label("head_id"),
        (col(_head.given_name) + " " + col(_head.family_name)).label("head"),
        col(_head.left_on),
    )
    .join(Directorate, col(Directorate.id) == _above.c.directorate_id)
    .join(_head, col(_head.id) == col(Directorate.head_id))
    .order_by(_above.c.height)
)


def members(connection: Reader, team_id: UUID) -> Sequence[Row[Any]]:
    """The present members of a team."""
    return connection.execute(_members, {"team_id": team_id}).all()


def said(connection: Reader, team: Sequence[Row[Any]], today: date) -> dict[str, str]:
    """These `members` with their directorates, and the `managers` who free their half-days.

    A manager is found by the rule of `service.parties.releasing_manager`.
    """
    names = (
        f"{row.given_name} {row.family_name}" + (f" ({row.directorate})" if row.directorate else "")
        for row in team
    )
    return {
        "members": f"{NBSP}; ".join(names),
        "managers": _managers(connection, team, today) if team else TO_BE_FOUND,
    }


def _managers(connection: Reader, team: Sequence[Row[Any]], today: date) -> str:
    present = {row.id: (row.manager_id, row.manager) for row in team if _has_manager(row, today)}
    if len(present) < len(team):
        lone = [row.id for row in team if row.id not in present]
        heads = connection.execute(_heads, {"agent_ids": lone, "highest": HIGHEST})
        for row in heads:
            if row.head_id != row.agent_id and not _has_left(row.left_on, today):
                present.setdefault(row.agent_id, (row.head_id, row.head))
    freed: dict[tuple[UUID | None, str], list[str]] = {}
    for member in team:
        manager = present.get(member.id, (None, TO_BE_FOUND))
        freed.setdefault(manager, []).append(f"{member.given_name} {member.family_name}")
    return f"{NBSP}; ".join(f"{name} (pour {listed(who)})" for (_id, name), who in freed.items())


def _has_manager(member: Row[Any], today: date) -> bool:
    return member.manager_id not in {None, member.id} and not _has_left(member.manager_left_on, today)


def _has_left(left_on: date | None, today: date) -> bool:
    return left_on is not None and left_on < today


def listed(names: Sequence[str]) -> str:
    """`a, b et c`."""
    return " et ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
