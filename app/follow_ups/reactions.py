"""What follow-ups make of a mandate's events, in the same transaction.

In force: all are planned. Suspended: those planned from that day on have no object; resumed, those from that day on are
planned again. Amended: they follow the last day as it now is. Ended: those whose theoretical day is after its last have
no object; one whose day fell within the mandate, and which was moved on to a working day after it, is still to be held.
"""

from sqlmodel import Session, col

from app.access.actor import Actor
from app.follow_ups.lifecycle import Cancellation
from app.follow_ups.models import FollowUp
from app.follow_ups.service import cancel, plan, replan, restore
from app.mandates import events as mandates
from app.mandates.models import Mandate


def mandate_activated(session: Session, event: mandates.MandateActivated, actor: Actor) -> None:
    plan(session, actor, session.get_one(Mandate, event.subject_id))


def mandate_suspended(session: Session, event: mandates.MandateSuspended, actor: Actor) -> None:
    theirs, from_then = (
        col(FollowUp.mandate_id) == event.subject_id,
        col(FollowUp.planned_on) >= event.from_day,
    )
    cancel(session, actor, Cancellation.SUSPENSION, theirs, from_then)


def mandate_resumed(session: Session, event: mandates.MandateResumed, actor: Actor) -> None:
    theirs, from_then = (
        col(FollowUp.mandate_id) == event.subject_id,
        col(FollowUp.planned_on) >= event.from_day,
    )
    restore(session, actor, theirs, from_then)


def mandate_amended(session: Session, event: mandates.MandateAmended, actor: Actor) -> None:
    replan(session, actor, session.get_one(Mandate, event.subject_id))


def mandate_ended(
    session: Session,
    event: mandates.MandateTerminated | mandates.MandateCompleted | mandates.MandateExpired,
    actor: Actor,
) -> None:
    theirs, after = col(FollowUp.mandate_id) == event.subject_id, col(FollowUp.theoretical_on) > event.on_day
    cancel(session, actor, Cancellation.MANDATE_ENDED, theirs, after)


REACTIONS = (
    (mandates.MandateActivated, mandate_activated),
    (mandates.MandateSuspended, mandate_suspended),
    (mandates.MandateResumed, mandate_resumed),
    (mandates.MandateAmended, mandate_amended),
    (mandates.MandateTerminated, mandate_ended),
    (mandates.MandateCompleted, mandate_ended),
    (mandates.MandateExpired, mandate_ended),
)
