"""Named selects over irritants."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.irritants.lifecycle import LIFECYCLE
from app.irritants.models import Irritant, IrritantComment, IrritantTally, IrritantVote
from app.irritants.policy import ABILITIES, KNOWN
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.query import Query
from app.kit.sql import among, one_of
from app.people.models import Agent, Directorate

_summary: tuple[Any, ...] = (
    col(Irritant.id),
    col(Irritant.title),
    col(Irritant.impact),
    col(Irritant.state),
    col(Irritant.directorate_id),
    col(Directorate.name).label("directorate_name"),
    col(IrritantTally.votes),
    col(IrritantTally.comments),
    col(Irritant.created_at),
    col(Irritant.version),
)
_viewer: Any = bindparam("viewer_id", type_=Irritant.__table__.c.id.type)  # type: ignore[attr-defined]
_own = col(Irritant.authority_id) == bindparam("authority_id")

ALL = Visible("all", _own)
_mine = col(Irritant.reporter_id) == _viewer
KNOWN_OR_MINE = Visible("known or mine", _own & or_(one_of(col(Irritant.state), KNOWN), _mine))
MINE = Visible("mine", _own & _mine)

_joined = (
    select(*_summary)
    .join(IrritantTally, col(IrritantTally.irritant_id) == col(Irritant.id))
    .join(Directorate, col(Directorate.id) == col(Irritant.directorate_id))
)

IRRITANTS = Listing(
    _joined,
    key=col(Irritant.id),
    sorts={"created_at": col(Irritant.created_at), "votes": col(IrritantTally.votes)},
    filters={
        "state": among(col(Irritant.state), "state"),
        "directorate_id": among(col(Irritant.directorate_id), "directorate_id"),
        "mine": (col(Irritant.reporter_id) == _viewer) == bindparam("mine"),
    },
    search=col(Irritant.search),
)

_detail = (
    select(
        *_summary,
        col(Irritant.description),
        col(Irritant.reason),
        col(Irritant.merged_into_id),
        col(Irritant.reporter_id),
        col(Irritant.updated_at),
        exists(1)
        .where(col(IrritantVote.irritant_id) == col(Irritant.id), col(IrritantVote.agent_id) == _viewer)
        .label("voted"),
    )
    .join(IrritantTally, col(IrritantTally.irritant_id) == col(Irritant.id))
    .join(Directorate, col(Directorate.id) == col(Irritant.directorate_id))
    .where(col(Irritant.id) == bindparam("id"))
)
_details = {visible.name: Query(_detail.where(visible.clause)) for visible in (ALL, KNOWN_OR_MINE, MINE)}

COMMENTS = Listing(
    select(
        col(IrritantComment.id),
        col(IrritantComment.irritant_id),
        col(IrritantComment.author_id),
        (col(Agent.given_name) + " " + col(Agent.family_name)).label("author_name"),
        col(IrritantComment.body),
        col(IrritantComment.created_at),
    ).outerjoin(Agent, col(Agent.id) == col(IrritantComment.author_id)),
    key=col(IrritantComment.id),
    sorts={"created_at": col(IrritantComment.created_at)},
)
OF_IRRITANT = Visible("of irritant", col(IrritantComment.irritant_id) == bindparam("irritant_id"))


def readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The irritants that `actor` may know of, and the parameters of that clause."""
    parameters = {"authority_id": actor.authority_id, "viewer_id": actor.agent_id}
    if actor.has(Capacity.LAB, Capacity.SYSTEM) or "programme:read" in actor.scopes:
        return ALL, parameters
    return KNOWN_OR_MINE if actor.has(Capacity.AGENT) else MINE, parameters


def detail(connection: Connection | Session, actor: Actor, irritant_id: UUID) -> dict[str, Any]:
    """One irritant as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = readable_by(actor)
    data = _details[visible.name].one_or_none(connection, {**parameters, "id": irritant_id})
    if data is None:
        raise NotFound
    data["abilities"] = ABILITIES.of(connection, actor, data)
    if not (actor.has(Capacity.LAB) or data["reporter_id"] == actor.agent_id):
        data["reporter_id"] = None
    data["possible_moves"] = LIFECYCLE.possible(data["state"])
    return data


def is_readable(connection: Connection, actor: Actor, irritant_id: UUID) -> bool:
    """May `actor` know of this irritant?"""
    visible, parameters = readable_by(actor)
    statement = select(col(Irritant.id)).where(visible.clause, col(Irritant.id) == bindparam("id"))
    return connection.execute(statement, {**parameters, "id": irritant_id}).one_or_none() is not None
