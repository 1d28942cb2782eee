"""Find mandates, and hold one while it changes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.kit.database import get
from app.kit.problems import NotFound
from app.mandates.lifecycle import MandateState
from app.mandates.models import Mandate
from app.mandates.policy import POLICY
from app.mandates.problems import PowerLapsed
from app.mandates.substitution import lapsed
from app.teams.models import Team


def find(session: Session, actor: Actor, mandate_id: UUID) -> Mandate:
    """The mandate, if `actor` may know of it. Raises `NotFound`."""
    mandate = get(session, Mandate, mandate_id, actor.authority_id)
    if not POLICY.allows(session, actor, "read", mandate):
        raise NotFound
    return mandate


def find_to_sign(session: Session, actor: Actor, mandate_id: UUID) -> Mandate:
    """The mandate, if `actor` may know of it, or might have until their power to sign it ended.

    Raises `NotFound`, or `PowerLapsed` saying when it ended.
    """
    mandate = get(session, Mandate, mandate_id, actor.authority_id)
    if POLICY.allows(session, actor, "read", mandate):
        return mandate
    if sentence := lapsed(session, actor, mandate):
        raise PowerLapsed(sentence)
    raise NotFound


def hold(session: Session, mandate: Mandate) -> None:
    """Read the mandate and its team again; nobody else changes them before this transaction ends.

    On SQLite a writer is alone from its first statement; on PostgreSQL both rows are locked.
    """
    session.flush()
    session.refresh(session.get_one(Team, mandate.team_id), with_for_update={"key_share": True})
    session.refresh(mandate, with_for_update={"key_share": True})


def mandates_of(session: Session, team_id: UUID, states: Sequence[MandateState]) -> Sequence[Mandate]:
    """The mandates of a team in these states, oldest first."""
    statement = (
        select(Mandate)
        .where(col(Mandate.team_id) == team_id, col(Mandate.state).in_(states))
        .order_by(col(Mandate.id))
    )
    return session.execute(statement).scalars().all()
