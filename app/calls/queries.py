"""Named selects over calls and applications."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.calls.lifecycle import APPLICATIONS as APPLICATION_MOVES
from app.calls.lifecycle import CALLS as CALL_MOVES
from app.calls.lifecycle import ApplicationState, CallState
from app.calls.models import Application, Call, CallIrritant
from app.calls.policy import APPLICATION_ABILITIES, CALL_ABILITIES
from app.irritants.lifecycle import IrritantState
from app.irritants.models import Irritant
from app.kit.columns import table_of
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.sql import among
from app.people.delegations import is_viewer
from app.people.models import Agent, Directorate

_viewer: Any = bindparam("viewer_id", type_=table_of(Agent).c.id.type)

_call_summary: tuple[Any, ...] = (
    col(Call.id),
    col(Call.programme_id),
    col(Call.title),
    col(Call.state),
    col(Call.opens_on),
    col(Call.closes_on),
    select(func.count())
    .where(col(CallIrritant.call_id) == col(Call.id))
    .scalar_subquery()
    .label("irritants_count"),
    col(Call.created_at),
    col(Call.version),
)
_own_call = col(Call.authority_id) == bindparam("authority_id")
ALL_CALLS = Visible("all", _own_call)
OPENED_CALLS = Visible("opened", _own_call & col(Call.opened_at).is_not(None))

CALLS = Listing(
    select(*_call_summary),
    key=col(Call.id),
    sorts={"created_at": col(Call.created_at), "closes_on": col(Call.closes_on)},
    filters={
        "state": among(col(Call.state), "state"),
        "programme_id": among(col(Call.programme_id), "programme_id"),
    },
)

_call_detail = select(
    *_call_summary, col(Call.text), col(Call.reason), col(Call.opened_at), col(Call.updated_at)
).where(col(Call.id) == bindparam("id"))
_call_details = {visible.name: _call_detail.where(visible.clause) for visible in (ALL_CALLS, OPENED_CALLS)}

_irritants_of = (
    select(col(Irritant.id), col(Irritant.title), col(Irritant.state))
    .join(CallIrritant, col(CallIrritant.irritant_id) == col(Irritant.id))
    .where(col(CallIrritant.call_id) == bindparam("call_id"))
    .order_by(col(Irritant.title), col(Irritant.id))
)

_manager = aliased(Agent)
_application_summary: tuple[Any, ...] = (
    col(Application.id),
    col(Application.call_id),
    col(Call.title).label("call_title"),
    col(Application.irritant_id),
    col(Irritant.title).label("irritant_title"),
    col(Application.agent_id),
    (col(Agent.given_name) + " " + col(Agent.family_name)).label("agent_name"),
    col(Agent.directorate_id),
    col(Directorate.name).label("directorate_name"),
    col(Application.manager_id),
    col(Application.motivation),
    col(Application.state),
    col(Application.reason),
    col(Application.created_at),
    col(Application.updated_at),
    col(Application.version),
)
_own_application = col(Application.authority_id) == bindparam("authority_id")
ALL_APPLICATIONS = Visible("all", _own_application)
MINE_OR_MY_REPORTS = Visible(
    "mine or my reports'",
    _own_application
    & or_(
        col(Application.agent_id) == _viewer,
        is_viewer(col(Application.manager_id)),
        is_viewer(col(Agent.manager_id)),
    ),
)

_applications = (
    select(*_application_summary)
    .join(Call, col(Call.id) == col(Application.call_id))
    .join(Irritant, col(Irritant.id) == col(Application.irritant_id))
    .join(Agent, col(Agent.id) == col(Application.agent_id))
    .outerjoin(Directorate, col(Directorate.id) == col(Agent.directorate_id))
)

APPLICATIONS = Listing(
    _applications,
    key=col(Application.id),
    sorts={"created_at": col(Application.created_at)},
    filters={
        "call_id": among(col(Application.call_id), "call_id"),
        "irritant_id": among(col(Application.irritant_id), "irritant_id"),
        "state": among(col(Application.state), "state"),
        "agent_id": among(col(Application.agent_id), "agent_id"),
        "mine": (col(Application.agent_id) == _viewer) == bindparam("mine"),
    },
)
_application_details = {
    visible.name: _applications.where(visible.clause, col(Application.id) == bindparam("id"))
    for visible in (ALL_APPLICATIONS, MINE_OR_MY_REPORTS)
}

LIVE = (CallState.OPEN, CallState.SELECTING)
"""States in which a call holds its irritants."""


def calls_readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The calls that `actor` may know of, and the parameters of that clause."""
    sees_all = actor.has(Capacity.LAB, Capacity.SYSTEM) or "programme:read" in actor.scopes
    return ALL_CALLS if sees_all else OPENED_CALLS, {"authority_id": actor.authority_id}


def call_detail(connection: Connection | Session, actor: Actor, call_id: UUID) -> dict[str, Any]:
    """One call as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = calls_readable_by(actor)
    row = connection.execute(_call_details[visible.name], {**parameters, "id": call_id}).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    data["irritants"] = [
        irritant._asdict() for irritant in connection.execute(_irritants_of, {"call_id": call_id})
    ]
    data["accepts_applications"] = (
        data["state"] is CallState.OPEN and data["opens_on"] <= actor.today() <= data["closes_on"]
    )
    data["possible_moves"] = CALL_MOVES.possible(data["state"])
    data["abilities"] = CALL_ABILITIES.of(connection, actor, data)
    return data


def applications_readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The applications that `actor` may know of, and the parameters of that clause."""
    sees_all = actor.has(Capacity.LAB, Capacity.SYSTEM) or "programme:write" in actor.scopes
    parameters = {
        "authority_id": actor.authority_id,
        "viewer_id": actor.agent_id,
        "today": actor.today(),
    }
    return ALL_APPLICATIONS if sees_all else MINE_OR_MY_REPORTS, parameters


def application_detail(
    connection: Connection | Session, actor: Actor, application_id: UUID
) -> dict[str, Any]:
    """One application as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = applications_readable_by(actor)
    row = connection.execute(
        _application_details[visible.name], {**parameters, "id": application_id}
    ).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    data["possible_moves"] = APPLICATION_MOVES.possible(data["state"])
    data["abilities"] = APPLICATION_ABILITIES.of(connection, actor, data)
    return data


def hold(session: Session, actor: Actor, call_id: UUID) -> Call | None:
    """The call of this authority as it stands, which nobody else moves before this transaction ends."""
    return session.execute(
        select(Call)
        .where(col(Call.id) == call_id, col(Call.authority_id) == actor.authority_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def unanswered(session: Session, call_id: UUID) -> list[Application]:
    """The applications to a call that wait for an answer, held until this transaction ends."""
    statement = (
        select(Application)
        .where(col(Application.call_id) == call_id, col(Application.state) == ApplicationState.SUBMITTED)
        .order_by(col(Application.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.execute(statement).scalars())


def is_about(session: Session, call_id: UUID, irritant_id: UUID) -> bool:
    """Is this irritant one of the call's?"""
    statement = select(col(CallIrritant.id)).where(
        col(CallIrritant.call_id) == call_id, col(CallIrritant.irritant_id) == irritant_id
    )
    return session.execute(statement).first() is not None


def irritants_of(session: Session, call_id: UUID) -> list[Irritant]:
    """The irritants of a call, as they now stand, in a fixed order."""
    statement = (
        select(Irritant)
        .join(CallIrritant, col(CallIrritant.irritant_id) == col(Irritant.id))
        .where(col(CallIrritant.call_id) == call_id)
        .order_by(col(Irritant.id))
        .execution_options(populate_existing=True)
    )
    return list(session.execute(statement).scalars())


def irritants_held_by(session: Session, call_id: UUID) -> list[Irritant]:
    """The irritants still retained that no other live call is about: those that the end of this call frees."""
    others = (
        select(col(CallIrritant.irritant_id))
        .join(Call, col(Call.id) == col(CallIrritant.call_id))
        .where(col(CallIrritant.call_id) != call_id, col(Call.state).in_(LIVE))
    )
    statement = (
        select(Irritant)
        .join(CallIrritant, col(CallIrritant.irritant_id) == col(Irritant.id))
        .where(
            col(CallIrritant.call_id) == call_id,
            col(Irritant.state) == IrritantState.SELECTED,
            col(Irritant.id).not_in(others),
        )
        .order_by(col(Irritant.id))
        .execution_options(populate_existing=True)
    )
    return list(session.execute(statement).scalars())


def accepted_among(session: Session, call_id: UUID, irritant_id: UUID, agent_ids: list[UUID]) -> set[UUID]:
    """Those of `agent_ids` whose application to this irritant of this call is accepted, and stays so until this
    transaction ends: nobody withdraws while a team is made up."""
    statement = (
        select(col(Application.agent_id))
        .where(
            col(Application.call_id) == call_id,
            col(Application.irritant_id) == irritant_id,
            col(Application.agent_id).in_(agent_ids),
            col(Application.state) == ApplicationState.ACCEPTED,
        )
        .with_for_update(read=True)
    )
    return set(session.execute(statement).scalars())
