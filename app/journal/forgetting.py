"""What the journal may forget: where people called from, and the index that leads to a person. No event is touched.

The chain holds but the hash of an address with a salt: both go together, and what is left tells nothing.
"""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, update
from sqlmodel import Session

from app.journal.chain import events
from app.journal.models import EventPerson
from app.kit.columns import table_of

_persons = table_of(EventPerson)
_FORGOTTEN = {"address": None, "address_salt": None}


def forget_addresses(session: Session, authority_id: UUID, before: datetime) -> int:
    """Forget the addresses of an authority's sealed events from before an instant; how many."""
    forgotten = session.execute(
        update(events)
        .where(
            events.c.authority_id == authority_id,
            events.c.address.is_not(None),
            events.c.position.is_not(None),
            events.c.occurred_at < before,
        )
        .values(_FORGOTTEN)
    )
    return cast(CursorResult[Any], forgotten).rowcount


def forget_person(session: Session, authority_id: UUID, agent_id: UUID) -> None:
    """Forget every address a person called from, and what leads from them to the events that concern them."""
    session.execute(
        update(events)
        .where(events.c.authority_id == authority_id, events.c.agent_id == agent_id)
        .values(_FORGOTTEN)
    )
    session.execute(
        delete(_persons).where(_persons.c.authority_id == authority_id, _persons.c.agent_id == agent_id)
    )
