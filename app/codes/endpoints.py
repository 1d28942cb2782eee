"""The API of printed codes."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.codes import queries, service
from app.codes.policy import POLICY
from app.codes.schemas import SheetRequest, SignInCodeDetail, SignInCodeQuery
from app.kit.routing import (
    MOVES,
    WRITES,
    DatabaseDep,
    SessionDep,
    UnlinkedRoute,
    json_object,
    json_page,
    problem_responses,
    router,
)
from app.kit.schemas import Page

PDF = "application/pdf"

# An answer kept with its key would keep the codes.
api = router("/sign-in-codes", "sign-in-codes", UnlinkedRoute)


@api.get("", response_model=Page[SignInCodeDetail], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_sign_in_codes(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[SignInCodeQuery, Query()]
) -> Response:
    """To whom codes were given, and what became of them."""
    POLICY.require(None, actor, "list")
    with database.read() as connection:
        parameters = queries.parameters_of(actor)
        return json_page(request, *queries.CODES.page(connection, query, queries.OF_AUTHORITY, parameters))


@api.post(
    "",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "description": "The sheet.",
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        },
        **WRITES,
    },
)
@governed_by(POLICY, "issue")
def print_sign_in_codes(
    request: Request, form: SheetRequest, actor: ActorDep, session: SessionDep, database: DatabaseDep
) -> Response:
    """Print a sheet of one-time codes: a PDF of slips to cut and hand over, the only place where the codes are.

    Codes that these agents held end at once. Sent again, it prints again: an `Idempotency-Key` keeps nothing here.
    """
    settings = request.app.state.settings
    request.app.state.inside.exporting(database, actor)
    prepared = service.prepare(database, actor, form, settings)
    made = service.print_sheet(session, actor, form, settings, prepared)
    headers = {"Content-Disposition": 'attachment; filename="codes.pdf"', "Cache-Control": "no-store"}
    return Response(made, 201, headers, media_type=PDF)


@api.get("/{code_id}", response_model=SignInCodeDetail, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_sign_in_code(code_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """What is known of one code: whose, until when, whether it has served. Never the code."""
    POLICY.require(None, actor, "read")
    with database.read() as connection:
        return json_object(queries.detail(connection, actor, code_id))


@api.post("/{code_id}/revoke", response_model=SignInCodeDetail, responses=MOVES)
@governed_by(POLICY, "revoke")
def revoke_sign_in_code(code_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Annul a code that was lost or seen: it opens no more."""
    service.revoke(session, actor, code_id)
    return json_object(queries.detail(session, actor, code_id))
