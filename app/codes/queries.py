"""Named selects over printed codes."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.codes.models import SignInCode
from app.kit import clock
from app.kit.columns import table_of
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.query import Query
from app.kit.sql import among
from app.people.models import Agent, CapacityGrant, Directorate
from app.people.problems import UnknownAgent, UnknownDirectorate

Above: Any = aliased(Directorate)
_now: Any = bindparam("now", type_=table_of(SignInCode).c.expires_at.type)
_live: Any = and_(
    col(SignInCode.used_at).is_(None), col(SignInCode.revoked_at).is_(None), col(SignInCode.expires_at) > _now
)
_shown: Select[*tuple[Any, ...]] = select(
    col(SignInCode.id),
    col(SignInCode.agent_id),
    col(Agent.hr_id),
    (col(Agent.given_name) + " " + col(Agent.family_name)).label("agent_name"),
    col(Agent.directorate_id),
    col(SignInCode.origin),
    col(SignInCode.issued_by_id),
    col(SignInCode.issued_at),
    col(SignInCode.expires_at),
    col(SignInCode.used_at),
    col(SignInCode.revoked_at),
    _live.label("live"),
).join(Agent, col(Agent.id) == col(SignInCode.agent_id))

OF_AUTHORITY = Visible("of authority", col(SignInCode.authority_id) == bindparam("authority_id"))
CODES = Listing(
    _shown,
    key=col(SignInCode.id),
    sorts={"issued_at": col(SignInCode.issued_at)},
    filters={
        "agent_id": among(col(SignInCode.agent_id), "agent_id"),
        "directorate_id": among(col(Agent.directorate_id), "directorate_id"),
        "live": _live == bindparam("live"),
    },
)
_DETAIL = Query(_shown.where(col(SignInCode.id) == bindparam("id"), OF_AUTHORITY.clause))

_code: tuple[Any, ...] = tuple(col(getattr(SignInCode, name)) for name in ("id", "code_hash", "algorithm"))
_CANDIDATES = Query(
    select(*_code)
    .where(
        or_(
            col(SignInCode.holder_hash) == bindparam("holder"),
            col(SignInCode.code_hash) == bindparam("former"),
        ),
        _live,
    )
    .order_by(col(SignInCode.id))
)


def candidates(connection: Connection, holder: str, former: str) -> list[dict[str, Any]]:
    """The codes that still open for a matricule, one in each authority at most; or one of before, already verified."""
    return _CANDIDATES.all(connection, {"holder": holder, "former": former, "now": clock.now()})


_below = (
    select(col(Directorate.id)).where(col(Directorate.id) == bindparam("directorate_id")).cte(recursive=True)
)
_below = _below.union(select(Above.id).where(Above.parent_id == _below.c.id))

WITHOUT_GRANT = ~exists(1).where(col(CapacityGrant.agent_id) == col(Agent.id))
IN_POST = or_(
    col(Agent.left_on).is_(None),
    col(Agent.left_on) >= bindparam("today", type_=table_of(Agent).c.left_on.type),
)
ELIGIBLE = and_(IN_POST, col(Agent.email).is_(None), WITHOUT_GRANT)
"""Who may hold a code: agents in post, without email, whom no capacity was granted."""

_HOLDERS = (
    select(Agent, col(Directorate.name))
    .outerjoin(Directorate, col(Directorate.id) == col(Agent.directorate_id))
    .where(col(Agent.authority_id) == bindparam("authority_id"), ELIGIBLE)
)


_MAY_HOLD = Query(
    select(col(Agent.id)).where(
        col(Agent.id) == bindparam("id"), col(Agent.authority_id) == bindparam("authority_id"), ELIGIBLE
    )
)


def may_hold(connection: Connection | Session, actor: Actor) -> bool:
    """Is the caller one of those who enter with codes?"""
    asked = {"id": actor.agent_id, "authority_id": actor.authority_id, "today": actor.today()}
    return _MAY_HOLD.one_or_none(connection, asked) is not None


def parameters_of(actor: Actor) -> dict[str, Any]:
    """What the clause of a list needs."""
    return {"authority_id": actor.authority_id, "now": clock.now()}


def detail(connection: Connection | Session, actor: Actor, code_id: UUID) -> dict[str, Any]:
    """What is known of one code. Raises `NotFound`."""
    data = _DETAIL.one_or_none(connection, {**parameters_of(actor), "id": code_id})
    if data is None:
        raise NotFound
    return data


def holders_in(
    session: Session, actor: Actor, directorate_id: UUID, most: int
) -> list[tuple[Agent, str | None]]:
    """Who may hold a code in a directorate and below, in order of service and name, with the service's name."""
    statement = (
        _HOLDERS.where(col(Agent.directorate_id).in_(select(_below.c.id)))
        .order_by(col(Directorate.code), col(Agent.sort_name), col(Agent.id))
        .limit(most)
    )
    asked = {
        "authority_id": actor.authority_id,
        "today": actor.today(),
        "directorate_id": directorate_id,
    }
    return [(row[0], row[1]) for row in session.execute(statement, asked)]


def how_many_in(connection: Connection, actor: Actor, directorate_id: UUID, most: int) -> int:
    """How many may hold a code in a directorate and below: `most` or fewer."""
    asked = {"authority_id": actor.authority_id, "today": actor.today(), "directorate_id": directorate_id}
    some = _HOLDERS.with_only_columns(col(Agent.id)).where(col(Agent.directorate_id).in_(select(_below.c.id)))
    counted = select(func.count()).select_from(some.limit(most).subquery())
    return int(connection.execute(counted, asked).scalar_one())


def holders_among(session: Session, actor: Actor, agent_ids: list[UUID]) -> list[tuple[Agent, str | None]]:
    """Those of these agents who may hold a code, in the same order."""
    statement = _HOLDERS.where(among(col(Agent.id), "agent_ids")).order_by(
        col(Directorate.code), col(Agent.sort_name), col(Agent.id)
    )
    asked = {"authority_id": actor.authority_id, "today": actor.today(), "agent_ids": agent_ids}
    return [(row[0], row[1]) for row in session.execute(statement, asked)]


def agents_known_as(session: Session, authority_id: UUID, hr_ids: list[str]) -> list[UUID]:
    """The agents of these HR ids. Raises `UnknownAgent` where one is nobody's."""
    statement = select(col(Agent.id)).where(
        col(Agent.authority_id) == authority_id, among(col(Agent.hr_id), "hr_ids")
    )
    found = list(session.execute(statement, {"hr_ids": hr_ids}).scalars())
    if len(found) < len(set(hr_ids)):
        raise UnknownAgent
    return found


def directorate_known_as(session: Session, authority_id: UUID, code: str) -> UUID:
    """The directorate of this code. Raises `UnknownDirectorate`."""
    statement = select(col(Directorate.id)).where(
        col(Directorate.authority_id) == authority_id, col(Directorate.code) == code
    )
    found: UUID | None = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise UnknownDirectorate
    return found
