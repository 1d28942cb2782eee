"""The sealed events, as a feed."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

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


def page(
    connection: Connection, authority_id: UUID, query: EventQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of an authority's events, payloads as they were recorded."""
    items, cursor = EVENTS.page(connection, query, SEALED, {"authority_id": authority_id})
    return [{**item, "payload": msgspec.Raw(item["payload"].encode())} for item in items], cursor
