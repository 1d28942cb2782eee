"""Collect signatures on a frozen text, rank by rank: on a mandate, and on an amendment to one.

Whoever calls holds the rows of the team and of the mandate first, in that order: of two last parties who sign at the
same instant, the second sees the first one's signature, and exactly one is the last.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.events import Event
from app.journal.service import record
from app.kit import clock
from app.kit.i18n import _
from app.mandates.events import ByAct
from app.mandates.lifecycle import PartyCapacity, PartyState
from app.mandates.models import Mandate, MandateParty, MandateSignature
from app.mandates.problems import AlreadySigned, NotYourTurn
from app.mandates.service.hands import Hand, hand_of

Held = Callable[[], set[tuple[UUID, PartyCapacity]]]
"""Who may sign today, in which capacity, whatever it was when they were named."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is signed: one submission of a mandate, and what the journal says of a signature on it."""

    mandate: Mandate
    submission: int
    document_hash: str
    signed: Callable[[MandateParty, ByAct | None], Event]


def collect(session: Session, actor: Actor, sheet: Sheet, held: Held, on_behalf_of: UUID | None) -> bool:
    """Sign in every capacity of `actor` whose turn has come, or comes by this very signature; whether all have signed.

    Raises `AlreadySigned`, `NotYourTurn`, `PowerLapsed`, `ChoosePower`, `NoSuchPower`.
    """
    everybody = parties_of(session, sheet.mandate, sheet.submission)
    hand = hand_of(session, actor, sheet.mandate, everybody, on_behalf_of)
    mine = [party for party in everybody if hand.holds(party)]
    if all(party.state is PartyState.SIGNED for party in mine):
        raise AlreadySigned
    awaited = [party for party in due_of(everybody) if party in mine]
    if not awaited:
        raise not_yet(everybody)
    capacities = held()
    if not any((party.agent_id, party.capacity) in capacities for party in awaited):
        raise hand.lapsed(awaited[0])
    now = clock.now()
    while due := [
        party
        for party in due_of(everybody)
        if hand.holds(party) and (party.agent_id, party.capacity) in capacities
    ]:
        for party in due:
            _sign_as(session, actor, sheet, party, hand, now)
    return all(party.state is PartyState.SIGNED for party in everybody)


def decline(
    session: Session,
    actor: Actor,
    mandate: Mandate,
    submission: int,
    reason: str,
    on_behalf_of: UUID | None,
) -> tuple[MandateParty, Hand]:
    """Write down that `actor` refuses: the first party for which they do, and in whose name.

    Raises `AlreadySigned` for a party that has nothing left to sign, and what `hand_of` raises.
    """
    everybody = parties_of(session, mandate, submission)
    hand = hand_of(session, actor, mandate, everybody, on_behalf_of)
    mine = [party for party in everybody if hand.holds(party) and party.state is PartyState.PENDING]
    if not mine:
        raise AlreadySigned
    for party in mine:
        party.state = PartyState.REFUSED
        party.reason = reason
    session.flush()
    return mine[0], hand


def void(session: Session, mandate: Mandate, submission: int) -> None:
    """Signatures given or awaited on this submission count no longer."""
    session.flush()
    session.execute(
        update(MandateParty)
        .where(
            col(MandateParty.mandate_id) == mandate.id,
            col(MandateParty.submission) == submission,
            col(MandateParty.state).in_([PartyState.PENDING, PartyState.SIGNED]),
        )
        .values(state=PartyState.VOID)
        .execution_options(synchronize_session=False)
    )


def parties_of(session: Session, mandate: Mandate, submission: int) -> list[MandateParty]:
    """The parties of a submission, by rank, as they stand now that the mandate is held."""
    statement = (
        select(MandateParty)
        .where(col(MandateParty.mandate_id) == mandate.id, col(MandateParty.submission) == submission)
        .order_by(col(MandateParty.rank), col(MandateParty.id))
        .execution_options(populate_existing=True)
    )
    return list(session.execute(statement).scalars())


def _sign_as(
    session: Session, actor: Actor, sheet: Sheet, party: MandateParty, hand: Hand, now: datetime
) -> None:
    party.state = PartyState.SIGNED
    session.add(
        MandateSignature(
            authority_id=sheet.mandate.authority_id,
            mandate_id=sheet.mandate.id,
            party_id=party.id,
            agent_id=cast(UUID, actor.agent_id),
            capacity=party.capacity,
            document_hash=sheet.document_hash,
            signed_at=now,
            method=actor.method,
            address=actor.address,
            **hand.kept(party),
        )
    )
    record(session, sheet.signed(party, hand.by_act(party)), by=hand.acting(actor, party))


def due_of(everybody: Iterable[MandateParty]) -> list[MandateParty]:
    """Those whose turn it is: everybody of the lowest rank that is not complete."""
    pending = [party for party in everybody if party.state is PartyState.PENDING]
    lowest = min((party.rank for party in pending), default=0)
    return [party for party in pending if party.rank == lowest]


def not_yet(everybody: Iterable[MandateParty]) -> NotYourTurn:
    awaited = due_of(everybody)
    return NotYourTurn(
        _("Votre tour viendra. Nous attendons d'abord : {capacity} ({count} signature(s)).").format(
            capacity=awaited[0].capacity.label, count=len(awaited)
        )
    )
