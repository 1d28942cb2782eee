"""Lead a team under its mandate, through its phases, to its end."""

from datetime import date
from uuid import UUID

from sqlmodel import Session

from app.access.actor import Actor
from app.irritants import service as irritants
from app.irritants.lifecycle import IrritantState
from app.irritants.models import Irritant
from app.journal.service import record
from app.kit.database import insert
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.teams import events, queries
from app.teams.lifecycle import ENDS, PHASES, TEAMS, Phase, TeamState
from app.teams.models import Team, TeamPhase
from app.teams.policy import TEAM_POLICY
from app.teams.problems import DayOutOfPhase, LearnedMissing


def mark_mandated(session: Session, actor: Actor, team: Team, sponsor_id: UUID | None = None) -> None:
    """A mandate of the team is active: its members are settled, and its irritant is in progress.

    `sponsor_id` is whom the mandate names: they read the team and its log. Under a further mandate only the sponsor
    changes. The mandate's policy has already allowed it. Raises `MoveRefused` for a concluded team.
    """
    queries.hold(session, team)
    sponsor = {} if sponsor_id is None else {"sponsor_id": sponsor_id}
    if team.state is TeamState.MANDATED:
        change(session, team, **sponsor)
        return
    TEAMS.apply(session, team, "mandate", **sponsor)
    irritants.start(session, actor, session.get_one(Irritant, team.irritant_id))
    record(session, events.TeamMandated(subject_id=team.id, irritant_id=team.irritant_id), by=actor)


def enter_phase(
    session: Session,
    actor: Actor,
    team: Team,
    phase: Phase,
    *,
    on_day: date | None = None,
    learned: str | None = None,
) -> None:
    """Go on to another phase, today or since `on_day`, saying what was learned in the one left.

    A last phase concludes the team. Its irritant then stays in progress, for the lab to declare resolved, when the team
    was mandated and its work is transferred or operated; else it is released.
    Raises `DayOutOfPhase` or `LearnedMissing` on their fields, `MoveRefused` with the phases that are possible.
    """
    TEAM_POLICY.require(session, actor, "enter_phase", team)
    day = on_day or actor.today()
    if day > actor.today():
        raise DayOutOfPhase.on("on_day", _("Une phase commence au plus tard aujourd'hui."))
    queries.hold(session, team)
    left, was_mandated = team.phase, team.state is TeamState.MANDATED
    # A team is concluded exactly when its phase is an end (the database checks it): one move writes both.
    concluded = {"state": TEAMS["conclude"].target} if phase in ENDS else {}
    PHASES.apply(session, team, phase.value, **concluded)
    if phase is Phase.STOPPED and learned is None:
        raise LearnedMissing.on("learned", LearnedMissing.title)
    present = queries.present_phase(session, team.id)
    if day < present.started_on:
        raise DayOutOfPhase.on(
            "on_day",
            _("La phase présente a commencé le {day} : la suivante ne peut pas être plus ancienne.").format(
                day=present.started_on
            ),
        )
    present.ended_on, present.learned = day, learned
    session.flush()
    insert(session, TeamPhase(authority_id=team.authority_id, team_id=team.id, phase=phase, started_on=day))
    entered = events.TeamPhaseEntered(subject_id=team.id, left=left, entered=phase, on_day=day)
    record(session, entered, by=actor)
    if concluded:
        _part(session, actor, team, day, was_mandated=was_mandated)


def conclude(
    session: Session,
    actor: Actor,
    team: Team,
    outcome: Phase,
    *,
    on_day: date | None = None,
    learned: str | None = None,
) -> None:
    """End a team: the same as entering that last phase."""
    TEAM_POLICY.require(session, actor, "conclude", team)
    enter_phase(session, actor, team, outcome, on_day=on_day, learned=learned)


def _part(session: Session, actor: Actor, team: Team, day: date, *, was_mandated: bool) -> None:
    irritant = session.get_one(Irritant, team.irritant_id)
    solved = was_mandated and team.phase is not Phase.STOPPED
    if not solved and irritant.state in {IrritantState.SELECTED, IrritantState.IN_PROGRESS}:
        irritants.release(session, actor, irritant)
    concluded = events.TeamConcluded(
        subject_id=team.id,
        irritant_id=team.irritant_id,
        outcome=team.phase,
        on_day=day,
        was_mandated=was_mandated,
    )
    record(session, concluded, by=actor)
