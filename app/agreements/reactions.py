"""What requests for agreement make of the events of rooms below, in the same transaction."""

from typing import Final

from sqlmodel import Session

from app.access.actor import Actor
from app.agreements import service
from app.agreements.problems import AgreementAwaited
from app.mandates.events import MandateCompleted, MandateExpired, MandateTerminated
from app.teams.events import TeamPhaseEntered
from app.teams.lifecycle import Phase

LASTING: Final = (Phase.ACCELERATION, Phase.CONSOLIDATION, Phase.TRANSFERRED, Phase.OPERATED)
"""Phases in which what a team tries spreads or stays."""


def hold_phase(session: Session, event: TeamPhaseEntered, _actor: Actor) -> None:
    """What is reserved waits for the sponsor's answer: what the team tries does not spread before. Stopping waits for
    nobody. Raises `AgreementAwaited`."""
    if event.entered in LASTING and service.is_awaited(session, event.subject_id):
        raise AgreementAwaited


def mandate_ended(
    session: Session, event: MandateTerminated | MandateCompleted | MandateExpired, actor: Actor
) -> None:
    service.withdraw_all(session, actor, event.subject_id)


REACTIONS = (
    (TeamPhaseEntered, hold_phase),
    (MandateTerminated, mandate_ended),
    (MandateCompleted, mandate_ended),
    (MandateExpired, mandate_ended),
)
