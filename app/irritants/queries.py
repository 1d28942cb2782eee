"""Named selects over irritants."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, false, func, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.irritants.lifecycle import LIFECYCLE
from app.irritants.models import (
    IdentityOpening,
    Irritant,
    IrritantComment,
    IrritantTally,
    IrritantVote,
    ProtectedIdentity,
    ProtectedMessage,
)
from app.irritants.policy import ABILITIES, KNOWN, POLICY
from app.kit.columns import table_of
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
_viewer: Any = bindparam("viewer_id", type_=table_of(Irritant).c.id.type)
_own = col(Irritant.authority_id) == bindparam("authority_id")

ALL = Visible("all", _own)
_mine = col(Irritant.reporter_id) == _viewer
KNOWN_OR_MINE = Visible("known or mine", _own & or_(one_of(col(Irritant.state), KNOWN), _mine))
MINE = Visible("mine", _own & _mine)
PROTECTED_TOO = Visible(
    "known or mine or protected",
    _own & or_(one_of(col(Irritant.state), KNOWN), _mine, col(Irritant.protected)),
)

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
        # Without a reporter, an irritant is not one's own either: left out of both answers, it would stand out.
        "mine": func.coalesce(col(Irritant.reporter_id) == _viewer, false()) == bindparam("mine"),
    },
    search=col(Irritant.search),
)

_identity_kept = (
    exists(1).where(col(ProtectedIdentity.irritant_id) == col(Irritant.id)).label("identity_kept")
)
_detail = (
    select(
        *_summary,
        col(Irritant.description),
        col(Irritant.reason),
        col(Irritant.merged_into_id),
        col(Irritant.reporter_id),
        col(Irritant.protected),
        col(Irritant.updated_at),
        exists(1)
        .where(col(IrritantVote.irritant_id) == col(Irritant.id), col(IrritantVote.agent_id) == _viewer)
        .label("voted"),
        _identity_kept,
    )
    .join(IrritantTally, col(IrritantTally.irritant_id) == col(Irritant.id))
    .join(Directorate, col(Directorate.id) == col(Irritant.directorate_id))
    .where(col(Irritant.id) == bindparam("id"))
)
_details = {
    visible.name: Query(_detail.where(visible.clause))
    for visible in (ALL, KNOWN_OR_MINE, MINE, PROTECTED_TOO)
}

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

_messages = select(
    col(ProtectedMessage.id),
    col(ProtectedMessage.irritant_id),
    col(ProtectedMessage.number),
    col(ProtectedMessage.side),
    col(ProtectedMessage.author_id),
    (col(Agent.given_name) + " " + col(Agent.family_name)).label("author_name"),
    col(ProtectedMessage.body),
    col(ProtectedMessage.written_on),
).outerjoin(Agent, col(Agent.id) == col(ProtectedMessage.author_id))
MESSAGES = Listing(_messages, key=col(ProtectedMessage.id), sorts={"number": col(ProtectedMessage.number)})
MESSAGES_OF = Visible("messages of", col(ProtectedMessage.irritant_id) == bindparam("irritant_id"))

_openings = select(
    col(IdentityOpening.id),
    col(IdentityOpening.irritant_id),
    col(IdentityOpening.agent_id),
    (col(Agent.given_name) + " " + col(Agent.family_name)).label("agent_name"),
    col(IdentityOpening.reason),
    col(IdentityOpening.opened_at),
).join(Agent, col(Agent.id) == col(IdentityOpening.agent_id))
OPENINGS = Listing(
    _openings, key=col(IdentityOpening.id), sorts={"opened_at": col(IdentityOpening.opened_at)}
)
OPENINGS_OF = Visible("openings of", col(IdentityOpening.irritant_id) == bindparam("irritant_id"))

SHOWN_MESSAGES, SHOWN_OPENINGS = 50, 100
_followed = (
    select(
        *_summary,
        col(Irritant.description),
        col(Irritant.reason),
        _identity_kept,
    )
    .join(IrritantTally, col(IrritantTally.irritant_id) == col(Irritant.id))
    .join(Directorate, col(Directorate.id) == col(Irritant.directorate_id))
    .where(col(Irritant.id) == bindparam("id"))
)
_NOT_FOR_FOLLOWERS = ("directorate_id", "created_at", "version")


def readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The irritants that `actor` may know of, and the parameters of that clause."""
    parameters = {"authority_id": actor.authority_id, "viewer_id": actor.agent_id}
    if actor.has(Capacity.LAB, Capacity.SYSTEM) or "programme:read" in actor.scopes:
        return ALL, parameters
    if actor.has(Capacity.TRUSTED):
        return PROTECTED_TOO, parameters
    return KNOWN_OR_MINE if actor.has(Capacity.AGENT) else MINE, parameters


def detail(
    connection: Connection | Session, actor: Actor, irritant_id: UUID, among: Visible | None = None
) -> dict[str, Any]:
    """One irritant as the API shows it to `actor`, of those they may know of or `among` others. Raises `NotFound`."""
    visible, parameters = readable_by(actor)
    visible = among or visible
    data = _details[visible.name].one_or_none(connection, {**parameters, "id": irritant_id})
    if data is None:
        raise NotFound
    data["abilities"] = ABILITIES.of(connection, actor, data)
    del data["identity_kept"]
    if not (actor.has(Capacity.LAB) or data["reporter_id"] == actor.agent_id):
        data["reporter_id"] = None
    if not POLICY.allows(None, actor, "know_protected"):
        data["protected"] = None
    data["possible_moves"] = LIFECYCLE.possible(data["state"])
    return data


def is_readable(connection: Connection, actor: Actor, irritant_id: UUID) -> bool:
    """May `actor` know of this irritant?"""
    visible, parameters = readable_by(actor)
    statement = select(col(Irritant.id)).where(visible.clause, col(Irritant.id) == bindparam("id"))
    return connection.execute(statement, {**parameters, "id": irritant_id}).one_or_none() is not None


def require_on(connection: Connection, actor: Actor, action: str, irritant_id: UUID) -> None:
    """Raise `NotFound` where `actor` may not know of this irritant, `Forbidden` where they may not do `action`."""
    if not is_readable(connection, actor, irritant_id):
        raise NotFound
    POLICY.require(None, actor, action)


def opened(session: Session, actor: Actor, opening: IdentityOpening, agent: Agent) -> dict[str, Any]:
    """An identity that a trusted person has just opened."""
    directorate = session.get(Directorate, agent.directorate_id) if agent.directorate_id else None
    return {
        "agent_id": agent.id,
        "hr_id": agent.hr_id,
        "given_name": agent.given_name,
        "family_name": agent.family_name,
        "email": agent.email,
        "phone": agent.phone,
        "directorate_name": directorate.name if directorate else None,
        "opening": opening.model_dump(exclude={"authority_id"}) | {"agent_name": actor.name},
    }


def followed(session: Session, irritant: Irritant, before: int | None) -> dict[str, Any]:
    """A protected report as whoever holds its follow-up key sees it, with the messages before one, or the latest."""
    data = session.execute(_followed, {"id": irritant.id}).one()._asdict()
    for name in _NOT_FOR_FOLLOWERS:
        del data[name]
    of_it: dict[str, Any] = {"irritant_id": irritant.id}
    messages = _messages.where(MESSAGES_OF.clause).order_by(col(ProtectedMessage.number).desc())
    if before is not None:
        messages = messages.where(col(ProtectedMessage.number) < before)
    found = session.execute(messages.limit(SHOWN_MESSAGES + 1), of_it).all()
    data["messages"] = [message_to_reporter(row._asdict()) for row in reversed(found[:SHOWN_MESSAGES])]
    data["earlier_messages"] = len(found) > SHOWN_MESSAGES
    openings = _openings.where(OPENINGS_OF.clause).order_by(col(IdentityOpening.opened_at).desc())
    data["openings"] = [
        {name: getattr(row, name) for name in ("agent_name", "reason", "opened_at")}
        for row in session.execute(openings.limit(SHOWN_OPENINGS), of_it)
    ]
    return data


def message_to_reporter(message: dict[str, Any]) -> dict[str, Any]:
    """A message as the protected reporter sees it."""
    return {name: message[name] for name in ("number", "side", "author_name", "body", "written_on")}
