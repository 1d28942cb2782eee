"""The API of solutions and of their adoptions."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.etag import IfMatch, require_version
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
from app.solutions import queries, service
from app.solutions.policy import ADOPTION, SOLUTION, WRITING
from app.solutions.schemas import (
    Adapting,
    AdoptionDetail,
    AdoptionForm,
    AdoptionItem,
    AdoptionQuery,
    AdoptionReason,
    InUse,
    Retirement,
    SolutionDetail,
    SolutionDraft,
    SolutionEdit,
    SolutionQuery,
    SolutionSummary,
)

solutions = router("/solutions", "solutions")
adoptions = router("/adoptions", "adoptions")


@solutions.get("", response_model=Page[SolutionSummary], responses=problem_responses(422))
@governed_by(SOLUTION, "list")
def list_solutions(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[SolutionQuery, Query()]
) -> Response:
    """Solutions, published or retired, and the drafts of the caller's teams."""
    SOLUTION.require(None, actor, "list")
    visible, parameters = queries.readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.SOLUTION_LIST.page(connection, query, visible, parameters))


@solutions.post("", status_code=201, response_model=SolutionDetail, responses=WRITES)
@governed_by(WRITING, "draft")
def draft_solution(form: SolutionDraft, actor: ActorDep, session: SessionDep) -> Response:
    """Begin to describe what a team made."""
    solution = service.draft(session, actor, form)
    return json_object(
        queries.solution_detail(session, actor, solution.id),
        status=201,
        location=f"/api/v1/solutions/{solution.id}",
    )


@solutions.get("/{solution_id}", response_model=SolutionDetail, responses=problem_responses(422))
@governed_by(SOLUTION, "read")
def read_solution(request: Request, solution_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One solution, and how far it has spread."""
    with database.read() as connection:
        return json_object_if_new(request, queries.solution_detail(connection, actor, solution_id))


@solutions.patch("/{solution_id}", response_model=SolutionDetail, responses=EDITS)
@governed_by(SOLUTION, "edit")
def edit_solution(
    solution_id: UUID, form: SolutionEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Complete or correct a solution, until it is retired."""
    solution = service.find(session, actor, solution_id)
    require_version(if_match, solution.version)
    service.edit(session, actor, solution, changes(form))
    return json_object(queries.solution_detail(session, actor, solution_id))


@solutions.post("/{solution_id}/publish", response_model=SolutionDetail, responses=MOVES)
@governed_by(SOLUTION, "publish")
def publish_solution(solution_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Make a solution known to every agent and elected member."""
    service.publish(session, actor, service.find(session, actor, solution_id))
    return json_object(queries.solution_detail(session, actor, solution_id))


@solutions.post("/{solution_id}/retire", response_model=SolutionDetail, responses=WRITES)
@governed_by(SOLUTION, "retire")
def retire_solution(solution_id: UUID, form: Retirement, actor: ActorDep, session: SessionDep) -> Response:
    """Say that a solution is no longer to be adopted. Its adoptions live on."""
    service.retire(session, actor, service.find(session, actor, solution_id), form.reason)
    return json_object(queries.solution_detail(session, actor, solution_id))


@adoptions.get("", response_model=Page[AdoptionItem], responses=problem_responses(422))
@governed_by(ADOPTION, "list")
def list_adoptions(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[AdoptionQuery, Query()]
) -> Response:
    """Where solutions are taken up."""
    ADOPTION.require(None, actor, "list")
    with database.read() as connection:
        return json_page(request, *queries.adoptions_page(connection, actor, query))


@adoptions.post("", status_code=201, response_model=AdoptionDetail, responses=WRITES)
@governed_by(ADOPTION, "declare")
def declare_adoption(form: AdoptionForm, actor: ActorDep, session: SessionDep) -> Response:
    """Say that a directorate is interested in a solution."""
    adoption = service.declare(session, actor, form)
    return json_object(
        queries.adoption_detail(session, actor, adoption.id),
        status=201,
        location=f"/api/v1/adoptions/{adoption.id}",
    )


@adoptions.get("/{adoption_id}", response_model=AdoptionDetail, responses=problem_responses(422))
@governed_by(ADOPTION, "read")
def read_adoption(request: Request, adoption_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One adoption."""
    ADOPTION.require(None, actor, "list")
    with database.read() as connection:
        return json_object_if_new(request, queries.adoption_detail(connection, actor, adoption_id))


@adoptions.post("/{adoption_id}/adapt", response_model=AdoptionDetail, responses=WRITES)
@governed_by(ADOPTION, "adapt")
def adapt_adoption(adoption_id: UUID, form: Adapting, actor: ActorDep, session: SessionDep) -> Response:
    """Begin to adapt the solution."""
    service.adapt(session, actor, service.find_adoption(session, actor, adoption_id), form.what)
    return json_object(queries.adoption_detail(session, actor, adoption_id))


@adoptions.post("/{adoption_id}/use", response_model=AdoptionDetail, responses=WRITES)
@governed_by(ADOPTION, "use")
def use_adoption(adoption_id: UUID, form: InUse, actor: ActorDep, session: SessionDep) -> Response:
    """Say that the solution is in use there."""
    service.use(session, actor, service.find_adoption(session, actor, adoption_id), form.result)
    return json_object(queries.adoption_detail(session, actor, adoption_id))


@adoptions.post("/{adoption_id}/drop", response_model=AdoptionDetail, responses=WRITES)
@governed_by(ADOPTION, "drop")
def drop_adoption(adoption_id: UUID, form: AdoptionReason, actor: ActorDep, session: SessionDep) -> Response:
    """Leave it there, and say why."""
    service.drop(session, actor, service.find_adoption(session, actor, adoption_id), form.reason)
    return json_object(queries.adoption_detail(session, actor, adoption_id))
