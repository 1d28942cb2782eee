"""Form a team, correct it, gather its members."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.calls import queries as calls
from app.calls.problems import IrritantNotInCall, UnknownCall
from app.irritants.lifecycle import IrritantState
from app.irritants.models import Irritant
from app.irritants.service import select_for_call
from app.journal.service import record
from app.kit.database import get, insert
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.problems import NotFound
from app.people.models import Agent, Position
from app.people.problems import UnknownAgent
from app.people.service import agent_in_post, directorate_of
from app.teams import events, queries
from app.teams.lifecycle import Phase, TeamState
from app.teams.models import Team, TeamMember, TeamPhase
from app.teams.policy import TEAM_POLICY
from app.teams.problems import (
    AlreadyMember,
    CallNotRunning,
    IrritantHeldByCall,
    LastMember,
    NotInActivity,
    NotVolunteers,
    TeamConcluded,
    TeamSettled,
    UnknownIrritant,
)
from app.teams.schemas import TeamForm


def form_team(session: Session, actor: Actor, form: TeamForm) -> Team:
    """A team around one irritant, in investigation from today on.

    Inside a call, its members are accepted applicants. Outside of one, the irritant must be qualified, and is retained.
    Raises a refusal naming the field for whatever does not fit; `CallNotRunning`, `IrritantHeldByCall` or `MoveRefused`
    for what is not free; and the database refuses a second team (`IrritantTaken`).
    """
    TEAM_POLICY.require(session, actor, "form")
    if form.call_id is not None:
        _check_call(session, actor, form.call_id, form.irritant_id)
    irritant = session.get(Irritant, form.irritant_id)
    if irritant is None or irritant.authority_id != actor.authority_id:
        raise UnknownIrritant.on("irritant_id", UnknownIrritant.title)
    directorate_of(session, actor, form.client_directorate_id, "client_directorate_id")
    agent_in_post(session, actor, form.coach_id, "coach_id")
    member_ids = list(dict.fromkeys(form.member_ids))
    _check_volunteers(session, actor, form.call_id, irritant.id, member_ids, "member_ids")
    team = insert(session, Team(authority_id=actor.authority_id, **form.model_dump(exclude={"member_ids"})))
    _retain(session, actor, irritant, form.call_id)
    today = actor.today()
    for agent_id in member_ids:
        insert(session, _membership(team, agent_id, today))
    insert(
        session,
        TeamPhase(
            authority_id=team.authority_id, team_id=team.id, phase=Phase.INVESTIGATION, started_on=today
        ),
    )
    formed = events.TeamFormed(
        subject_id=team.id,
        irritant_id=irritant.id,
        call_id=team.call_id,
        client_directorate_id=team.client_directorate_id,
        coach_id=team.coach_id,
        member_ids=tuple(member_ids),
    )
    record(session, formed, by=actor)
    return team


def find(session: Session, actor: Actor, team_id: UUID) -> Team:
    """The team, if `actor` may know of it. Raises `NotFound`."""
    team = get(session, Team, team_id, actor.authority_id)
    if not TEAM_POLICY.allows(session, actor, "read", team):
        raise NotFound
    return team


def edit(session: Session, actor: Actor, team: Team, changes: dict[str, Any]) -> None:
    """Correct the name, the coach, or, while the team is forming, the client directorate."""
    TEAM_POLICY.require(session, actor, "edit", team)
    if team.state is TeamState.CONCLUDED:
        raise TeamConcluded
    if "client_directorate_id" in changes:
        _check_forming(team)
        directorate_of(session, actor, changes["client_directorate_id"], "client_directorate_id")
    if "coach_id" in changes:
        agent_in_post(session, actor, changes["coach_id"], "coach_id")
    change(session, team, **changes)
    record(session, events.TeamEdited(subject_id=team.id, fields=tuple(changes)), by=actor)


def add_member(session: Session, actor: Actor, team: Team, agent_id: UUID) -> None:
    """Welcome an agent into a forming team. Raises `TeamSettled`, `AlreadyMember`, or a refusal on `agent_id`."""
    TEAM_POLICY.require(session, actor, "gather", team)
    queries.hold(session, team)
    _check_forming(team)
    _check_volunteers(session, actor, team.call_id, team.irritant_id, [agent_id], "agent_id")
    join(session, actor, team, agent_id)


def join(session: Session, actor: Actor, team: Team, agent_id: UUID) -> None:
    """Begin a membership today. Whoever calls has already allowed it. Raises `AlreadyMember`."""
    today = actor.today()
    member = queries.membership(session, team.id, agent_id)
    if member is None:
        insert(session, _membership(team, agent_id, today))
    elif member.left_on is None:
        raise AlreadyMember
    else:
        member.joined_on, member.left_on = today, None
    record(session, events.TeamMemberJoined(subject_id=team.id, agent_id=agent_id, on_day=today), by=actor)


def remove_member(session: Session, actor: Actor, team: Team, agent_id: UUID) -> None:
    """Let a member of a forming team go. Raises `NotFound` for anybody else, `TeamSettled`, `LastMember`."""
    TEAM_POLICY.require(session, actor, "gather", team)
    queries.hold(session, team)
    if not queries.is_member(session, team.id, agent_id):
        raise NotFound
    _check_forming(team)
    if len(queries.members_of(session, team.id)) == 1:
        raise LastMember
    leave(session, actor, team, agent_id)


def leave(session: Session, actor: Actor, team: Team, agent_id: UUID) -> None:
    """End a membership today. Whoever calls has already allowed it."""
    member = queries.membership(session, team.id, agent_id)
    if member is None or member.left_on is not None:
        raise NotFound
    member.left_on = today = max(actor.today(), member.joined_on)
    record(session, events.TeamMemberLeft(subject_id=team.id, agent_id=agent_id, on_day=today), by=actor)


def _check_call(session: Session, actor: Actor, call_id: UUID, irritant_id: UUID) -> None:
    call = calls.hold(session, actor, call_id)
    if call is None or call.opened_at is None:
        raise UnknownCall.on("call_id", UnknownCall.title)
    if call.state not in calls.LIVE:
        raise CallNotRunning
    if not calls.is_about(session, call_id, irritant_id):
        raise IrritantNotInCall.on("irritant_id", IrritantNotInCall.title)


def check_free(session: Session, actor: Actor, agent_ids: list[UUID], field: str) -> None:
    """Refuse on `field` whoever is not in post, or not in activity: they cannot join a team."""
    _check_volunteers(session, actor, None, None, agent_ids, field)


def _check_volunteers(
    session: Session,
    actor: Actor,
    call_id: UUID | None,
    irritant_id: UUID | None,
    ids: list[UUID],
    field: str,
) -> None:
    """Refuse on `field` whoever is not in post, not in activity, or not an accepted applicant where a call is named."""
    found = session.execute(
        select(Agent).where(col(Agent.id).in_(ids), col(Agent.authority_id) == actor.authority_id)
    )
    agents: Sequence[Agent] = found.scalars().all()
    today = actor.today()
    if len(agents) != len(ids) or any(agent.left_on and agent.left_on < today for agent in agents):
        raise UnknownAgent.on(field, UnknownAgent.title)
    if away := [agent.name for agent in agents if agent.position is not Position.ACTIVE]:
        raise NotInActivity.on(
            field,
            _("Les membres d'une équipe sont en activité. Attendez le retour de : {names}.").format(
                names=away
            ),
        )
    if call_id is None or irritant_id is None:
        return
    accepted = calls.accepted_among(session, call_id, irritant_id, ids)
    if others := [agent.name for agent in agents if agent.id not in accepted]:
        raise NotVolunteers.on(
            field,
            _(
                "Une équipe née d'un appel se compose de candidatures acceptées. Il en manque pour : {names}."
            ).format(names=others),
        )


def _retain(session: Session, actor: Actor, irritant: Irritant, call_id: UUID | None) -> None:
    """See that the irritant is selected: by the call, or now."""
    session.refresh(irritant, with_for_update={"read": True})
    if irritant.state is not IrritantState.SELECTED:
        select_for_call(session, actor, irritant)
    elif call_id is None:
        raise IrritantHeldByCall


def _check_forming(team: Team) -> None:
    if team.state is TeamState.CONCLUDED:
        raise TeamConcluded
    if team.state is not TeamState.FORMING:
        raise TeamSettled


def _membership(team: Team, agent_id: UUID, day: date) -> TeamMember:
    return TeamMember(authority_id=team.authority_id, team_id=team.id, agent_id=agent_id, joined_on=day)
