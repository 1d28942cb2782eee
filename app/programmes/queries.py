"""Named selects over programmes and charters."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.kit.columns import table_of
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.sql import among
from app.programmes.models import Charter, Programme
from app.programmes.policy import CHARTER_ABILITIES, PROGRAMME_ABILITIES

_day: Any = bindparam("on", type_=table_of(Programme).c.starts_on.type)
_today: Any = bindparam("today", type_=table_of(Programme).c.starts_on.type)

_programme = select(
    col(Programme.id),
    col(Programme.name),
    col(Programme.starts_on),
    col(Programme.ends_on),
    col(Programme.created_at),
    col(Programme.updated_at),
    col(Programme.version),
)
_PROGRAMMES = Listing(
    _programme,
    key=col(Programme.id),
    sorts={"starts_on": col(Programme.starts_on)},
    filters={
        "on": (col(Programme.starts_on) <= _day)
        & or_(col(Programme.ends_on).is_(None), col(Programme.ends_on) >= _day)
    },
)
_PROGRAMMES_OF_AUTHORITY = Visible("of authority", col(Programme.authority_id) == bindparam("authority_id"))

Other: Any = aliased(Charter)
_ruling = (
    select(Other.id)
    .where(Other.authority_id == bindparam("authority_id"), Other.adopted_on <= _today)
    .order_by(Other.adopted_on.desc(), Other.id.desc())
    .limit(1)
    .scalar_subquery()
)
# Before the first adoption no charter rules, and nothing equals null.
_in_force = (col(Charter.id) == _ruling).is_(True)

_charter: tuple[Any, ...] = (
    col(Charter.id),
    col(Charter.programme_id),
    col(Charter.number),
    col(Charter.title),
    col(Charter.adopted_on),
    _in_force.label("in_force"),
    col(Charter.cadence_weeks),
    col(Charter.half_days_per_week),
    col(Charter.make_good_days),
    col(Charter.move_window_days),
    col(Charter.mandate_months),
    col(Charter.answer_days),
    col(Charter.grace_days),
    col(Charter.signing_days),
    col(Charter.created_at),
    col(Charter.version),
)
_CHARTERS = Listing(
    select(*_charter),
    key=col(Charter.id),
    sorts={"created_at": col(Charter.created_at)},
    filters={
        "programme_id": among(col(Charter.programme_id), "programme_id"),
        "adopted": col(Charter.adopted_on).is_not(None) == bindparam("adopted"),
        "in_force": _in_force == bindparam("in_force"),
    },
)
_CHARTERS_OF_AUTHORITY = Visible("of authority", col(Charter.authority_id) == bindparam("authority_id"))
_charter_detail = select(*_charter, col(Charter.text), col(Charter.updated_at)).where(
    col(Charter.id) == bindparam("id"), _CHARTERS_OF_AUTHORITY.clause
)


def ruling(authority_id: UUID, day: date) -> Any:
    """The select of the charter in force in an authority on a day: the last adopted by then."""
    return (
        select(Charter)
        .where(col(Charter.authority_id) == authority_id, col(Charter.adopted_on) <= day)
        .order_by(col(Charter.adopted_on).desc(), col(Charter.id).desc())
        .limit(1)
    )


def programmes_page(
    connection: Connection, actor: Actor, query: Any
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the authority's programmes."""
    return _PROGRAMMES.page(connection, query, _PROGRAMMES_OF_AUTHORITY, {"authority_id": actor.authority_id})


def programme_detail(connection: Connection | Session, actor: Actor, programme_id: UUID) -> dict[str, Any]:
    """One programme. Raises `NotFound`."""
    statement = _programme.where(
        col(Programme.id) == programme_id, col(Programme.authority_id) == actor.authority_id
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    data["abilities"] = PROGRAMME_ABILITIES.of(connection, actor, data)
    return data


def charters_page(
    connection: Connection, actor: Actor, query: Any
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the authority's charters, without their texts."""
    parameters = {"authority_id": actor.authority_id, "today": actor.today()}
    items, cursor = _CHARTERS.page(connection, query, _CHARTERS_OF_AUTHORITY, parameters)
    return [_plain(item) for item in items], cursor


def charter_detail(connection: Connection | Session, actor: Actor, charter_id: UUID) -> dict[str, Any]:
    """One charter with its text. Raises `NotFound`."""
    parameters = {"id": charter_id, "authority_id": actor.authority_id, "today": actor.today()}
    row = connection.execute(_charter_detail, parameters).one_or_none()
    if row is None:
        raise NotFound
    data = _plain(row._asdict())
    data["abilities"] = CHARTER_ABILITIES.of(connection, actor, data)
    return data


def _plain(charter: dict[str, Any]) -> dict[str, Any]:
    # SQLite knows no booleans.
    return charter | {"in_force": bool(charter["in_force"])}
