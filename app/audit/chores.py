"""What the calendar makes due: the journal forgets where people called from."""

from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session

from app.access.actor import Actor
from app.audit.events import AddressesForgotten
from app.journal.forgetting import forget_addresses as forget
from app.journal.service import record
from app.settings import get_settings


def forget_addresses(session: Session, actor: Actor, day: date) -> int:
    """Forget the addresses that are older than the settings allow, whole days at a time; how many."""
    first_kept = day - timedelta(days=get_settings().journal_address_days)
    count = forget(session, actor.authority_id, datetime.combine(first_kept, time(), UTC))
    if count:
        event = AddressesForgotten(subject_id=actor.authority_id, count=count, before_day=first_kept)
        record(session, event, by=actor)
    return count
