"""Who stands for whom on a day: clauses for the policies of every room, and the powers that a person holds.

The clauses are bound by `:viewer_id` and `:today`, the present day where the authority is. They read the facts as they
are now, so that a power lapses with the day, the term or the function, whether or not somebody has noted it yet.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    RowMapping,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.people.delegation_models import (
    DelegationField,
    HolderFunction,
    Interim,
    PowerKind,
    SigningDelegation,
)
from app.people.models import Agent, Directorate, Position

VIEWER: Any = bindparam("viewer_id", type_=Uuid())
TODAY: Any = bindparam("today", type_=Date())

_person: Any = aliased(Agent)
_headed: Any = aliased(Directorate)
_above: Any = aliased(Directorate)


def _in_post(column: Any, power: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The person that `column` names is in post, and meets these conditions."""
    gone = and_(_person.left_on.is_not(None), _person.left_on < TODAY)
    return exists(1).where(_person.id == column, ~gone, *conditions).correlate(power)


_is_active = _person.position == literal_column(f"'{Position.ACTIVE.value}'")
HOLDS_FUNCTION: ColumnElement[bool] = and_(
    _in_post(
        col(SigningDelegation.holder_id),
        SigningDelegation,
        _is_active,
        _person.directorate_id == col(SigningDelegation.holder_directorate_id),
    ),
    or_(
        col(SigningDelegation.holder_function) != literal_column(f"'{HolderFunction.HEAD_OF_SERVICE.value}'"),
        exists(1).where(_headed.head_id == col(SigningDelegation.holder_id)).correlate(SigningDelegation),
    ),
)
"""The holder of the delegation still has the function for which it was given."""

GIVER_IN_POST = _in_post(col(SigningDelegation.giver_id), SigningDelegation)
HOLDER_ACTIVE = _in_post(col(Interim.holder_id), Interim, _is_active)
ABSENT_IN_POST = _in_post(col(Interim.absent_id), Interim)

DELEGATION_RUNS: ColumnElement[bool] = and_(
    col(SigningDelegation.starts_on) <= TODAY,
    col(SigningDelegation.last_day) >= TODAY,
    HOLDS_FUNCTION,
    GIVER_IN_POST,
)
INTERIM_RUNS: ColumnElement[bool] = and_(
    col(Interim.starts_on) <= TODAY, col(Interim.last_day) >= TODAY, HOLDER_ACTIVE, ABSENT_IN_POST
)

REPLACED = (
    select(col(Interim.absent_id)).where(col(Interim.holder_id) == VIEWER, INTERIM_RUNS).correlate(None)
)
"""Those for whom the viewer acts today, by interim."""


def is_viewer(column: Any) -> ColumnElement[bool]:
    """The head or manager that `column` names is the viewer, or is replaced by the viewer today."""
    return or_(column == VIEWER, column.in_(REPLACED))


def covers(directorate_id: Any) -> ColumnElement[bool]:
    """The field of the delegation holds a mandate whose client directorate `directorate_id` names.

    The services of a directorate are in its field, and not the directorates below it: a field is read strictly.
    """
    return or_(
        col(SigningDelegation.field) == literal_column(f"'{DelegationField.MANDATES.value}'"),
        col(SigningDelegation.directorate_id) == directorate_id,
        exists(1)
        .where(
            _above.id == col(SigningDelegation.directorate_id),
            _headed.parent_id == _above.id,
            _headed.code.like(_above.code + "/%"),
            _headed.id == directorate_id,
        )
        .correlate_except(_headed, _above),
    )


@dataclass(frozen=True, slots=True)
class HeldPower:
    """A power as it stands on a day: `holder_id` stands for `for_id`, by this act. `last_day` is included.

    `field` and `directorate_id` are those of a delegation; an interim has the functions of the absent person.
    """

    kind: PowerKind
    id: UUID
    holder_id: UUID
    holder_name: str
    for_id: UUID
    for_name: str
    act_reference: str
    starts_on: date
    last_day: date
    field: DelegationField | None
    directorate_id: UUID | None

    @classmethod
    def of(cls, row: RowMapping) -> "HeldPower":
        """From a row that has the columns of `delegation_columns` or `interim_columns`, maybe among others."""
        field = row["field"] and DelegationField(row["field"])
        names = cls.__slots__
        return cls(**{**{name: row[name] for name in names}, "kind": PowerKind(row["kind"]), "field": field})


HOLDER: Any = aliased(Agent)
PRINCIPAL: Any = aliased(Agent)


def _name(agent: Any) -> Any:
    return agent.given_name + " " + agent.family_name


def delegation_columns() -> list[Any]:
    """The columns of a `HeldPower`, of a statement over delegations joined with `HOLDER` and `PRINCIPAL`."""
    return [
        literal_column(f"'{PowerKind.DELEGATION.value}'", String).label("kind"),
        col(SigningDelegation.id),
        col(SigningDelegation.holder_id),
        _name(HOLDER).label("holder_name"),
        col(SigningDelegation.giver_id).label("for_id"),
        _name(PRINCIPAL).label("for_name"),
        col(SigningDelegation.act_reference),
        col(SigningDelegation.starts_on),
        col(SigningDelegation.last_day),
        cast(col(SigningDelegation.field), String).label("field"),
        col(SigningDelegation.directorate_id),
    ]


def interim_columns() -> list[Any]:
    """The same over interims."""
    return [
        literal_column(f"'{PowerKind.INTERIM.value}'", String).label("kind"),
        col(Interim.id),
        col(Interim.holder_id),
        _name(HOLDER).label("holder_name"),
        col(Interim.absent_id).label("for_id"),
        _name(PRINCIPAL).label("for_name"),
        col(Interim.act_reference),
        col(Interim.starts_on),
        col(Interim.last_day),
        cast(null(), String).label("field"),
        cast(null(), Uuid()).label("directorate_id"),
    ]


_held = union_all(
    select(*delegation_columns())
    .join(HOLDER, HOLDER.id == col(SigningDelegation.holder_id))
    .join(PRINCIPAL, PRINCIPAL.id == col(SigningDelegation.giver_id))
    .where(col(SigningDelegation.holder_id) == VIEWER, DELEGATION_RUNS),
    select(*interim_columns())
    .join(HOLDER, HOLDER.id == col(Interim.holder_id))
    .join(PRINCIPAL, PRINCIPAL.id == col(Interim.absent_id))
    .where(col(Interim.holder_id) == VIEWER, INTERIM_RUNS),
)
_replacing = select(col(Interim.id)).where(
    col(Interim.holder_id) == VIEWER, col(Interim.absent_id) == bindparam("absent_id"), INTERIM_RUNS
)


def power_of(connection: Connection | Session, holder_id: UUID, day: date) -> list[HeldPower]:
    """The powers that a person holds on `day` beside their own, the first to end first."""
    rows = connection.execute(_held, {"viewer_id": holder_id, "today": day}).mappings()
    return sorted((HeldPower.of(row) for row in rows), key=lambda power: (power.last_day, power.id))


def acts_for(session: Session, actor: Actor, person_id: UUID | None) -> bool:
    """Is `actor` this head or manager, or do they replace them today?"""
    if person_id is None or actor.agent_id is None:
        return False
    return person_id == actor.agent_id or _interim_for(session, actor, person_id) is not None


def citing(session: Session, actor: Actor, person_id: UUID | None, capacity: Capacity) -> Actor:
    """`actor` with the act by which they do as `person_id` would: what they record then cites it.

    `actor` alone when they act in their own name.
    """
    if person_id is None or actor.agent_id is None or person_id == actor.agent_id:
        return actor
    interim_id = _interim_for(session, actor, person_id)
    return replace(actor, delegation_id=interim_id, acting_as=capacity) if interim_id else actor


def _interim_for(session: Session, actor: Actor, absent_id: UUID) -> UUID | None:
    parameters = {"viewer_id": actor.agent_id, "absent_id": absent_id, "today": actor.today()}
    found: UUID | None = session.execute(_replacing, parameters).scalar()
    return found
