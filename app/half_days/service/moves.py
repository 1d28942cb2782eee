"""What people do with a half-day: note it, say that it was taken back, give it back, move it, leave it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.access.actor import Actor
from app.half_days import events
from app.half_days.arithmetic import make_good_deadline
from app.half_days.lifecycle import HALVES, LIFECYCLE, Excuse, HalfDayState
from app.half_days.models import HalfDay
from app.half_days.policy import POLICY, to_come
from app.half_days.problems import HalfDayTaken, NotFree, NotOwed, NotYet, OutOfReach
from app.half_days.service import standing
from app.half_days.service.ground import OWED, Ground, moment_of
from app.half_days.service.standing import facts
from app.journal.service import record
from app.kit.calendar import Half
from app.kit.calendar import HalfDay as Moment
from app.kit.database import get, insert_if_absent
from app.kit.i18n import Text, _
from app.kit.problems import NotFound, Problem
from app.mandates.lifecycle import MandateState
from app.mandates.models import Mandate
from app.people.service import calendar_of

LATEST = timedelta(days=366)
"""A half-day taken back is given back within a year, or not at all."""


def find(session: Session, actor: Actor, half_day_id: UUID) -> HalfDay:
    """The half-day, if `actor` may know of it. Raises `NotFound`."""
    half_day = get(session, HalfDay, half_day_id, actor.authority_id)
    if not POLICY.allows(session, actor, "read", half_day):
        raise NotFound
    return half_day


def take(session: Session, actor: Actor, half_day: HalfDay, note: str | None) -> None:
    """The agent had this half-day. Raises `NotYet` before its day."""
    POLICY.require(session, actor, "take", half_day)
    LIFECYCLE.check(half_day.state, "take")
    if sentence := to_come(half_day, actor):
        raise NotYet(sentence)
    LIFECYCLE.apply(session, half_day, "take", note=note)
    record(session, events.HalfDayTaken(**facts(half_day)), by=actor)


def encroach(session: Session, actor: Actor, half_day: HalfDay, *, asked_by: str, reason: str) -> None:
    """The service took this half-day back. It is to be given back within the mandate's delay, counted from its day."""
    POLICY.require(session, actor, "encroach", half_day)
    mandate = session.get_one(Mandate, half_day.mandate_id)
    due = make_good_deadline(
        half_day.day, calendar_of(session, half_day.authority_id), mandate.make_good_days
    )
    LIFECYCLE.apply(session, half_day, "encroach", asked_by=asked_by, reason=reason, make_good_due=due)
    record(session, events.HalfDayEncroached(**facts(half_day), make_good_due=due), by=actor)


def make_good(session: Session, actor: Actor, half_day: HalfDay, day: date, half: Half) -> HalfDay:
    """Give an encroached half-day back at another moment: the half-day planned there.

    Raises `OutOfReach` before the one taken back or a year after, `NotFree` when the agent does not work then,
    `HalfDayTaken` when one is protected there already; each proposes others.
    """
    POLICY.require(session, actor, "make-good", half_day)
    LIFECYCLE.check(half_day.state, "make-good")
    moment = Moment(day, half)
    choice = Choice.of(session, actor, half_day)
    if not moment_of(half_day) < moment or day > half_day.day + LATEST:
        raise choice.refusal(
            OutOfReach, _("Choisissez un moment après celui qui a été repris, et dans l'année.")
        )
    late = half_day.make_good_due is not None and day > half_day.make_good_due
    made = _instead(session, actor, half_day, choice, moment, gives_back=True, late=late)
    LIFECYCLE.apply(session, half_day, "make-good", replaced_by_id=made.id)
    event = events.HalfDayMadeGood(**facts(half_day), by_id=made.id, late=late)
    record(session, event, by=actor)
    return made


def move(session: Session, actor: Actor, half_day: HalfDay, day: date, half: Half) -> HalfDay:
    """Put a planned half-day elsewhere, within the mandate's window: the half-day planned there.

    Raises `OutOfReach` outside of the window, `NotFree` and `HalfDayTaken` as `make_good` does.
    """
    POLICY.require(session, actor, "move", half_day)
    LIFECYCLE.check(half_day.state, "move")
    moment = Moment(day, half)
    choice = Choice.of(session, actor, half_day)
    if not choice.earliest <= day <= choice.latest:
        sentence = _("Choisissez un moment entre le {first} et le {last}.")
        raise choice.refusal(OutOfReach, sentence.format(first=choice.earliest, last=choice.latest))
    late = half_day.gives_back and half_day.make_good_due is not None and day > half_day.make_good_due
    made = _instead(session, actor, half_day, choice, moment, gives_back=half_day.gives_back, late=late)
    LIFECYCLE.apply(session, half_day, "move", replaced_by_id=made.id)
    record(session, events.HalfDayMoved(**facts(half_day), by_id=made.id), by=actor)
    return made


def waive(session: Session, actor: Actor, half_day: HalfDay, reason: str) -> None:
    """The agent does without it, or without its being given back. It still counts as owed."""
    POLICY.require(session, actor, "waive", half_day)
    LIFECYCLE.apply(session, half_day, "waive", waived_because=reason)
    record(session, events.HalfDayWaived(**facts(half_day)), by=actor)


def excuse(session: Session, actor: Actor, half_day: HalfDay, reason: str) -> None:
    """It is not owed, for a reason that the calendar and the absences do not know."""
    POLICY.require(session, actor, "excuse", half_day)
    LIFECYCLE.check(half_day.state, "excuse")
    standing.excuse(session, actor, half_day, Excuse.DECLARED, reason)


def restore(session: Session, actor: Actor, half_day: HalfDay) -> None:
    """It was excused by mistake. Raises `NotOwed` when it is not owed anyway."""
    POLICY.require(session, actor, "restore", half_day)
    LIFECYCLE.check(half_day.state, "restore")
    mandate = session.get_one(Mandate, half_day.mandate_id)
    ground = Ground.of(session, half_day.authority_id, [half_day.agent_id], half_day.day, half_day.day)
    verdict = ground.verdict(half_day, mandate)
    if verdict.excuse is not None:
        sentence = _("Cette demi-journée reste non due : {excuse}.")
        raise NotOwed(sentence.format(excuse=verdict.excuse.label))
    if moment_of(half_day) in ground.standing[half_day.agent_id]:
        raise HalfDayTaken
    standing.restore(session, actor, half_day)
    if half_day.state is HalfDayState.EXCUSED:
        raise NotOwed(_("Cette demi-journée en rendait une autre, qui n'est plus due."))


def free_slots(session: Session, actor: Actor, half_day: HalfDay) -> "Choice":
    """When an encroached half-day could be given back, or a planned one moved. Raises `MoveRefused` for any other."""
    POLICY.require(session, actor, "propose", half_day)
    if half_day.state is not HalfDayState.ENCROACHED:
        LIFECYCLE.check(half_day.state, "move")
    return Choice.of(session, actor, half_day)


@dataclass(frozen=True, slots=True)
class Choice:
    """The moments that may replace a half-day. `earliest` and `latest` bound them; proposals begin today.

    `late`: what was promised has passed, and later moments are proposed.
    """

    half_day: HalfDay
    ground: Ground
    earliest: date
    latest: date
    today: date
    late: bool

    @classmethod
    def of(cls, session: Session, actor: Actor, half_day: HalfDay) -> "Choice":
        mandate = session.get_one(Mandate, half_day.mandate_id)
        today = actor.today()
        late = False
        if half_day.state is HalfDayState.ENCROACHED and half_day.make_good_due is not None:
            earliest, latest = half_day.day, half_day.make_good_due
            late = latest < today
            if late:
                latest = today + timedelta(days=mandate.make_good_days)
            last = max(latest, half_day.day + LATEST)
        else:
            window = timedelta(days=mandate.move_window_days)
            earliest, latest = half_day.day - window, half_day.day + window
            if not half_day.gives_back:
                earliest, latest = max(earliest, mandate.starts_on), min(latest, _last_day(mandate))
            last = latest
        ground = Ground.of(session, half_day.authority_id, [half_day.agent_id], earliest, last)
        left_on = ground.departures.get((half_day.team_id, half_day.agent_id))
        if left_on is not None and not half_day.gives_back and half_day.state is HalfDayState.PLANNED:
            latest = min(latest, left_on - timedelta(days=1))
        return cls(half_day, ground, earliest, latest, today, late)

    def moments(self) -> list[Moment]:
        """From today on, in order."""
        before_today = Moment(self.today - timedelta(days=1), Half.AFTERNOON)
        after = max(Moment(self.earliest - timedelta(days=1), Half.AFTERNOON), before_today)
        if self.half_day.state is HalfDayState.ENCROACHED:
            after = max(after, moment_of(self.half_day))
        return list(self.ground.free(self.half_day.agent_id, after, self.latest))

    def refusal(self, problem: type[Problem], sentence: Text) -> Problem:
        """The refusal of a chosen moment, with others that would do."""
        proposed = [{"day": moment.date, "half": moment.half} for moment in self.moments()]
        return problem.on("day", sentence, free_slots=proposed)


def _last_day(mandate: Mandate) -> date:
    """The last day on which the mandate, as it stands, owes a half-day."""
    last = mandate.ended_on or mandate.ends_on
    if mandate.state is MandateState.SUSPENDED and mandate.suspended_from is not None:
        return min(last, mandate.suspended_from - timedelta(days=1))
    return last


def _instead(
    session: Session,
    actor: Actor,
    half_day: HalfDay,
    choice: Choice,
    moment: Moment,
    *,
    gives_back: bool,
    late: bool,
) -> HalfDay:
    """The half-day planned at `moment` in the place of `half_day`."""
    verdict = choice.ground.of_agent(half_day.agent_id, moment)
    if verdict != OWED:
        raise choice.refusal(NotFree, _why_not(moment, verdict.excuse, verdict.detail))
    made = HalfDay(
        authority_id=half_day.authority_id,
        mandate_id=half_day.mandate_id,
        team_id=half_day.team_id,
        agent_id=half_day.agent_id,
        day=moment.date,
        half=moment.half,
        gives_back=gives_back,
        late=late,
        make_good_due=half_day.make_good_due if gives_back else None,
        replaces_id=half_day.id,
    )
    if not insert_if_absent(session, made):
        sentence = _("Une demi-journée est déjà protégée {day}, {half} : choisissez un autre moment.")
        raise choice.refusal(HalfDayTaken, _at(sentence, moment))
    record(session, events.HalfDayPlanned(**facts(made), replaces_id=half_day.id), by=actor)
    return made


def _why_not(moment: Moment, excuse: Excuse | None, detail: str | None) -> Text:
    match excuse:
        case Excuse.PUBLIC_HOLIDAY:
            sentence = _("Personne ne travaille {day} ({holiday}) : choisissez un autre moment.")
        case Excuse.ABSENCE:
            sentence = _("Une absence est connue {day}, {half} : choisissez un autre moment.")
        case Excuse.LEFT:
            sentence = _("L'agent ne sera plus en poste {day} : choisissez un autre moment.")
        case _other:
            sentence = _("L'agent ne travaille pas {day}, {half} : choisissez un autre moment.")
    return _at(sentence, moment).format(holiday=detail)


def _at(sentence: Text, moment: Moment) -> Text:
    values: dict[str, Any] = {"day": moment.date, "half": HALVES[moment.half]}
    return sentence.format(**values)
