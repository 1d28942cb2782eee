"""The API of teams, their members and phases, and of their log."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.etag import IfMatch, require_version
from app.kit.problems import NotFound
from app.kit.routing import (
    EDITS,
    MOVES,
    WRITES,
    DatabaseDep,
    SessionDep,
    json_object,
    json_object_if_new,
    json_page,
    problem_responses,
    router,
)
from app.kit.schemas import Page, changes
from app.teams import queries, service
from app.teams.policy import LOG_POLICY, TEAM_POLICY
from app.teams.schemas import (
    EnterPhase,
    LogEntryDetail,
    LogEntryEdit,
    LogEntryForm,
    LogEntryItem,
    LogEntryQuery,
    Member,
    NewMember,
    TeamConclusion,
    TeamDetail,
    TeamEdit,
    TeamForm,
    TeamPhaseDetail,
    TeamPhaseQuery,
    TeamQuery,
    TeamSummary,
)

teams = router("/teams", "teams")
log_entries = router("/log-entries", "log-entries")


@teams.get("", response_model=Page[TeamSummary], responses=problem_responses(422))
@governed_by(TEAM_POLICY, "list")
def list_teams(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[TeamQuery, Query()]
) -> Response:
    """Teams of the authority. An elected member sees those they sponsor."""
    TEAM_POLICY.require(None, actor, "list")
    visible, parameters = queries.readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.TEAM_LIST.page(connection, query, visible, parameters))


@teams.post("", status_code=201, response_model=TeamDetail, responses=WRITES)
@governed_by(TEAM_POLICY, "form")
def form_team(form: TeamForm, actor: ActorDep, session: SessionDep) -> Response:
    """Gather volunteers around one irritant, with a coach and a client directorate."""
    team = service.form_team(session, actor, form)
    return json_object(
        queries.detail(session, actor, team.id), status=201, location=f"/api/v1/teams/{team.id}"
    )


@teams.get("/{team_id}", response_model=TeamDetail, responses=problem_responses(422))
@governed_by(TEAM_POLICY, "read")
def read_team(request: Request, team_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One team with its members."""
    TEAM_POLICY.require(None, actor, "list")
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, team_id))


@teams.patch("/{team_id}", response_model=TeamDetail, responses=EDITS)
@governed_by(TEAM_POLICY, "edit")
def edit_team(
    team_id: UUID, form: TeamEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Correct its name or its coach; while it is forming, its client directorate."""
    team = service.find(session, actor, team_id)
    require_version(if_match, team.version)
    service.edit(session, actor, team, changes(form))
    return json_object(queries.detail(session, actor, team_id))


@teams.post("/{team_id}/members", status_code=201, response_model=Member, responses=WRITES)
@governed_by(TEAM_POLICY, "gather")
def add_team_member(team_id: UUID, form: NewMember, actor: ActorDep, session: SessionDep) -> Response:
    """Welcome an agent into a forming team."""
    service.add_member(session, actor, service.find(session, actor, team_id), form.agent_id)
    return json_object(queries.member_detail(session, team_id, form.agent_id), status=201)


@teams.delete("/{team_id}/members/{agent_id}", status_code=204, responses=MOVES)
@governed_by(TEAM_POLICY, "gather")
def remove_team_member(team_id: UUID, agent_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Let a member of a forming team go."""
    service.remove_member(session, actor, service.find(session, actor, team_id), agent_id)
    return Response(status_code=204)


@teams.get("/{team_id}/phases", response_model=Page[TeamPhaseDetail], responses=problem_responses(422))
@governed_by(TEAM_POLICY, "read")
def list_team_phases(
    request: Request,
    team_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[TeamPhaseQuery, Query()],
) -> Response:
    """The dated phases of a team, and what was learned in each."""
    TEAM_POLICY.require(None, actor, "list")
    with database.read() as connection:
        if not queries.is_readable(connection, actor, team_id):
            raise NotFound
        page = queries.PHASE_LIST.page(connection, query, queries.OF_TEAM, {"team_id": team_id})
        return json_page(request, *page)


@teams.post("/{team_id}/enter-phase", response_model=TeamDetail, responses=WRITES)
@governed_by(TEAM_POLICY, "enter_phase")
def enter_team_phase(team_id: UUID, form: EnterPhase, actor: ActorDep, session: SessionDep) -> Response:
    """Go on to another phase. The last ones (transferred, operated, stopped) conclude the team."""
    team = service.find(session, actor, team_id)
    service.enter_phase(session, actor, team, form.phase, on_day=form.on_day, learned=form.learned)
    return json_object(queries.detail(session, actor, team_id))


@teams.post("/{team_id}/conclude", response_model=TeamDetail, responses=WRITES)
@governed_by(TEAM_POLICY, "conclude")
def conclude_team(team_id: UUID, form: TeamConclusion, actor: ActorDep, session: SessionDep) -> Response:
    """End a team by one of its last phases. Stopping is an honourable one, once what was learned is said."""
    team = service.find(session, actor, team_id)
    service.conclude(session, actor, team, form.outcome, on_day=form.on_day, learned=form.learned)
    return json_object(queries.detail(session, actor, team_id))


@log_entries.get("", response_model=Page[LogEntryItem], responses=problem_responses(422))
@governed_by(LOG_POLICY, "list")
def list_log_entries(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[LogEntryQuery, Query()]
) -> Response:
    """What teams wrote between follow-ups, as far as the caller may read it."""
    LOG_POLICY.require(None, actor, "list")
    visible, parameters = queries.log_readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.LOG.page(connection, query, visible, parameters))


@log_entries.post("", status_code=201, response_model=LogEntryDetail, responses=WRITES)
@governed_by(TEAM_POLICY, "write_log")
def write_log_entry(form: LogEntryForm, actor: ActorDep, session: SessionDep) -> Response:
    """Write a page of one's team's log."""
    entry = service.write_entry(session, actor, form)
    return json_object(
        queries.entry_detail(session, actor, entry.id),
        status=201,
        location=f"/api/v1/log-entries/{entry.id}",
    )


@log_entries.get("/{entry_id}", response_model=LogEntryDetail, responses=problem_responses(422))
@governed_by(LOG_POLICY, "read")
def read_log_entry(request: Request, entry_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One page of a log."""
    LOG_POLICY.require(None, actor, "list")
    with database.read() as connection:
        return json_object_if_new(request, queries.entry_detail(connection, actor, entry_id))


@log_entries.patch("/{entry_id}", response_model=LogEntryDetail, responses=EDITS)
@governed_by(LOG_POLICY, "edit")
def edit_log_entry(
    entry_id: UUID, form: LogEntryEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Correct one's own page, or change who reads it."""
    entry = service.find_entry(session, actor, entry_id)
    require_version(if_match, entry.version)
    service.edit_entry(session, actor, entry, changes(form))
    return json_object(queries.entry_detail(session, actor, entry_id))


@log_entries.delete("/{entry_id}", status_code=204, responses=MOVES)
@governed_by(LOG_POLICY, "delete")
def delete_log_entry(entry_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take one's own page out of the log."""
    service.delete_entry(session, actor, service.find_entry(session, actor, entry_id))
    return Response(status_code=204)
