"""The sealed events, as a feed and as what concerns a person; the checkpoints."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Connection, bindparam, exists, literal_column, or_, select
from sqlmodel import col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.audit.policy import POLICY, Found
from app.audit.schemas import CheckpointQuery, EventQuery, MyEventQuery
from app.journal.models import EventPerson, JournalCheckpoint, JournalEvent
from app.kit.columns import table_of
from app.kit.listing import Listing, Visible, since
from app.kit.problems import NotFound
from app.kit.query import Query
from app.kit.sql import among
from app.people.models import Agent
from app.signin.models import ApiClient

BY_THE_REPORTER = frozenset({"irritant.reported", "irritant.edited", "irritant.reopened"})
"""What tells who reported an irritant, which is known to that person and to the lab alone."""

_position: Any = col(JournalEvent.position)
_type: Any = col(JournalEvent.type)
_whose = col(JournalEvent.authority_id) == bindparam("authority_id")
_sealed = _whose & _position.is_not(None)
_of_nobody = _type.not_in([literal_column(f"'{name}'") for name in sorted(BY_THE_REPORTER)])
_me = col(EventPerson.agent_id) == bindparam("me", type_=table_of(EventPerson).c.agent_id.type)

SEALED = Visible("sealed", _sealed)
# Asking for the acts of one person must not tell what the answer itself would not.
SEALED_BUT_REPORTS = Visible("sealed_but_reports", _sealed & _of_nobody)
MINE = Visible("mine", _whose & _me)
CHECKPOINTS_SEEN = Visible("all", col(JournalCheckpoint.authority_id) == bindparam("authority_id"))

_COLUMNS: tuple[Any, ...] = (
    col(JournalEvent.id),
    _type,
    col(JournalEvent.subject_type),
    col(JournalEvent.subject_id),
    col(JournalEvent.agent_id),
    col(JournalEvent.client_id),
    col(JournalEvent.acting_as),
    col(JournalEvent.delegation_id),
    col(JournalEvent.address),
    col(JournalEvent.occurred_at),
    col(JournalEvent.payload),
    col(JournalEvent.hash),
)
_FILTERS = {
    "since": since(col(JournalEvent.occurred_at), "since"),
    "until": col(JournalEvent.occurred_at)
    < bindparam("until", type_=table_of(JournalEvent).c.occurred_at.type),
    "type": among(_type, "type"),
}

EVENTS = Listing(
    select(_position, *_COLUMNS),
    key=col(JournalEvent.id),
    sorts={"position": _position},
    filters={
        **_FILTERS,
        "after": _position > bindparam("after"),
        "subject_id": among(col(JournalEvent.subject_id), "subject_id"),
        "agent_id": among(col(JournalEvent.agent_id), "agent_id"),
    },
)

MY_EVENTS = Listing(
    select(col(EventPerson.position), *_COLUMNS).join(
        EventPerson, col(EventPerson.event_id) == col(JournalEvent.id)
    ),
    key=col(JournalEvent.id),
    sorts={"position": col(EventPerson.position)},
    filters={**_FILTERS, "after": col(EventPerson.position) > bindparam("after")},
)

CHECKPOINTS = Listing(
    select(
        col(JournalCheckpoint.id),
        col(JournalCheckpoint.position),
        col(JournalCheckpoint.hash),
        col(JournalCheckpoint.made_at),
        col(JournalCheckpoint.key_id),
        col(JournalCheckpoint.signature),
    ),
    key=col(JournalCheckpoint.id),
    sorts={"position": col(JournalCheckpoint.position)},
)

_EVENT = Query(
    select(
        _position,
        *_COLUMNS,
        exists().where(_me, col(EventPerson.event_id) == col(JournalEvent.id)).label("concerns_caller"),
    ).where(_sealed, col(JournalEvent.id) == bindparam("event_id"))
)


def page(connection: Connection, actor: Actor, query: EventQuery) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the authority's events, payloads as they were recorded."""
    visible = SEALED_BUT_REPORTS if query.agent_id and not actor.has(Capacity.LAB) else SEALED
    items, cursor = EVENTS.page(connection, query, visible, {"authority_id": actor.authority_id})
    return [_shown(actor, item) for item in items], cursor


def my_page(
    connection: Connection, actor: Actor, query: MyEventQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the events that concern the caller."""
    parameters = {"authority_id": actor.authority_id, "me": actor.agent_id}
    items, cursor = MY_EVENTS.page(connection, query, MINE, parameters)
    return [_shown(actor, item) for item in items], cursor


def event(connection: Connection, actor: Actor, event_id: UUID) -> dict[str, Any]:
    """One sealed event. Raises `NotFound` where it does not concern a caller who may not read them all."""
    parameters = {"authority_id": actor.authority_id, "me": actor.agent_id, "event_id": event_id}
    item = _EVENT.one_or_none(connection, parameters)
    if item is None or not POLICY.allows(None, actor, "read", Found(bool(item.pop("concerns_caller")))):
        raise NotFound
    return _shown(actor, item)


_name: tuple[Any, ...] = (col(Agent.id), col(Agent.given_name), col(Agent.family_name))
_machine: tuple[Any, ...] = (col(ApiClient.id), col(ApiClient.name))
_NAMES = Query(
    select(*_name).where(col(Agent.authority_id) == bindparam("authority_id"), among(col(Agent.id), "ids"))
)
_MACHINES = Query(
    select(*_machine).where(
        col(ApiClient.authority_id) == bindparam("authority_id"), among(col(ApiClient.id), "ids")
    )
)
_PERSON = Query(
    select(col(Agent.id)).where(
        col(Agent.authority_id) == bindparam("authority_id"),
        or_(col(Agent.hr_id) == bindparam("said"), col(Agent.email) == bindparam("said_in_small")),
    )
)


def names(connection: Connection, actor: Actor, items: Iterable[dict[str, Any]]) -> dict[UUID, str]:
    """The names of the people and machines who did these. Raises `Forbidden`."""
    POLICY.require(None, actor, "name_authors")
    shown = list(items)
    people = {item["agent_id"] for item in shown} - {None}
    machines = {item["client_id"] for item in shown} - {None}
    own = {"authority_id": actor.authority_id}
    found = {
        row["id"]: f"{row['given_name']} {row['family_name']}"
        for row in _NAMES.all(connection, {**own, "ids": list(people)})
    }
    return found | {
        row["id"]: row["name"] for row in _MACHINES.all(connection, {**own, "ids": list(machines)})
    }


def person(connection: Connection, actor: Actor, email_or_hr_id: str) -> UUID | None:
    """The agent with this email or matricule, in post or not; None where there is none."""
    said = {"said": email_or_hr_id, "said_in_small": email_or_hr_id.lower()}
    row = _PERSON.one_or_none(connection, {"authority_id": actor.authority_id, **said})
    return None if row is None else cast(UUID, row["id"])


def checkpoints(
    connection: Connection, actor: Actor, query: CheckpointQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the authority's checkpoints."""
    return CHECKPOINTS.page(connection, query, CHECKPOINTS_SEEN, {"authority_id": actor.authority_id})


def _shown(actor: Actor, item: dict[str, Any]) -> dict[str, Any]:
    """The event without what this reader is not told: who reports, and where others call from."""
    item["payload"] = msgspec.Raw(item["payload"].encode())
    is_own = item["agent_id"] is not None and item["agent_id"] == actor.agent_id
    if is_own or actor.has(Capacity.LAB):
        return item
    if item["type"] in BY_THE_REPORTER:
        item["agent_id"] = None
        item["address"] = None
    elif not actor.has(Capacity.ADMINISTRATOR):
        item["address"] = None
    return item
