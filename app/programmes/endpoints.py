"""The API of programmes and charters."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.etag import IfMatch, require_version
from app.kit.routing import (
    EDITS,
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
from app.programmes import queries, service
from app.programmes.policy import CHARTER, PROGRAMME
from app.programmes.schemas import (
    Adoption,
    CharterDetail,
    CharterDraft,
    CharterEdit,
    CharterQuery,
    CharterSummary,
    ProgrammeCreation,
    ProgrammeDetail,
    ProgrammeEdit,
    ProgrammeItem,
    ProgrammeQuery,
)

programmes_api = router("/programmes", "programmes")
charters_api = router("/charters", "charters")


@programmes_api.get("", response_model=Page[ProgrammeItem], responses=problem_responses(422))
@governed_by(PROGRAMME, "read")
def list_programmes(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[ProgrammeQuery, Query()]
) -> Response:
    """Editions of the programme, the latest first."""
    PROGRAMME.require(None, actor, "read")
    with database.read() as connection:
        return json_page(request, *queries.programmes_page(connection, actor, query))


@programmes_api.post("", status_code=201, response_model=ProgrammeDetail, responses=WRITES)
@governed_by(PROGRAMME, "write")
def create_programme(form: ProgrammeCreation, actor: ActorDep, session: SessionDep) -> Response:
    """Open an edition."""
    programme = service.create_programme(session, actor, form)
    return json_object(
        queries.programme_detail(session, actor, programme.id),
        status=201,
        location=f"/api/v1/programmes/{programme.id}",
    )


@programmes_api.get("/{programme_id}", response_model=ProgrammeDetail, responses=problem_responses(422))
@governed_by(PROGRAMME, "read")
def read_programme(request: Request, programme_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One edition."""
    PROGRAMME.require(None, actor, "read")
    with database.read() as connection:
        return json_object_if_new(request, queries.programme_detail(connection, actor, programme_id))


@programmes_api.patch("/{programme_id}", response_model=ProgrammeDetail, responses=EDITS)
@governed_by(PROGRAMME, "write")
def edit_programme(
    programme_id: UUID, form: ProgrammeEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Rename an edition or move its dates."""
    programme = service.find_programme(session, actor, programme_id, "write")
    require_version(if_match, programme.version)
    service.edit_programme(session, actor, programme, changes(form))
    return json_object(queries.programme_detail(session, actor, programme_id))


@charters_api.get("", response_model=Page[CharterSummary], responses=problem_responses(422))
@governed_by(CHARTER, "read")
def list_charters(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[CharterQuery, Query()]
) -> Response:
    """Charters of every edition, drafts included; `in_force=true` finds the one that rules today."""
    CHARTER.require(None, actor, "read")
    with database.read() as connection:
        return json_page(request, *queries.charters_page(connection, actor, query))


@charters_api.post("", status_code=201, response_model=CharterDetail, responses=WRITES)
@governed_by(CHARTER, "write")
def draft_charter(form: CharterDraft, actor: ActorDep, session: SessionDep) -> Response:
    """Draft the rules of an edition."""
    charter = service.draft_charter(session, actor, form)
    return json_object(
        queries.charter_detail(session, actor, charter.id),
        status=201,
        location=f"/api/v1/charters/{charter.id}",
    )


@charters_api.get("/{charter_id}", response_model=CharterDetail, responses=problem_responses(422))
@governed_by(CHARTER, "read")
def read_charter(request: Request, charter_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One charter with its text."""
    CHARTER.require(None, actor, "read")
    with database.read() as connection:
        return json_object_if_new(request, queries.charter_detail(connection, actor, charter_id))


@charters_api.patch("/{charter_id}", response_model=CharterDetail, responses=EDITS)
@governed_by(CHARTER, "write")
def edit_charter(
    charter_id: UUID, form: CharterEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Correct a draft. An adopted charter does not change."""
    charter = service.find_charter(session, actor, charter_id, "write")
    require_version(if_match, charter.version)
    service.edit_charter(session, actor, charter, changes(form))
    return json_object(queries.charter_detail(session, actor, charter_id))


@charters_api.post("/{charter_id}/adopt", response_model=CharterDetail, responses=WRITES)
@governed_by(CHARTER, "adopt")
def adopt_charter(charter_id: UUID, form: Adoption, actor: ActorDep, session: SessionDep) -> Response:
    """Declare that a charter is adopted. It rules from that day on, and mandates drafted then take its parameters."""
    charter = service.find_charter(session, actor, charter_id, "adopt")
    service.adopt_charter(session, actor, charter, form.adopted_on)
    return json_object(queries.charter_detail(session, actor, charter_id))
