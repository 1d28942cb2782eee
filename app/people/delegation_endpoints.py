"""The API of delegations of signature and interims."""

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
from app.people import delegation_queries as queries
from app.people import delegation_service as service
from app.people.delegation_models import Interim, SigningDelegation
from app.people.delegation_policy import DELEGATION, INTERIM
from app.people.delegation_schemas import (
    DelegationDetail,
    DelegationEdit,
    DelegationForm,
    DelegationQuery,
    DelegationSummary,
    InterimDetail,
    InterimEdit,
    InterimForm,
    InterimQuery,
    InterimSummary,
    Withdrawal,
)

delegations_api = router("/delegations", "delegations")
interims_api = router("/interims", "interims")


@delegations_api.get("", response_model=Page[DelegationSummary], responses=problem_responses(422))
@governed_by(DELEGATION, "list")
def list_delegations(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[DelegationQuery, Query()]
) -> Response:
    """Delegations of signature: those that name the caller; all of them for HR, administrators and the lab."""
    DELEGATION.require(None, actor, "list")
    visible, parameters = queries.delegations_readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.DELEGATIONS.page(connection, query, visible, parameters))


@delegations_api.post("", status_code=201, response_model=DelegationDetail, responses=WRITES)
@governed_by(DELEGATION, "give")
def give_delegation(form: DelegationForm, actor: ActorDep, session: SessionDep) -> Response:
    """Record a delegation of signature as the arrêté gives it. For HR and administrators."""
    made = service.give(session, actor, form)
    return json_object(
        queries.delegation_detail(session, actor, made.id),
        status=201,
        location=f"/api/v1/delegations/{made.id}",
    )


@delegations_api.get("/{delegation_id}", response_model=DelegationDetail, responses=problem_responses(422))
@governed_by(DELEGATION, "read")
def read_delegation(
    request: Request, delegation_id: UUID, actor: ActorDep, database: DatabaseDep
) -> Response:
    """One delegation of signature."""
    with database.read() as connection:
        return json_object_if_new(request, queries.delegation_detail(connection, actor, delegation_id))


@delegations_api.patch("/{delegation_id}", response_model=DelegationDetail, responses=EDITS)
@governed_by(DELEGATION, "edit")
def edit_delegation(
    delegation_id: UUID, form: DelegationEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Correct a delegation before its first day."""
    delegation = service.find(session, actor, SigningDelegation, delegation_id)
    require_version(if_match, delegation.version)
    service.edit(session, actor, delegation, changes(form))
    return json_object(queries.delegation_detail(session, actor, delegation_id))


@delegations_api.post("/{delegation_id}/withdraw", response_model=DelegationDetail, responses=WRITES)
@governed_by(DELEGATION, "withdraw")
def withdraw_delegation(
    delegation_id: UUID, form: Withdrawal, actor: ActorDep, session: SessionDep
) -> Response:
    """End a delegation at once. What was signed by it stands."""
    delegation = service.find(session, actor, SigningDelegation, delegation_id)
    service.withdraw(session, actor, delegation, form.reason)
    return json_object(queries.delegation_detail(session, actor, delegation_id))


@interims_api.get("", response_model=Page[InterimSummary], responses=problem_responses(422))
@governed_by(INTERIM, "list")
def list_interims(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[InterimQuery, Query()]
) -> Response:
    """Interims: those that name the caller; all of them for HR, administrators and the lab."""
    INTERIM.require(None, actor, "list")
    visible, parameters = queries.interims_readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.INTERIMS.page(connection, query, visible, parameters))


@interims_api.post("", status_code=201, response_model=InterimDetail, responses=WRITES)
@governed_by(INTERIM, "name")
def name_interim(form: InterimForm, actor: ActorDep, session: SessionDep) -> Response:
    """Record who acts for an absent head or manager. For HR and administrators."""
    made = service.name_interim(session, actor, form)
    return json_object(
        queries.interim_detail(session, actor, made.id), status=201, location=f"/api/v1/interims/{made.id}"
    )


@interims_api.get("/{interim_id}", response_model=InterimDetail, responses=problem_responses(422))
@governed_by(INTERIM, "read")
def read_interim(request: Request, interim_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One interim."""
    with database.read() as connection:
        return json_object_if_new(request, queries.interim_detail(connection, actor, interim_id))


@interims_api.patch("/{interim_id}", response_model=InterimDetail, responses=EDITS)
@governed_by(INTERIM, "edit")
def edit_interim(
    interim_id: UUID, form: InterimEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Correct an interim before its first day."""
    interim = service.find(session, actor, Interim, interim_id)
    require_version(if_match, interim.version)
    service.edit(session, actor, interim, changes(form))
    return json_object(queries.interim_detail(session, actor, interim_id))


@interims_api.post("/{interim_id}/withdraw", response_model=InterimDetail, responses=WRITES)
@governed_by(INTERIM, "withdraw")
def withdraw_interim(interim_id: UUID, form: Withdrawal, actor: ActorDep, session: SessionDep) -> Response:
    """End an interim at once. What was signed by it stands."""
    interim = service.find(session, actor, Interim, interim_id)
    service.withdraw(session, actor, interim, form.reason)
    return json_object(queries.interim_detail(session, actor, interim_id))
