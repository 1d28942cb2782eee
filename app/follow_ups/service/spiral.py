"""Answer the spiral so that nobody can tell who answered what."""

from random import SystemRandom
from typing import cast
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete, insert
from sqlmodel import Session

from app.access.actor import Actor, system
from app.follow_ups.events import SpiralAnswered
from app.follow_ups.lifecycle import FollowUpState
from app.follow_ups.models import DIMENSIONS, FollowUp, SpiralReceipt, SpiralScore
from app.follow_ups.policy import FOLLOW_UPS as POLICY
from app.follow_ups.problems import AlreadyAnswered, SpiralClosed
from app.follow_ups.schemas import SpiralAnswer
from app.journal.service import record
from app.kit.columns import table_of
from app.kit.database import get, insert_if_absent

_scores = table_of(SpiralScore)
_ANSWER = (*DIMENSIONS, "word")


def read_spiral(session: Session, actor: Actor, follow_up_id: UUID) -> None:
    """Raise `NotFound` or `Forbidden` where `actor` may not read the spiral of this follow-up."""
    follow_up = get(session, FollowUp, follow_up_id, actor.authority_id)
    POLICY.require(session, actor, "read_spiral", follow_up)


def answer(session: Session, actor: Actor, follow_up_id: UUID, form: SpiralAnswer) -> None:
    """One answer, once. Raises `SpiralClosed` when it is not the time, `AlreadyAnswered` the second time."""
    follow_up = get(session, FollowUp, follow_up_id, actor.authority_id)
    POLICY.require(session, actor, "score", follow_up)
    if follow_up.state not in {FollowUpState.SCHEDULED, FollowUpState.HELD}:
        raise SpiralClosed
    receipt = SpiralReceipt(
        authority_id=follow_up.authority_id, follow_up_id=follow_up.id, agent_id=cast(UUID, actor.agent_id)
    )
    if not insert_if_absent(session, receipt):
        raise AlreadyAnswered
    _write(session, follow_up, form)
    with structlog.contextvars.bound_contextvars(request_id=None):
        event = SpiralAnswered(subject_id=follow_up.id)
        record(session, event, by=system(follow_up.authority_id, actor.time_zone))


def _write(session: Session, follow_up: FollowUp, form: SpiralAnswer) -> None:
    """Write all the answers anew, in random order."""
    before = session.execute(
        delete(_scores)
        .where(_scores.c.follow_up_id == follow_up.id)
        .returning(*(_scores.c[name] for name in _ANSWER))
    )
    answers = [*map(tuple, before), tuple(getattr(form, name) for name in _ANSWER)]
    SystemRandom().shuffle(answers)
    session.execute(
        insert(_scores),
        [
            {
                "id": uuid4(),
                "authority_id": follow_up.authority_id,
                "follow_up_id": follow_up.id,
                **dict(zip(_ANSWER, values, strict=True)),
            }
            for values in answers
        ],
    )
