"""What half-days make of the events of rooms below, in the same transaction.

- A mandate in force plans them all. Suspended: those from that day on are excused, even where an absence excused them
  already, so that its being withdrawn later does not bring them back. Resumed: those from that day on are owed again.
  Ended, however: those after its last day are excused. They are never waived: that is an act of the agent, and counts
  as owed. An encroachment stays to be made good, and what gives one back stays planned.
- Amended: from that day on, they are those that the new terms say. A half-day of a former slot is excused.
- An absence, a departure, another rhythm, another calendar: what it touches is looked at again. What is past is
  touched by absences only, which HR often learns late.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.half_days.lifecycle import Excuse, HalfDayState
from app.half_days.models import HalfDay
from app.half_days.service import plan, reconsider, replan
from app.mandates import events as mandates
from app.mandates.models import Mandate
from app.people import events as people
from app.teams import events as teams

CALENDAR_FIELDS = frozenset(
    {"holiday_subdivision", "local_customs", "solidarity_day", "custom_days", "protestant_temple"}
)
RHYTHM_FIELDS = frozenset({"working_percentage", "off_halves", "position"})

_planned = col(HalfDay.state) == HalfDayState.PLANNED
_originals = col(HalfDay.gives_back).is_(False)


def _excused(*excuses: Excuse) -> ColumnElement[bool]:
    return col(HalfDay.excuse).in_(excuses)


def _reconsider(session: Session, actor: Actor, *where: Any) -> None:
    own = col(HalfDay.authority_id) == actor.authority_id
    reconsider(session, actor, session.execute(select(HalfDay).where(own, *where)).scalars().all())


def _of_mandate(mandate_id: UUID, first: date) -> tuple[ColumnElement[bool], ...]:
    return col(HalfDay.mandate_id) == mandate_id, col(HalfDay.day) >= first


def mandate_activated(session: Session, event: mandates.MandateActivated, actor: Actor) -> None:
    plan(session, actor, session.get_one(Mandate, event.subject_id))


def mandate_suspended(session: Session, event: mandates.MandateSuspended, actor: Actor) -> None:
    scope = _planned | _excused(Excuse.ABSENCE, Excuse.LEFT)
    _reconsider(session, actor, *_of_mandate(event.subject_id, event.from_day), _originals, scope)


def mandate_resumed(session: Session, event: mandates.MandateResumed, actor: Actor) -> None:
    _reconsider(session, actor, *_of_mandate(event.subject_id, event.from_day), _excused(Excuse.SUSPENSION))


def mandate_amended(session: Session, event: mandates.MandateAmended, actor: Actor) -> None:
    replan(session, actor, session.get_one(Mandate, event.subject_id), event.from_day)


def mandate_ended(
    session: Session,
    event: mandates.MandateTerminated | mandates.MandateCompleted | mandates.MandateExpired,
    actor: Actor,
) -> None:
    scope = _planned | _excused(Excuse.SUSPENSION)
    after = col(HalfDay.day) > event.on_day
    _reconsider(session, actor, col(HalfDay.mandate_id) == event.subject_id, after, _originals, scope)


def absence_declared(session: Session, event: people.AgentAbsenceDeclared, actor: Actor) -> None:
    inside = col(HalfDay.day).between(event.first_day, event.last_day)
    _reconsider(session, actor, col(HalfDay.agent_id) == event.agent_id, inside, _planned)


def absence_withdrawn(session: Session, event: people.AgentAbsenceWithdrawn, actor: Actor) -> None:
    inside = col(HalfDay.day).between(event.first_day, event.last_day)
    scope = _excused(Excuse.ABSENCE)
    _reconsider(session, actor, col(HalfDay.agent_id) == event.agent_id, inside, scope)


def agent_changed(session: Session, event: people.AgentChanged, actor: Actor) -> None:
    if RHYTHM_FIELDS.isdisjoint(event.fields):
        return
    scope = _planned | _excused(Excuse.NOT_WORKED, Excuse.ABSENCE)
    to_come = col(HalfDay.day) >= actor.today()
    _reconsider(session, actor, col(HalfDay.agent_id) == event.subject_id, to_come, scope)


def agent_left(session: Session, event: people.AgentLeft, actor: Actor) -> None:
    after = col(HalfDay.day) > event.left_on
    _reconsider(session, actor, col(HalfDay.agent_id) == event.subject_id, after, _planned)


def agent_returned(session: Session, event: people.AgentReturned, actor: Actor) -> None:
    scope = _excused(Excuse.LEFT)
    to_come = col(HalfDay.day) >= actor.today()
    _reconsider(session, actor, col(HalfDay.agent_id) == event.subject_id, to_come, scope)


def member_left(session: Session, event: teams.TeamMemberLeft, actor: Actor) -> None:
    theirs = (col(HalfDay.team_id) == event.subject_id, col(HalfDay.agent_id) == event.agent_id)
    from_then = col(HalfDay.day) >= event.on_day
    _reconsider(session, actor, *theirs, from_then, _originals, _planned)


def member_joined(session: Session, event: teams.TeamMemberJoined, actor: Actor) -> None:
    theirs = (col(HalfDay.team_id) == event.subject_id, col(HalfDay.agent_id) == event.agent_id)
    _reconsider(session, actor, *theirs, col(HalfDay.day) >= event.on_day, _excused(Excuse.LEFT))


def authority_edited(session: Session, event: people.AuthorityEdited, actor: Actor) -> None:
    if CALENDAR_FIELDS.isdisjoint(event.fields):
        return
    scope = _planned | _excused(Excuse.PUBLIC_HOLIDAY)
    _reconsider(session, actor, col(HalfDay.day) >= actor.today(), scope)


REACTIONS = (
    (mandates.MandateActivated, mandate_activated),
    (mandates.MandateSuspended, mandate_suspended),
    (mandates.MandateResumed, mandate_resumed),
    (mandates.MandateAmended, mandate_amended),
    (mandates.MandateTerminated, mandate_ended),
    (mandates.MandateCompleted, mandate_ended),
    (mandates.MandateExpired, mandate_ended),
    (people.AgentAbsenceDeclared, absence_declared),
    (people.AgentAbsenceWithdrawn, absence_withdrawn),
    (people.AgentChanged, agent_changed),
    (people.AgentLeft, agent_left),
    (people.AgentReturned, agent_returned),
    (people.AuthorityEdited, authority_edited),
    (teams.TeamMemberLeft, member_left),
    (teams.TeamMemberJoined, member_joined),
)
