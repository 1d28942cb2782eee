"""The outbox of mail: written in the change's transaction, sent by the worker, leased and retried with back-off.

Nothing of the network runs inside a request. A message leaves at least once: a worker that dies between the server's
answer and its own note sends it again, under the same Message-ID.
"""

from datetime import date, datetime, timedelta
from typing import Any, Protocol, cast
from uuid import UUID

import structlog
from sqlalchemy import CursorResult, bindparam, delete, or_, select, update
from sqlmodel import Session

from app.kit import clock
from app.kit.bounds import everywhere, within
from app.kit.columns import table_of
from app.kit.database import Database, insert
from app.kit.mail import Mail, Send
from app.mailing.models import OutgoingMail

log = structlog.get_logger("essaim.mail")

LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 10
# At worst each takes as long as a dead server is waited for: together less than the lease.
BATCH = 5
KEPT = timedelta(days=30)
"""How long it stays known that a message was sent, and to whom."""

_mails = table_of(OutgoingMail)


class Recipient(Protocol):
    """Who is written to."""

    @property
    def id(self) -> UUID: ...

    @property
    def authority_id(self) -> UUID: ...


def post(session: Session, agent: Recipient, mail: Mail, *, expires_at: datetime) -> OutgoingMail:
    """Owe `mail` to `agent`, unless it could not be sent before `expires_at`."""
    return insert(
        session,
        OutgoingMail(
            authority_id=agent.authority_id,
            agent_id=agent.id,
            recipient=mail.to,
            subject=mail.subject[:200],
            text=mail.text,
            html=mail.html,
            expires_at=expires_at,
        ),
    )


def deliver(database: Database, send: Send, *, keeps_texts: bool = False, limit: int = BATCH) -> int:
    """Send what is due; how many left. `keeps_texts`, for the demonstration's mailbox alone: nothing is erased."""
    now = clock.now()
    with everywhere(), database.transaction() as session:
        # A CTE that locks is evaluated once; as a subquery, PostgreSQL may run it again and take more than `limit`.
        due = (
            select(_mails.c.id)
            .where(
                _mails.c.sent_at.is_(None),
                _mails.c.given_up_at.is_(None),
                _mails.c.due_at <= now,
                or_(_mails.c.leased_until.is_(None), _mails.c.leased_until < now),
            )
            .order_by(_mails.c.due_at, _mails.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        claimed = session.execute(
            update(_mails)
            .where(_mails.c.id.in_(select(due.c.id)))
            .values(leased_until=now + LEASE, attempts=_mails.c.attempts + 1)
            .returning(_mails)
        ).all()
    return sum(_deliver_one(database, send, row, keeps_texts=keeps_texts) for row in sorted(claimed))


def _deliver_one(database: Database, send: Send, row: Any, *, keeps_texts: bool) -> bool:
    over = clock.now() >= row.expires_at
    failure: Exception | None = None
    if not over:
        try:
            send(Mail(row.recipient, row.subject, row.text, row.html), row.id)
        except (OSError, ValueError) as error:
            failure = error
            # What a server says may quote the address: the journal of the machine keeps the kind alone.
            log.warning("mail failed", mail_id=str(row.id), attempts=row.attempts, error=type(error).__name__)
    erased = {} if keeps_texts else {"text": "", "html": ""}
    values: dict[str, Any]
    if over or (failure and row.attempts >= MAX_ATTEMPTS):
        values = {"given_up_at": clock.now(), **erased}
    elif failure:
        values = {"due_at": clock.now() + timedelta(seconds=min(2**row.attempts, 3600))}
    else:
        values = {"sent_at": clock.now(), **erased}
    if failure:
        values["last_error"] = repr(failure)[:500]
    # Another worker may have taken over a lease that ran out: what it holds is not ours to settle.
    mine = (_mails.c.id == row.id, _mails.c.attempts == row.attempts, _mails.c.sent_at.is_(None))
    with within(row.authority_id), database.transaction() as session:
        settled = session.execute(update(_mails).where(*mine).values(leased_until=None, **values))
    return "sent_at" in values and cast(CursorResult[Any], settled).rowcount == 1


_FORGET = delete(_mails).where(
    _mails.c.authority_id == bindparam("of"),
    _mails.c.created_at < bindparam("before", type_=_mails.c.created_at.type),
)


def forget(session: Session, actor: Any, _today: date) -> int:
    """The chore: drop what an authority sent, or gave up, more than thirty days ago."""
    gone = session.execute(_FORGET, {"of": actor.authority_id, "before": clock.now() - KEPT})
    return int(cast(CursorResult[Any], gone).rowcount)
