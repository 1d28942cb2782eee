"""Named selects over agreements."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Uuid, and_, bindparam, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.agreements.lifecycle import LIFECYCLE, AgreementState
from app.agreements.models import Agreement
from app.agreements.policy import ABILITIES, ANSWERS, GIVEN_BY_SPONSOR
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.sql import among, one_of
from app.mandates.lifecycle import IN_FORCE
from app.mandates.models import Mandate, MandateClause
from app.mandates.policy import IS_COACH, IS_HEAD, IS_MEMBER, binds
from app.people.delegation_models import SigningDelegation
from app.people.models import Agent
from app.teams.models import Team

_asker = aliased(Agent)
_answerer = aliased(Agent)

AWAITS_ANSWER: ColumnElement[bool] = and_(
    one_of(col(Agreement.state), (AgreementState.REQUESTED,)), one_of(col(Mandate.state), IN_FORCE), ANSWERS
)
"""The viewer's answer is awaited now."""


def _name(agent: Any) -> Any:
    return col(agent.given_name) + " " + col(agent.family_name)


_summary: tuple[Any, ...] = (
    col(Agreement.id),
    col(Agreement.mandate_id),
    col(Mandate.team_id),
    col(Team.name).label("team_name"),
    col(Agreement.clause_key),
    col(Agreement.matter),
    col(Agreement.state),
    col(Agreement.requested_by_id),
    _name(_asker).label("requested_by_name"),
    col(Agreement.reason),
    col(Agreement.answered_by_id),
    _name(_answerer).label("answered_by_name"),
    col(Agreement.answered_at),
    col(Agreement.on_behalf_of_id),
    col(Agreement.act_reference),
    col(Agreement.act_last_day),
    AWAITS_ANSWER.label("to_answer"),
    col(Agreement.created_at),
    col(Agreement.updated_at),
    col(Agreement.version),
)


def _joined(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Agreement)
        .join(Mandate, col(Mandate.id) == col(Agreement.mandate_id))
        .join(Team, col(Team.id) == col(Mandate.team_id))
        .outerjoin(_asker, col(_asker.id) == col(Agreement.requested_by_id))
        .outerjoin(_answerer, col(_answerer.id) == col(Agreement.answered_by_id))
    )


_own = col(Agreement.authority_id) == bindparam("authority_id", type_=Uuid())
ALL = Visible("all", _own)
CONCERNED = Visible("concerned", _own & or_(IS_MEMBER, IS_COACH, IS_HEAD, ANSWERS))
ELECTED = Visible("elected", _own & ANSWERS)

AGREEMENTS = Listing(
    _joined(*_summary),
    key=col(Agreement.id),
    sorts={"created_at": col(Agreement.created_at)},
    filters={
        "mandate_id": among(col(Agreement.mandate_id), "mandate_id"),
        "state": among(col(Agreement.state), "state"),
        "to_answer": bindparam("to_answer") == AWAITS_ANSWER,
    },
)

_detail = (
    _joined(
        *_summary,
        col(MandateClause.title).label("clause_title"),
        col(MandateClause.text).label("clause_text"),
        col(Mandate.state).label("mandate_state"),
    )
    .outerjoin(
        MandateClause,
        and_(
            col(MandateClause.mandate_id) == col(Agreement.mandate_id),
            col(MandateClause.key) == col(Agreement.clause_key),
        ),
    )
    .where(col(Agreement.id) == bindparam("id", type_=Uuid()))
)
_details = {visible.name: _detail.where(visible.clause) for visible in (ALL, CONCERNED, ELECTED)}


_answerers = (
    select(col(SigningDelegation.holder_id))
    .join(Mandate, col(Mandate.id) == bindparam("mandate_id", type_=Uuid()))
    .where(GIVEN_BY_SPONSOR)
)


def answerers(session: Session, mandate_id: UUID, today: date) -> list[UUID]:
    """Those who may answer today in the name of the sponsor of a mandate."""
    found = session.execute(_answerers, {"mandate_id": mandate_id, "today": today})
    return sorted(set(found.scalars()))


def readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The agreements that `actor` may know of, and the parameters of that clause."""
    parameters = {"authority_id": actor.authority_id, **binds(actor)}
    if actor.has(Capacity.LAB, Capacity.SYSTEM) or "programme:read" in actor.scopes:
        return ALL, parameters
    return ELECTED if actor.has(Capacity.ELECTED) else CONCERNED, parameters


def detail(connection: Connection | Session, actor: Actor, agreement_id: UUID) -> dict[str, Any]:
    """One agreement as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = readable_by(actor)
    row = connection.execute(_details[visible.name], {**parameters, "id": agreement_id}).one_or_none()
    if row is None:
        raise NotFound
    data: dict[str, Any] = row._asdict()
    data["possible_moves"] = LIFECYCLE.possible(row.state)
    data["abilities"] = ABILITIES.of(connection, actor, data)
    del data["mandate_state"]
    return data
