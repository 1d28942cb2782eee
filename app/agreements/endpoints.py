"""The API of agreements on what mandates reserve."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.agreements import queries, service
from app.agreements.policy import POLICY, REQUESTING
from app.agreements.schemas import (
    AgreementAnswer,
    AgreementDetail,
    AgreementQuery,
    AgreementRefusal,
    AgreementRequest,
    AgreementSummary,
)
from app.kit.routing import (
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
from app.kit.schemas import Page
from app.mandates import service as mandates

asking = router("/mandates", "agreements")
api = router("/agreements", "agreements")


@asking.post("/{mandate_id}/agreements", status_code=201, response_model=AgreementDetail, responses=WRITES)
@governed_by(REQUESTING, "request")
def request_agreement(
    mandate_id: UUID, form: AgreementRequest, actor: ActorDep, session: SessionDep
) -> Response:
    """Ask the sponsor for what a clause of the mandate reserves."""
    mandate = mandates.find(session, actor, mandate_id)
    agreement = service.request(session, actor, mandate, form.clause_key, form.matter)
    return json_object(
        queries.detail(session, actor, agreement.id),
        status=201,
        location=f"/api/v1/agreements/{agreement.id}",
    )


@api.get("", response_model=Page[AgreementSummary], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_agreements(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[AgreementQuery, Query()]
) -> Response:
    """Agreements asked for under mandates that concern the caller. `to_answer=true`: those to answer now."""
    POLICY.require(None, actor, "list")
    visible, parameters = queries.readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.AGREEMENTS.page(connection, query, visible, parameters))


@api.get("/{agreement_id}", response_model=AgreementDetail, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_agreement(request: Request, agreement_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One agreement, with the clause that reserves the matter."""
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, agreement_id))


@api.post("/{agreement_id}/agree", response_model=AgreementDetail, responses=WRITES)
@governed_by(POLICY, "agree")
def give_agreement(
    agreement_id: UUID, form: AgreementAnswer, actor: ActorDep, session: SessionDep
) -> Response:
    """Agree, as the sponsor or by their delegation of signature."""
    service.agree(session, actor, service.find(session, actor, agreement_id), form.reason)
    return json_object(queries.detail(session, actor, agreement_id))


@api.post("/{agreement_id}/refuse", response_model=AgreementDetail, responses=WRITES)
@governed_by(POLICY, "refuse")
def refuse_agreement(
    agreement_id: UUID, form: AgreementRefusal, actor: ActorDep, session: SessionDep
) -> Response:
    """Refuse, and say why."""
    service.refuse(session, actor, service.find(session, actor, agreement_id), form.reason)
    return json_object(queries.detail(session, actor, agreement_id))


@api.post("/{agreement_id}/withdraw", response_model=AgreementDetail, responses=MOVES)
@governed_by(POLICY, "withdraw")
def withdraw_agreement(agreement_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take the request back: the answer is no longer needed."""
    service.withdraw(session, actor, service.find(session, actor, agreement_id))
    return json_object(queries.detail(session, actor, agreement_id))
