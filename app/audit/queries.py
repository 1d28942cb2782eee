"""The sealed events, as a feed."""

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.audit.schemas import EventQuery
from app.journal.models import JournalEvent
from app.kit.listing import Listing, Visible
from app.kit.sql import among

_position: Any = col(JournalEvent.position)

SEALED = Visible(
    "sealed", (col(JournalEvent.authority_id) == bindparam("authority_id")) & _position.is_not(None)
)

EVENTS = Listing(
    select(
        _position,
        col(JournalEvent.id),
        col(JournalEvent.type),
        col(JournalEvent.subject_type),
        col(JournalEvent.subject_id),
        col(JournalEvent.agent_id),
        col(JournalEvent.client_id),
        col(JournalEvent.occurred_at),
        col(JournalEvent.payload),
        col(JournalEvent.hash),
    ),
    key=col(JournalEvent.id),
    sorts={"position": _position},
    filters={
        "after": _position > bindparam("after"),
        "type": among(col(JournalEvent.type), "type"),
        "subject_id": among(col(JournalEvent.subject_id), "subject_id"),
    },
)


BY_THE_REPORTER = frozenset({"irritant.reported", "irritant.edited", "irritant.reopened"})
"""What tells who reported an irritant, which is known to that person and to the lab alone."""


def page(connection: Connection, actor: Actor, query: EventQuery) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the authority's events, payloads as they were recorded."""
    items, cursor = EVENTS.page(connection, query, SEALED, {"authority_id": actor.authority_id})
    for item in items:
        item["payload"] = msgspec.Raw(item["payload"].encode())
        if item["type"] in BY_THE_REPORTER and not actor.has(Capacity.LAB):
            item["agent_id"] = None
    return items, cursor
