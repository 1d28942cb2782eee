"""Say what became of a commitment."""

from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.follow_ups import events
from app.follow_ups.lifecycle import COMMITMENTS, CommitmentState, Side
from app.follow_ups.models import Commitment
from app.follow_ups.policy import COMMITMENTS as POLICY
from app.follow_ups.problems import DropAlreadyAgreed
from app.follow_ups.service.acting import for_client
from app.journal.service import record
from app.kit.columns import table_of
from app.kit.database import get
from app.kit.lifecycle import swap
from app.kit.problems import NotFound

_AGREED = {Side.TEAM: "drop_agreed_by_team", Side.CLIENT_DIRECTORATE: "drop_agreed_by_client"}


def find_commitment(session: Session, actor: Actor, commitment_id: UUID) -> Commitment:
    """The commitment, if `actor` may know of it. Raises `NotFound`."""
    commitment = get(session, Commitment, commitment_id, actor.authority_id)
    if not POLICY.allows(session, actor, "read", commitment):
        raise NotFound
    return commitment


def keep(session: Session, actor: Actor, commitment: Commitment) -> None:
    """What was promised is done."""
    POLICY.require(session, actor, "keep", commitment)
    COMMITMENTS.apply(session, commitment, "keep", closed_on=actor.today())
    record(session, events.CommitmentKept(**facts(commitment)), by=_acting(session, actor, commitment))


def break_(session: Session, actor: Actor, commitment: Commitment, reason: str) -> None:
    """What was promised will not be done."""
    POLICY.require(session, actor, "break", commitment)
    COMMITMENTS.apply(session, commitment, "break", closed_on=actor.today(), reason=reason)
    broken = events.CommitmentBroken(**facts(commitment), reason=reason)
    record(session, broken, by=_acting(session, actor, commitment))


def drop(session: Session, actor: Actor, commitment: Commitment) -> None:
    """Agree, for one's side, to drop it. Once both sides have, it is dropped; until then it stays open.

    Raises `DropAlreadyAgreed` when one's side had agreed before.
    """
    POLICY.require(session, actor, "drop", commitment)
    COMMITMENTS.check(commitment.state, "drop")
    side = (
        Side.TEAM
        if Capacity.MEMBER in POLICY.standing(session, actor, commitment)
        else Side.CLIENT_DIRECTORATE
    )
    if side is Side.CLIENT_DIRECTORATE:
        actor = for_client(session, actor, commitment.mandate_id)
    table, agreed = table_of(commitment), _AGREED[side]
    not_yet = (table.c.state == CommitmentState.OPEN) & table.c[agreed].is_(False)
    if not swap(session, commitment, not_yet, {agreed: True}):
        _refuse_drop(session, commitment, table)
    record(session, events.CommitmentDropAgreed(**facts(commitment), by_side=side), by=actor)
    # The row is ours until the commit: whoever agreed for the other side is seen here, or will see us.
    both = select(table.c.drop_agreed_by_team & table.c.drop_agreed_by_client).where(
        table.c.id == commitment.id
    )
    if session.execute(both).scalar_one():
        COMMITMENTS.apply(session, commitment, "drop", closed_on=actor.today())
        record(session, events.CommitmentDropped(**facts(commitment)), by=actor)


def _acting(session: Session, actor: Actor, commitment: Commitment) -> Actor:
    """`actor`, citing their interim where nothing else lets them speak of this commitment."""
    if actor.agent_id is None or actor.has(Capacity.LAB):
        return actor
    standing = POLICY.standing(session, actor, commitment)
    if any(capacity in standing for capacity in (Capacity.MEMBER, Capacity.COACH, Capacity.OWNER)):
        return actor
    return for_client(session, actor, commitment.mandate_id)


def facts(commitment: Commitment) -> dict[str, Any]:
    """What every event of a commitment says of it."""
    return {
        "subject_id": commitment.id,
        "mandate_id": commitment.mandate_id,
        "team_id": commitment.team_id,
        "side": commitment.side,
    }


def _refuse_drop(session: Session, commitment: Commitment, table: Table) -> None:
    state = session.execute(select(table.c.state).where(table.c.id == commitment.id)).scalar_one()
    COMMITMENTS.check(state, "drop")
    raise DropAlreadyAgreed
