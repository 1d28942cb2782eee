"""The API of authorities and their people."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.actor import system
from app.access.capacity import Capacity
from app.access.dependencies import ActorDep
from app.access.governed import governed_by, open_to_all
from app.kit.bounds import everywhere
from app.kit.etag import IfMatch, require_version
from app.kit.i18n import negotiate
from app.kit.routing import (
    EDITS,
    MOVES,
    WRITES,
    DatabaseDep,
    SessionDep,
    UnlinkedRoute,
    json_object,
    json_object_if_new,
    json_page,
    problem_responses,
    router,
)
from app.kit.schemas import Page, changes
from app.people import founding, policy, queries, service
from app.people.schemas import (
    AbsenceDeclaration,
    AbsenceDetail,
    AbsenceQuery,
    AgentDetail,
    AgentEdit,
    AgentQuery,
    AgentSummary,
    AuthorityDetail,
    AuthorityEdit,
    AuthorityFounding,
    DirectorateDetail,
    DirectorateQuery,
    DirectorateSummary,
    GrantedCapacity,
    Me,
)

me_api = router("/me", "me")
authorities_api = router("/authorities", "authorities")
# An answer is kept with its Idempotency-Key for a caller of an authority, and operators are of none.
founding_api = router("/authorities", "authorities", UnlinkedRoute)
directorates_api = router("/directorates", "directorates")
agents_api = router("/agents", "agents")
absences_api = router("/absences", "agents")


@me_api.get("", response_model=Me)
@open_to_all("everybody may read who they are")
def read_me(actor: ActorDep, database: DatabaseDep) -> Response:
    """Who the caller is, where, and in what capacities."""
    with database.read() as connection:
        return json_object(queries.me(connection, actor))


@founding_api.post("", status_code=201, response_model=AuthorityDetail, responses=WRITES)
@governed_by(policy.AUTHORITY, "create")
def create_authority(form: AuthorityFounding, actor: ActorDep, session: SessionDep) -> Response:
    """Create an authority, and its first administrator. For the operators of the platform, whom the server's settings
    name; they see nothing of it afterwards. A `slug` is taken once: sent twice, this is refused (409)."""
    with everywhere():
        authority = founding.found_authority(session, actor, form)
        data = queries.authority_detail(session, system(authority.id), authority.id)
    return json_object(data, status=201, location=f"/api/v1/authorities/{authority.id}")


@authorities_api.get("/{authority_id}", response_model=AuthorityDetail, responses=problem_responses(422))
@governed_by(policy.AUTHORITY, "read")
def read_authority(request: Request, authority_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """The caller's authority. Any other is unknown."""
    policy.AUTHORITY.require(None, actor, "read")
    language = negotiate(request.headers.get("accept-language"))
    with database.read() as connection:
        return json_object_if_new(
            request, queries.authority_detail(connection, actor, authority_id, language)
        )


@authorities_api.patch("/{authority_id}", response_model=AuthorityDetail, responses=EDITS)
@governed_by(policy.AUTHORITY, "edit")
def edit_authority(
    request: Request,
    authority_id: UUID,
    form: AuthorityEdit,
    actor: ActorDep,
    session: SessionDep,
    if_match: IfMatch = None,
) -> Response:
    """Set an authority's name, time zone and days off. For its administrators."""
    authority = service.own_authority(session, actor, authority_id)
    require_version(if_match, authority.version)
    service.edit_authority(session, actor, authority, changes(form))
    language = negotiate(request.headers.get("accept-language"))
    return json_object(queries.authority_detail(session, actor, authority_id, language))


@directorates_api.get("", response_model=Page[DirectorateSummary], responses=problem_responses(422))
@governed_by(policy.DIRECTORATE, "read")
def list_directorates(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[DirectorateQuery, Query()]
) -> Response:
    """The organisation chart: directorates, and services under them."""
    policy.DIRECTORATE.require(None, actor, "read")
    with database.read() as connection:
        return json_page(request, *queries.directorates_page(connection, actor, query))


@directorates_api.get("/{directorate_id}", response_model=DirectorateDetail, responses=problem_responses(422))
@governed_by(policy.DIRECTORATE, "read")
def read_directorate(
    request: Request, directorate_id: UUID, actor: ActorDep, database: DatabaseDep
) -> Response:
    """One directorate or service, with its head and how many people work there."""
    policy.DIRECTORATE.require(None, actor, "read")
    with database.read() as connection:
        return json_object_if_new(request, queries.directorate_detail(connection, actor, directorate_id))


@agents_api.get("", response_model=Page[AgentSummary], responses=problem_responses(422))
@governed_by(policy.AGENT, "list")
def list_agents(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[AgentQuery, Query()]
) -> Response:
    """Agents whose record the caller may read: everybody for the lab and HR; else oneself and one's direct reports."""
    policy.AGENT.require(None, actor, "list")
    with database.read() as connection:
        return json_page(request, *queries.agents_page(connection, actor, query))


@agents_api.get("/{agent_id}", response_model=AgentDetail, responses=problem_responses(422))
@governed_by(policy.AGENT, "read")
def read_agent(request: Request, agent_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One agent's record, as HR keeps it."""
    with database.read() as connection:
        return json_object_if_new(request, queries.agent_detail(connection, actor, agent_id))


@agents_api.patch("/{agent_id}", response_model=AgentDetail, responses=EDITS)
@governed_by(policy.AGENT, "edit")
def edit_agent(
    agent_id: UUID, form: AgentEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Set an agent's working time. For HR."""
    agent = service.find_agent(session, actor, agent_id, "edit")
    require_version(if_match, agent.version)
    service.edit_agent(session, actor, agent, changes(form))
    return json_object(queries.agent_detail(session, actor, agent_id, queries.ALL))


@agents_api.put("/{agent_id}/capacities/{capacity}", status_code=204, responses=MOVES)
@governed_by(policy.AGENT, "give_capacity")
def give_agent_capacity(
    agent_id: UUID, capacity: GrantedCapacity, actor: ActorDep, session: SessionDep
) -> Response:
    """Give a person a capacity across the authority: for its administrators, and for nobody's own self. Twice is once.

    `trusted` names a person who may open the identity of protected reporters, and is told to every agent.
    """
    agent = service.find_agent(session, actor, agent_id, "give_capacity")
    service.give_capacity(session, actor, agent, Capacity(capacity))
    return Response(status_code=204)


@agents_api.delete("/{agent_id}/capacities/{capacity}", status_code=204, responses=MOVES)
@governed_by(policy.AGENT, "withdraw_capacity")
def withdraw_agent_capacity(
    agent_id: UUID, capacity: GrantedCapacity, actor: ActorDep, session: SessionDep
) -> Response:
    """Take a capacity back. One that is not held is no fault."""
    agent = service.find_agent(session, actor, agent_id, "withdraw_capacity")
    service.withdraw_capacity(session, actor, agent, Capacity(capacity))
    return Response(status_code=204)


@agents_api.get("/{agent_id}/absences", response_model=Page[AbsenceDetail], responses=problem_responses(422))
@governed_by(policy.AGENT, "read_absences")
def list_agent_absences(
    request: Request,
    agent_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[AbsenceQuery, Query()],
) -> Response:
    """When an agent is away. Why is shown to the agent and HR alone."""
    with database.read() as connection:
        return json_page(request, *queries.absences_page(connection, actor, agent_id, query))


@agents_api.post("/{agent_id}/absences", status_code=201, response_model=AbsenceDetail, responses=WRITES)
@governed_by(policy.AGENT, "declare_absence")
def declare_agent_absence(
    agent_id: UUID, form: AbsenceDeclaration, actor: ActorDep, session: SessionDep
) -> Response:
    """Say that an agent will be away: the agent, or HR. Protected half-days that fall then are not owed."""
    agent = service.find_agent(session, actor, agent_id, "declare_absence")
    absence = service.declare_absence(session, actor, agent, form)
    return json_object(
        absence.model_dump(exclude={"authority_id"}), status=201, location=f"/api/v1/absences/{absence.id}"
    )


@absences_api.get("/{absence_id}", response_model=AbsenceDetail, responses=problem_responses(422))
@governed_by(policy.AGENT, "read_absences")
def read_absence(absence_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One absence."""
    with database.read() as connection:
        return json_object(queries.absence_detail(connection, actor, absence_id))


@absences_api.delete("/{absence_id}", status_code=204, responses=MOVES)
@governed_by(policy.AGENT, "declare_absence")
def withdraw_absence(absence_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take an absence back: whoever may declare it."""
    service.withdraw_absence(session, actor, absence_id)
    return Response(status_code=204)
