"""The API of API clients. What it answers is never kept with an `Idempotency-Key`: it may hold a secret."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.clients import queries, service
from app.clients.policy import POLICY
from app.clients.schemas import (
    ClientCreate,
    ClientDetail,
    ClientEdit,
    ClientQuery,
    ClientSummary,
    ClientWithSecret,
    SecretRevoke,
    SecretRotate,
)
from app.kit.etag import IfMatch, require_version
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

api = router("/api-clients", "api-clients", UnlinkedRoute)


@api.get("", response_model=Page[ClientSummary], responses=problem_responses(422))
@governed_by(POLICY, "read")
def list_api_clients(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[ClientQuery, Query()]
) -> Response:
    """The machines of the caller's authority, and when each last called."""
    POLICY.require(None, actor, "read")
    with database.read() as connection:
        parameters = {"authority_id": actor.authority_id}
        return json_page(request, *queries.CLIENTS.page(connection, query, queries.OWN, parameters))


@api.post("", status_code=201, response_model=ClientWithSecret, responses=WRITES)
@governed_by(POLICY, "create")
def create_api_client(form: ClientCreate, actor: ActorDep, session: SessionDep) -> Response:
    """Connect a machine. Its secret is shown this once: an `Idempotency-Key` keeps nothing here."""
    client, secret = service.create(session, actor, form)
    data = {**queries.detail(session, actor, client.id), "secret": secret}
    return _unkept(json_object(data, status=201, location=f"/api/v1/api-clients/{client.id}"))


@api.get("/{client_id}", response_model=ClientDetail, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_api_client(request: Request, client_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One machine, its public keys, and its secrets by date: never a secret."""
    POLICY.require(None, actor, "read")
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, client_id))


@api.patch("/{client_id}", response_model=ClientDetail, responses=EDITS)
@governed_by(POLICY, "edit")
def edit_api_client(
    client_id: UUID, form: ClientEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Set a machine's name, scopes or keys. Tokens that it holds lose the scopes that it loses."""
    client = service.find(session, actor, client_id, "edit")
    require_version(if_match, client.version)
    service.edit(session, actor, client, changes(form))
    return json_object(queries.detail(session, actor, client_id))


@api.post("/{client_id}/rotate-secret", response_model=ClientWithSecret, responses=WRITES)
@governed_by(POLICY, "rotate")
def rotate_api_client_secret(
    client_id: UUID, form: SecretRotate, actor: ActorDep, session: SessionDep
) -> Response:
    """A new secret, shown this once. The former still counts until the date given: two count at most."""
    client = service.find(session, actor, client_id, "rotate")
    secret = service.rotate(session, actor, client, form.former_ends_at)
    return _unkept(json_object({**queries.detail(session, actor, client_id), "secret": secret}))


@api.post("/{client_id}/revoke-secret", response_model=ClientDetail, responses=WRITES)
@governed_by(POLICY, "revoke")
def revoke_api_client_secret(
    client_id: UUID, form: SecretRevoke, actor: ActorDep, session: SessionDep
) -> Response:
    """End one secret at once. Tokens that it has brought last on, an hour at most."""
    client = service.find(session, actor, client_id, "revoke")
    service.revoke_secret(session, actor, client, form.secret_id)
    return json_object(queries.detail(session, actor, client_id))


@api.post("/{client_id}/close", response_model=ClientDetail, responses=MOVES)
@governed_by(POLICY, "close")
def close_api_client(client_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """End a machine's access for good, with its secrets and its tokens."""
    client = service.find(session, actor, client_id, "close")
    service.close(session, actor, client)
    return json_object(queries.detail(session, actor, client_id))


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
