"""What one person has been told."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.columns import table_of
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.notices.models import Notice
from app.notices.schemas import NoticeQuery
from app.notices.wording import render
from app.people.models import Agent

_select = select(
    col(Notice.id),
    col(Notice.kind),
    col(Notice.subject_type),
    col(Notice.subject_id),
    col(Notice.title),
    col(Notice.body),
    col(Notice.created_at),
    col(Notice.read_at),
    col(Notice.facts),
    (col(Agent.given_name) + " " + col(Agent.family_name)).label("person"),
).outerjoin(Agent, col(Agent.id) == col(Notice.person_id))

_mine = col(Notice.agent_id) == bindparam("viewer_id", type_=table_of(Notice).c.agent_id.type)

# Written into the statement rather than bound, so that the index of unread notices serves.
_INBOXES = {
    None: Visible("mine", _mine),
    True: Visible("mine unread", _mine & col(Notice.read_at).is_(None)),
    False: Visible("mine read", _mine & col(Notice.read_at).is_not(None)),
}
_LISTING = Listing(_select, key=col(Notice.id), sorts={"created_at": col(Notice.created_at)})
_detail = _select.where(_mine, col(Notice.id) == bindparam("id"))


def page(
    connection: Connection, actor: Actor, query: NoticeQuery, language: str
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the caller's notices, in their language."""
    items, cursor = _LISTING.page(connection, query, _INBOXES[query.unread], {"viewer_id": actor.agent_id})
    return [_told(actor, item, language) for item in items], cursor


def notice_detail(session: Session, actor: Actor, notice_id: UUID, language: str) -> dict[str, Any]:
    """One of the caller's notices. Raises `NotFound`."""
    row = session.execute(_detail, {"viewer_id": actor.agent_id, "id": notice_id}).one_or_none()
    if row is None:
        raise NotFound
    return _told(actor, row._asdict(), language)


def _told(actor: Actor, item: dict[str, Any], language: str) -> dict[str, Any]:
    facts, person = item.pop("facts"), item.pop("person")
    if actor.has(Capacity.ELECTED):
        # An elected member reads the programme, never names.
        person = None
    for part in ("title", "body"):
        item[part] = render(item[part], facts, person, language)
    return item
