"""Named selects over delegations of signature and interims."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    literal_column,
    or_,
    select,
)
from sqlmodel import Session, col

from app.access.abilities import Abilities
from app.access.actor import Actor
from app.access.policy import Policy
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.sql import among
from app.people.delegation_models import Interim, Power, PowerState, SigningDelegation
from app.people.delegation_policy import DELEGATION, DELEGATION_ABILITIES, INTERIM, INTERIM_ABILITIES
from app.people.delegations import DELEGATION_RUNS, HOLDER, INTERIM_RUNS, PRINCIPAL, TODAY, VIEWER
from app.people.models import Directorate

AUTHORITY: Any = bindparam("authority_id", type_=Uuid())


def _common(model: type[Power], runs: ColumnElement[bool]) -> list[Any]:
    to_come = and_(col(model.starts_on) > TODAY, col(model.last_day) >= col(model.starts_on))
    state = case(
        (runs, _word(PowerState.IN_FORCE)),
        (to_come, _word(PowerState.PLANNED)),
        else_=_word(PowerState.ENDED),
    )
    return [
        col(model.id),
        col(model.holder_id),
        (HOLDER.given_name + " " + HOLDER.family_name).label("holder_name"),
        col(model.act_reference),
        col(model.starts_on),
        col(model.last_day),
        state.label("state"),
        col(model.end_cause),
        col(model.end_reason),
        col(model.ended_at),
        col(model.created_at),
        col(model.updated_at),
        col(model.version),
    ]


def _word(state: PowerState) -> ColumnElement[str]:
    return literal_column(f"'{state.value}'", String)


_delegations = (
    select(
        *_common(SigningDelegation, DELEGATION_RUNS),
        col(SigningDelegation.giver_id),
        (PRINCIPAL.given_name + " " + PRINCIPAL.family_name).label("giver_name"),
        col(SigningDelegation.holder_function),
        col(SigningDelegation.field),
        col(SigningDelegation.directorate_id),
        col(Directorate.name).label("directorate_name"),
        col(SigningDelegation.field_text),
        col(SigningDelegation.published_on),
        col(SigningDelegation.notified_on),
        col(SigningDelegation.transmitted_on),
        col(SigningDelegation.ends_on),
        col(SigningDelegation.term_ends_on),
    )
    .join(HOLDER, HOLDER.id == col(SigningDelegation.holder_id))
    .join(PRINCIPAL, PRINCIPAL.id == col(SigningDelegation.giver_id))
    .outerjoin(Directorate, col(Directorate.id) == col(SigningDelegation.directorate_id))
)
_interims = (
    select(
        *_common(Interim, INTERIM_RUNS),
        col(Interim.absent_id),
        (PRINCIPAL.given_name + " " + PRINCIPAL.family_name).label("absent_name"),
        col(Interim.ends_on),
    )
    .join(HOLDER, HOLDER.id == col(Interim.holder_id))
    .join(PRINCIPAL, PRINCIPAL.id == col(Interim.absent_id))
)

DELEGATIONS = Listing(
    _delegations,
    key=col(SigningDelegation.id),
    sorts={"starts_on": col(SigningDelegation.starts_on)},
    filters={
        "holder_id": among(col(SigningDelegation.holder_id), "holder_id"),
        "giver_id": among(col(SigningDelegation.giver_id), "giver_id"),
        "directorate_id": among(col(SigningDelegation.directorate_id), "directorate_id"),
        "in_force": bindparam("in_force") == DELEGATION_RUNS,
    },
)
INTERIMS = Listing(
    _interims,
    key=col(Interim.id),
    sorts={"starts_on": col(Interim.starts_on)},
    filters={
        "holder_id": among(col(Interim.holder_id), "holder_id"),
        "absent_id": among(col(Interim.absent_id), "absent_id"),
        "in_force": bindparam("in_force") == INTERIM_RUNS,
    },
)


def _visible(model: type[Power], principal: Any) -> tuple[Visible, Visible]:
    """All of the authority's, and those that name the viewer."""
    own = col(model.authority_id) == AUTHORITY
    named = or_(col(model.holder_id) == VIEWER, principal == VIEWER)
    return Visible("all", own), Visible("named", own & named)


_OF_DELEGATIONS = _visible(SigningDelegation, col(SigningDelegation.giver_id))
_OF_INTERIMS = _visible(Interim, col(Interim.absent_id))
_delegation = {
    each.name: _delegations.where(each.clause, col(SigningDelegation.id) == bindparam("id", type_=Uuid()))
    for each in _OF_DELEGATIONS
}
_interim = {
    each.name: _interims.where(each.clause, col(Interim.id) == bindparam("id", type_=Uuid()))
    for each in _OF_INTERIMS
}


def delegations_readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The delegations that `actor` may know of, and the parameters of that clause."""
    return _readable(DELEGATION, actor, _OF_DELEGATIONS)


def interims_readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The interims that `actor` may know of, and the parameters of that clause."""
    return _readable(INTERIM, actor, _OF_INTERIMS)


def delegation_detail(connection: Connection | Session, actor: Actor, delegation_id: UUID) -> dict[str, Any]:
    """One delegation as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = delegations_readable_by(actor)
    return _detail(
        connection, actor, _delegation[visible.name], parameters, delegation_id, DELEGATION_ABILITIES
    )


def interim_detail(connection: Connection | Session, actor: Actor, interim_id: UUID) -> dict[str, Any]:
    """One interim as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = interims_readable_by(actor)
    return _detail(connection, actor, _interim[visible.name], parameters, interim_id, INTERIM_ABILITIES)


def _readable(policy: Policy, actor: Actor, of: tuple[Visible, Visible]) -> tuple[Visible, dict[str, Any]]:
    everything, named = of
    parameters = {
        "authority_id": actor.authority_id,
        "viewer_id": actor.agent_id,
        "today": actor.today(),
    }
    return everything if policy.allows(None, actor, "read_all") else named, parameters


def _detail(
    connection: Connection | Session,
    actor: Actor,
    statement: Any,
    parameters: dict[str, Any],
    power_id: UUID,
    abilities: Abilities,
) -> dict[str, Any]:
    row = connection.execute(statement, {**parameters, "id": power_id}).one_or_none()
    if row is None:
        raise NotFound
    data: dict[str, Any] = row._asdict()
    data["abilities"] = abilities.of(connection, actor, data)
    return data
