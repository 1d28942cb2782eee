"""How a mandate would read once amended. One rule for the pages, which only read, and for the text that is signed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, or_, select
from sqlmodel import col

from app.amendments.terms import Terms
from app.kit.calendar import Half, Weekday
from app.mandates import wording
from app.mandates.lifecycle import ClauseKind, PartyCapacity
from app.mandates.models import MandateDocument
from app.mandates.people_named import MEMBER, PEOPLE, Reader
from app.mandates.wording import Instead
from app.people.models import Agent
from app.teams.models import TeamMember


def amended(connection: Reader, mandate: Mapping[str, Any], terms: Terms) -> tuple[dict[str, Any], Instead]:
    """The columns of the mandate under these terms, and what stands beside them. `mandate` holds the present ones."""
    columns = {**mandate, **terms.columns()}
    members = _members(connection, mandate["team_id"], terms)
    names = {row.id: f"{row.given_name} {row.family_name}" for row in members}
    if terms.slots is None:
        weekly = wording.slots(connection, mandate["id"])
    else:
        weekly = [
            {
                "agent_id": slot.agent_id,
                "agent_name": names.get(slot.agent_id, ""),
                "weekday": Weekday(slot.weekday),
                "half": Half(slot.half),
                "relief": slot.relief,
            }
            for slot in terms.slots
        ]
    clauses = (
        wording.clauses(connection, mandate["id"])
        if terms.clauses is None
        else [_clause(clause) for clause in terms.clauses]
    )
    half_days = wording.in_order(slot for slot in weekly if slot["agent_id"] in names)
    return columns, Instead(_name(connection, columns["sponsor_id"]), members, half_days, clauses)


def document_of(connection: Reader, mandate_id: UUID, submission: int) -> dict[str, Any]:
    """The text of a submission, as it was frozen."""
    statement = select(col(MandateDocument.text)).where(
        col(MandateDocument.mandate_id) == mandate_id, col(MandateDocument.submission) == submission
    )
    document: dict[str, Any] = msgspec.json.decode(connection.execute(statement).scalar_one())
    return document


def _clause(plain: Mapping[str, Any]) -> dict[str, Any]:
    deadline = plain.get("deadline")
    if deadline is not None:
        deadline = {**deadline, "owner": PartyCapacity(deadline["owner"])}
    return {**plain, "kind": ClauseKind(plain["kind"]), "deadline": deadline}


def _name(connection: Reader, agent_id: UUID) -> str:
    row = connection.execute(
        select(col(Agent.given_name), col(Agent.family_name)).where(col(Agent.id) == agent_id)
    ).one()
    return f"{row.given_name} {row.family_name}"


def _members(connection: Reader, team_id: UUID, terms: Terms) -> Sequence[Any]:
    """The members that the team would have, those who join last."""
    present = and_(
        col(TeamMember.agent_id) == col(MEMBER.id),
        col(TeamMember.team_id) == team_id,
        col(TeamMember.left_on).is_(None),
    )
    statement = (
        PEOPLE.outerjoin(TeamMember, present)
        .where(
            or_(col(TeamMember.id).is_not(None), col(MEMBER.id).in_(terms.joining)),
            col(MEMBER.id).not_in(terms.leaving),
        )
        .order_by(col(TeamMember.id).is_(None), col(TeamMember.joined_on), col(TeamMember.id), col(MEMBER.id))
    )
    return connection.execute(statement).all()
