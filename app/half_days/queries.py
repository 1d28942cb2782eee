"""Named selects over half-days."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
)
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.half_days.lifecycle import LIFECYCLE, Excuse, HalfDayState
from app.half_days.models import HalfDay
from app.half_days.policy import (
    ABILITIES,
    IS_COACH,
    IS_HEAD,
    IS_MANAGER,
    IS_MEMBER,
    IS_OWN,
    IS_SPONSOR,
    binds,
)
from app.half_days.schemas import HalfDayFilters
from app.kit.listing import Listing, Visible, since, until
from app.kit.problems import NotFound
from app.kit.sql import among, words
from app.people.models import Agent, Directorate

_authority = col(HalfDay.authority_id) == bindparam("authority_id")
_close_by = or_(IS_OWN, IS_MEMBER, IS_COACH, IS_SPONSOR)
_hr: Any = bindparam("is_hr", type_=Boolean())

ALL = Visible("all", _authority)
CONCERNED = Visible("concerned", _authority & or_(_close_by, IS_MANAGER, IS_HEAD))
SPONSORED = Visible("sponsored", _authority & IS_SPONSOR)


def _columns(reasons: ColumnElement[bool] | None) -> tuple[Any, ...]:
    """What a reader sees. `reasons` says on which rows what was noted is shown; None: on all, to the lab."""

    def shown(column: Any, where: ColumnElement[bool] | None) -> Any:
        return column if where is None else case((where, column)).label(column.name)

    hr = None if reasons is None else _hr
    holiday = col(HalfDay.excuse) == Excuse.PUBLIC_HOLIDAY
    return (
        col(HalfDay.id),
        col(HalfDay.mandate_id),
        col(HalfDay.team_id),
        col(HalfDay.agent_id),
        shown(col(Agent.hr_id), hr),
        (col(Agent.given_name) + " " + col(Agent.family_name)).label("agent_name"),
        col(HalfDay.day),
        words(col(HalfDay.half)),
        words(col(HalfDay.state)),
        words(col(HalfDay.excuse)),
        col(HalfDay.gives_back),
        col(HalfDay.make_good_due),
        col(HalfDay.late),
        col(HalfDay.replaces_id),
        col(HalfDay.replaced_by_id),
        shown(col(HalfDay.asked_by), reasons),
        shown(col(HalfDay.reason), reasons),
        shown(col(HalfDay.note), reasons),
        shown(col(HalfDay.waived_because), reasons),
        shown(col(HalfDay.excuse_detail), None if reasons is None else or_(reasons, _hr, holiday)),
        col(HalfDay.version),
    )


def _in_directorates() -> ColumnElement[bool]:
    inside = select(col(Directorate.id)).where(
        or_(
            among(col(Directorate.id), "directorate_id"),
            among(col(Directorate.parent_id), "directorate_id"),
        )
    )
    return col(HalfDay.agent_id).in_(select(col(Agent.id)).where(col(Agent.directorate_id).in_(inside)))


_filters: dict[str, ColumnElement[bool]] = {
    "agent_id": among(col(HalfDay.agent_id), "agent_id"),
    "mandate_id": among(col(HalfDay.mandate_id), "mandate_id"),
    "team_id": among(col(HalfDay.team_id), "team_id"),
    "directorate_id": _in_directorates(),
    "from_day": since(col(HalfDay.day), "from_day"),
    "until_day": until(col(HalfDay.day), "until_day"),
    "mine": bindparam("mine", type_=Boolean()) == IS_OWN,
}


def _listing(reasons: ColumnElement[bool] | None) -> Listing:
    return Listing(
        select(*_columns(reasons)).join(Agent, col(Agent.id) == col(HalfDay.agent_id)),
        key=col(HalfDay.id),
        sorts={"day": col(HalfDay.day)},
        filters={**_filters, "state": among(col(HalfDay.state), "state")},
    )


_of_lab, _of_others = _listing(None), _listing(_close_by)


def half_days_for(actor: Actor) -> tuple[Listing, Visible, dict[str, Any]]:
    """The list as `actor` sees it, the rows they may know of, and the parameters of both."""
    hr = actor.has(Capacity.HR) or "hr:read" in actor.scopes
    parameters = {**binds(actor), "authority_id": actor.authority_id, "is_hr": hr}
    if actor.has(Capacity.LAB, Capacity.SYSTEM):
        return _of_lab, ALL, parameters
    if hr:
        return _of_others, ALL, parameters
    return _of_others, SPONSORED if actor.has(Capacity.ELECTED) else CONCERNED, parameters


_details = {
    (listing is _of_lab, visible.name): select(
        *_columns(reasons), col(HalfDay.created_at), col(HalfDay.updated_at)
    )
    .join(Agent, col(Agent.id) == col(HalfDay.agent_id))
    .where(col(HalfDay.id) == bindparam("id"), visible.clause)
    for listing, reasons in ((_of_lab, None), (_of_others, _close_by))
    for visible in (ALL, CONCERNED, SPONSORED)
}


def detail(connection: Connection | Session, actor: Actor, half_day_id: UUID) -> dict[str, Any]:
    """One half-day as the API shows it to `actor`. Raises `NotFound`."""
    listing, visible, parameters = half_days_for(actor)
    statement = _details[listing is _of_lab, visible.name]
    row = connection.execute(statement, {**parameters, "id": half_day_id}).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    data["possible_moves"] = LIFECYCLE.possible(HalfDayState.of(data["state"]))
    data["abilities"] = ABILITIES.of(connection, actor, data)
    return data


_is = {state: col(HalfDay.state) == state for state in HalfDayState}
_past = col(HalfDay.day) < bindparam("today", type_=Date())
_given_back_later = and_(_is[HalfDayState.PLANNED], col(HalfDay.gives_back), not_(_past))
_owed = or_(
    _is[HalfDayState.TAKEN],
    _is[HalfDayState.ENCROACHED],
    and_(or_(_is[HalfDayState.PLANNED], _is[HalfDayState.WAIVED]), or_(_past, col(HalfDay.gives_back))),
)
_overdue = and_(_is[HalfDayState.ENCROACHED], col(HalfDay.make_good_due) < bindparam("today", type_=Date()))
_given_late = and_(or_(_is[HalfDayState.PLANNED], _is[HalfDayState.TAKEN]), col(HalfDay.late))
_tally = select(
    *(func.count().filter(clause).label(state.value) for state, clause in _is.items()),
    func.count().filter(_owed).label("owed"),
    func.count().filter(or_(_is[HalfDayState.TAKEN], _given_back_later)).label("protected"),
    func.count().filter(and_(_is[HalfDayState.PLANNED], _past)).label("unnoted"),
    func.count().filter(or_(_overdue, _given_late)).label("late"),
).select_from(HalfDay)


def tally(connection: Connection, actor: Actor, filters: HalfDayFilters) -> dict[str, Any]:
    """Counts over the half-days that `actor` may know of and that `filters` keep. One query."""
    _listing, visible, parameters = half_days_for(actor)
    asked = {name: value for name, value in filters if value is not None and value != []}
    statement = _tally.where(visible.clause, *(_filters[name] for name in asked))
    data = connection.execute(statement, {**parameters, **asked}).one()._asdict()
    data["protection_rate"] = round(data["protected"] / data["owed"], 4) if data["owed"] else None
    return data
