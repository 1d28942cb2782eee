"""Record facts, answer them, seal them, deliver them.

`record` runs inside the change's transaction, with the reactions of the rooms above. `seal` and `deliver` run later, in
the worker: sealing gives each committed event its place in the authority's hash chain, in one transaction that holds
the chain's head; delivering hands sealed events to subscribers, at least once, leased and retried with back-off.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Protocol, cast
from uuid import UUID

import structlog
from sqlalchemy import CursorResult, bindparam, insert, or_, select, update
from sqlmodel import Session

from app.journal.acting import Acting, capacity
from app.journal.digest import VERSION, digest, hidden
from app.journal.events import Event
from app.journal.models import Delivery, JournalChain, JournalEvent
from app.kit import clock
from app.kit.bounds import everywhere, within
from app.kit.columns import table_of
from app.kit.database import Database
from app.kit.encoding import to_json
from app.kit.ids import new_id
from app.kit.query import Command

log = structlog.get_logger("essaim.journal")


class By(Acting, Protocol):
    """Who did it: in what capacity, by which delegation, from where."""

    @property
    def authority_id(self) -> UUID: ...

    @property
    def agent_id(self) -> UUID | None: ...

    @property
    def client_id(self) -> UUID | None: ...

    @property
    def delegation_id(self) -> UUID | None: ...

    @property
    def address(self) -> str | None: ...


Reaction = Callable[[Session, Any, Any], None]
Subscriber = Callable[[Session, JournalEvent], None]

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 12
BATCH = 500

_reactions: dict[str, list[Reaction]] = defaultdict(list)
_subscribers: dict[str, tuple[frozenset[str], Subscriber]] = {}
_events = table_of(JournalEvent)
_chains = table_of(JournalChain)
_deliveries = table_of(Delivery)
_RECORD = Command(_events.insert())
_UNSEALED = {"position": None, "previous_hash": None, "hash": None}


def react(event: type[Event], reaction: Reaction) -> None:
    """Have `reaction(session, event, actor)` answer every `event` in the same transaction."""
    if reaction not in _reactions[event.type]:
        _reactions[event.type].append(reaction)


def subscribe(name: str, types: Iterable[str], subscriber: Subscriber) -> None:
    """Owe every sealed event of these types to `subscriber(session, event)`, called once per event by the worker."""
    _subscribers[name] = (frozenset(types), subscriber)


def record(session: Session, event: Event, *, by: By) -> None:
    """Write `event` in the present transaction, then let the rooms above react to it."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    facts = {
        "id": new_id(),
        "authority_id": by.authority_id,
        "type": event.type,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "agent_id": by.agent_id,
        "client_id": by.client_id,
        "acting_as": capacity(session, by),
        "delegation_id": by.delegation_id,
        **hidden(by.address),
        "request_id": UUID(request_id) if request_id else None,
        "occurred_at": clock.now(),
        "payload": to_json(event.payload()).decode(),
        "digest_version": VERSION,
    }
    _RECORD.run(session, {**_UNSEALED, **facts})
    for reaction in _reactions[event.type]:
        reaction(session, event, by)


def seal(database: Database) -> int:
    """Chain every committed event that has no position yet; how many were sealed."""
    with everywhere(), database.read() as connection:
        waiting = connection.execute(
            select(_events.c.authority_id).where(_events.c.position.is_(None)).distinct()
        )
        authorities = waiting.scalars().all()
    return sum(_seal_authority(database, authority_id) for authority_id in authorities)


def _seal_authority(database: Database, authority_id: UUID) -> int:
    with within(authority_id), database.transaction() as session:
        head = session.execute(
            select(_chains.c.position, _chains.c.hash)
            .where(_chains.c.authority_id == authority_id)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if head is None:
            return 0
        position, previous = head
        rows = session.execute(
            select(_events)
            .where(_events.c.authority_id == authority_id, _events.c.position.is_(None))
            .order_by(_events.c.id)
            .limit(BATCH)
        ).all()
        seals, owed = [], []
        now = clock.now()
        for row in rows:
            position += 1
            sealed = digest(previous, position, row._mapping)
            seals.append({"of": row.id, "position": position, "previous_hash": previous, "hash": sealed})
            previous = sealed
            owed += [
                {"authority_id": authority_id, "event_id": row.id, "subscriber": name, "due_at": now}
                for name, (types, _subscriber) in _subscribers.items()
                if row.type in types
            ]
        if seals:
            session.connection().execute(update(_events).where(_events.c.id == bindparam("of")), seals)
        session.execute(
            update(_chains)
            .where(_chains.c.authority_id == authority_id)
            .values(position=position, hash=previous)
        )
        if owed:
            session.execute(insert(_deliveries), [{"id": new_id(), "attempts": 0, **row} for row in owed])
    return len(rows)


def deliver(database: Database, limit: int = 50) -> int:
    """Hand due events to their subscribers; how many were delivered."""
    now = clock.now()
    with everywhere(), database.transaction() as session:
        # A CTE that locks is evaluated once; as a subquery, PostgreSQL may run it again and take more than `limit`.
        due = (
            select(_deliveries.c.id)
            .where(
                _deliveries.c.delivered_at.is_(None),
                _deliveries.c.due_at <= now,
                _deliveries.c.attempts < MAX_ATTEMPTS,
                or_(_deliveries.c.leased_until.is_(None), _deliveries.c.leased_until < now),
            )
            .order_by(_deliveries.c.due_at, _deliveries.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        claimed = session.execute(
            update(_deliveries)
            .where(_deliveries.c.id.in_(select(due.c.id)))
            .values(leased_until=now + LEASE, attempts=_deliveries.c.attempts + 1)
            .returning(
                _deliveries.c.id,
                _deliveries.c.authority_id,
                _deliveries.c.event_id,
                _deliveries.c.subscriber,
                _deliveries.c.attempts,
            )
        ).all()
    return sum(_deliver_within(database, *row) for row in sorted(claimed))


def _deliver_within(database: Database, delivery_id: UUID, authority_id: UUID, *owed: Any) -> bool:
    with within(authority_id):
        return _deliver_one(database, delivery_id, *owed)


def _deliver_one(
    database: Database, delivery_id: UUID, event_id: UUID, subscriber: str, attempts: int
) -> bool:
    mark = update(_deliveries).where(_deliveries.c.id == delivery_id, _deliveries.c.delivered_at.is_(None))
    try:
        with database.transaction() as session:
            done = session.execute(mark.values(delivered_at=clock.now(), leased_until=None))
            if cast(CursorResult[Any], done).rowcount == 0:
                return False
            event = session.get_one(JournalEvent, event_id)
            _subscribers[subscriber][1](session, event)
    except Exception as error:
        log.warning(
            "delivery failed",
            subscriber=subscriber,
            event_id=str(event_id),
            attempts=attempts,
            exc_info=error,
        )
        # Another worker may have taken over a lease that ran out: what it holds is not ours to hand back.
        mine = mark.where(_deliveries.c.attempts == attempts)
        with database.transaction() as session:
            retry = clock.now() + timedelta(seconds=min(2**attempts, 3600))
            session.execute(mine.values(due_at=retry, leased_until=None, last_error=repr(error)[:500]))
        return False
    return True
