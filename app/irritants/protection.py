"""Reports under protection: told without a name, followed by a key, opened by trusted persons who say why.

Who reports is written nowhere but in `protected_identities`, under lock. The rest of what a report leaves is dated by
lot within the last day, its ids too; the journal learns of it when the day is over (`announcing`); no idempotency key
is kept. `docs/protection.md` says what each measure is against, and what remains.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.small_groups import wide_enough
from app.irritants import announcing, events
from app.irritants.lifecycle import IrritantState, Side
from app.irritants.models import (
    IdentityOpening,
    Irritant,
    ProtectedIdentity,
    ProtectedMessage,
    ProtectedReceipt,
)
from app.irritants.policy import POLICY
from app.irritants.problems import (
    IdentityForgotten,
    NotProtected,
    ProtectionUnavailable,
    TooFewToProtect,
    UnknownReceipt,
)
from app.irritants.schemas import IrritantReport
from app.irritants.service import write
from app.journal.service import record
from app.kit import clock
from app.kit.bounds import everywhere
from app.kit.database import Database, insert
from app.kit.digests import digest
from app.kit.ids import blurred_id
from app.kit.limits import Limit, take
from app.kit.vault import Keyring, LockNotOpened, Sealed
from app.people.models import Agent, Authority, Directorate
from app.people.service import directorate_of

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GROUPS, GROUP = 7, 4
"""140 bits: a plain digest of it cannot be searched."""

BY_ADDRESS = Limit("protected reports by address", times=600, seconds=3600)
BY_RECEIPT = Limit("protected reports by follow-up key", times=60, seconds=3600)

KEPT = timedelta(days=61)
"""How long an identity outlives its irritant: two months after the end, as CNIL has it for alerts (2023-064)."""

_CLOSED = (IrritantState.RESOLVED, IrritantState.DECLINED, IrritantState.MERGED)


def report(
    session: Session, actor: Actor, form: IrritantReport, keyring: Keyring | None
) -> tuple[Irritant, str]:
    """A new irritant whose reporter nobody knows, and the follow-up key, which is not to be had again.

    It happens where at least three people work: in the directorate named, or the nearest such one above. Raises
    `ProtectionUnavailable` without a keyring, `UnknownDirectorate`, `TooFewToProtect`.
    """
    POLICY.require(session, actor, "report_protected")
    if keyring is None or actor.agent_id is None:
        raise ProtectionUnavailable
    named = directorate_of(session, actor, form.directorate_id)
    instant = clock.blurred()
    irritant = write(
        session,
        actor,
        form,
        id=blurred_id(instant),
        created_at=instant,
        updated_at=instant,
        directorate_id=_guarded(session, actor, named),
        protected=True,
    )
    sealed = keyring.seal(actor.agent_id.bytes, _about(irritant.authority_id, irritant.id))
    own: dict[str, Any] = {"authority_id": irritant.authority_id, "irritant_id": irritant.id}
    insert(
        session,
        ProtectedIdentity(
            id=blurred_id(instant),
            **own,
            master_id=sealed.master_id,
            wrapped_key=sealed.wrapped_key,
            ciphertext=sealed.ciphertext,
            algorithm=sealed.algorithm,
        ),
    )
    receipt = _new_receipt()
    insert(session, ProtectedReceipt(id=blurred_id(instant), **own, receipt_hash=receipt_hash(receipt)))
    announcing.await_the_day(session, irritant, actor.today())
    return irritant, receipt


def knock(database: Database, keyring: Keyring | None, address: str, receipt: str) -> None:
    """Count a request of the follow-up door. Raises `TooManyRequests`, or `ProtectionUnavailable` without a keyring.

    What is counted under is blinded by the master key: of who came, and for what, the counters tell nothing.
    """
    if keyring is None:
        raise ProtectionUnavailable
    take(database, BY_ADDRESS, keyring.blind("address", address))
    take(database, BY_RECEIPT, keyring.blind("receipt", receipt_hash(receipt)))


def authority_of(database: Database, receipt: str) -> UUID:
    """Whose authority's irritant this follow-up key follows: all that is read before it is known. Raises
    `UnknownReceipt`."""
    statement = select(col(ProtectedReceipt.authority_id)).where(
        col(ProtectedReceipt.receipt_hash) == receipt_hash(receipt)
    )
    with everywhere(), database.read() as connection:
        authority_id: UUID | None = connection.execute(statement).scalar_one_or_none()
    if authority_id is None:
        raise UnknownReceipt
    return authority_id


def follow(session: Session, authority_id: UUID, receipt: str) -> Irritant:
    """The irritant of this follow-up key, in its authority. Raises `UnknownReceipt`."""
    row: Irritant | None = session.execute(
        select(Irritant)
        .join(ProtectedReceipt, col(ProtectedReceipt.irritant_id) == col(Irritant.id))
        .where(
            col(ProtectedReceipt.receipt_hash) == receipt_hash(receipt),
            col(ProtectedReceipt.authority_id) == authority_id,
        )
    ).scalar_one_or_none()
    if row is None:
        raise UnknownReceipt
    return row


def receive(session: Session, irritant: Irritant, body: str) -> ProtectedMessage:
    """A message from whoever holds the follow-up key of `irritant`."""
    authority = session.get_one(Authority, irritant.authority_id)
    day = clock.today(authority.time_zone)
    row = _add(session, irritant, Side.REPORTER, body, day, id=blurred_id(clock.blurred()))
    announcing.await_the_day(session, irritant, day, row.number)
    return row


def send(session: Session, actor: Actor, irritant: Irritant, body: str) -> ProtectedMessage:
    """A message to the protected reporter of `irritant`. Raises `NotProtected`."""
    POLICY.require(session, actor, "write_message", irritant)
    if not irritant.protected:
        raise NotProtected
    announcing.announce(session, irritant)
    row = _add(session, irritant, Side.LAB, body, actor.today(), author_id=actor.agent_id)
    record(session, events.IrritantMessageSent(subject_id=irritant.id, number=row.number), by=actor)
    return row


def open_identity(
    session: Session, actor: Actor, irritant: Irritant, reason: str, keyring: Keyring | None
) -> tuple[IdentityOpening, Agent]:
    """Who reported `irritant`. The opening, with its reason, is there for the reporter to read.

    Raises `FreshAuthenticationNeeded`, `NotProtected`, `IdentityForgotten`, or `ProtectionUnavailable` where the key is
    not on the ring.
    """
    POLICY.require(session, actor, "open_identity", irritant)
    if not irritant.protected:
        raise NotProtected
    identity: ProtectedIdentity | None = session.execute(
        select(ProtectedIdentity).where(col(ProtectedIdentity.irritant_id) == irritant.id)
    ).scalar_one_or_none()
    if identity is None:
        raise IdentityForgotten
    try:
        if keyring is None:
            raise ProtectionUnavailable
        agent_id = keyring.open(_sealed(identity), _about(irritant.authority_id, irritant.id))
    except LockNotOpened:
        raise ProtectionUnavailable from None
    announcing.announce(session, irritant)
    opening = insert(
        session,
        IdentityOpening(
            authority_id=irritant.authority_id,
            irritant_id=irritant.id,
            agent_id=cast(UUID, actor.agent_id),
            reason=reason,
        ),
    )
    record(session, events.IrritantIdentityOpened(subject_id=irritant.id, opening_id=opening.id), by=actor)
    return opening, session.get_one(Agent, UUID(bytes=agent_id))


def forget_due(session: Session, actor: Actor, _day: date) -> int:
    """Forget who reported the irritants that were closed `KEPT` ago; how many. A chore."""
    closed = exists(1).where(
        col(Irritant.id) == col(ProtectedIdentity.irritant_id),
        col(Irritant.state).in_(_CLOSED),
        col(Irritant.updated_at) < clock.now() - KEPT,
    )
    gone = session.execute(
        delete(ProtectedIdentity)
        .where(col(ProtectedIdentity.authority_id) == actor.authority_id, closed)
        .returning(col(ProtectedIdentity.irritant_id))
    )
    forgotten = sorted(gone.scalars())
    for irritant_id in forgotten:
        record(session, events.IrritantIdentityForgotten(subject_id=irritant_id), by=actor)
    return len(forgotten)


def rewrap(session: Session, keyring: Keyring) -> int:
    """Have the current master key lock every identity; how many another one locked. Raises `LockNotOpened`."""
    elsewhere = col(ProtectedIdentity.master_id) != keyring.current
    former: Sequence[ProtectedIdentity] = (
        session.execute(select(ProtectedIdentity).where(elsewhere).with_for_update()).scalars().all()
    )
    for row in former:
        sealed = keyring.rewrap(_sealed(row), _about(row.authority_id, row.irritant_id))
        row.master_id, row.wrapped_key = sealed.master_id, sealed.wrapped_key
        row.algorithm = sealed.algorithm
    session.flush()
    return len(former)


def receipt_hash(receipt: str) -> str:
    """What is stored of a follow-up key: case, spaces and dashes do not count."""
    plain = "".join(letter for letter in receipt.upper() if letter in ALPHABET)
    return digest(plain)


def _new_receipt() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(GROUP)) for _group in range(GROUPS))


def _about(authority_id: UUID, irritant_id: UUID) -> bytes:
    return b"protected identity " + authority_id.bytes + irritant_id.bytes


def _sealed(row: ProtectedIdentity) -> Sealed:
    return Sealed(row.master_id, row.wrapped_key, row.ciphertext, row.algorithm)


def _add(
    session: Session, irritant: Irritant, side: Side, body: str, day: date, **facts: Any
) -> ProtectedMessage:
    # Two messages for one irritant wait for each other here, and the second sees the first.
    session.execute(select(col(Irritant.id)).where(col(Irritant.id) == irritant.id).with_for_update())
    last = session.execute(
        select(func.max(col(ProtectedMessage.number))).where(col(ProtectedMessage.irritant_id) == irritant.id)
    ).scalar()
    return insert(
        session,
        ProtectedMessage(
            authority_id=irritant.authority_id,
            irritant_id=irritant.id,
            number=(last or 0) + 1,
            side=side,
            body=body,
            written_on=day,
            **facts,
        ),
    )


def _guarded(session: Session, actor: Actor, named: Directorate) -> UUID:
    """The directorate named, or the nearest above where enough people work. Raises `TooFewToProtect`."""
    tree = session.execute(
        select(col(Directorate.id), col(Directorate.parent_id)).where(
            col(Directorate.authority_id) == actor.authority_id
        )
    )
    people = session.execute(
        select(col(Agent.directorate_id), func.count())
        .where(
            col(Agent.authority_id) == actor.authority_id,
            col(Agent.directorate_id).is_not(None),
            or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= actor.today()),
        )
        .group_by(col(Agent.directorate_id))
    )
    place = wide_enough(named.id, {row[0]: row[1] for row in tree}, {row[0]: row[1] for row in people})
    if place is None:
        raise TooFewToProtect.on("directorate_id", TooFewToProtect.title)
    return place
