"""The API of sessions, which open pages only, and of the tokens that people give themselves."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
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
    unstored,
)
from app.kit.schemas import Page
from app.signin import queries, sessions, tokens
from app.signin.policy import POLICY, TOKENS
from app.signin.schemas import (
    SessionOfAgent,
    SessionQuery,
    SessionSummary,
    TokenCreate,
    TokenQuery,
    TokenSummary,
    TokenWithSecret,
)

api = router("/me/sessions", "me")
# A key that is kept would keep the secret with the answer.
tokens_api = router("/me/tokens", "me", UnlinkedRoute)
agents_api = router("/agents/{agent_id}", "agents")


@api.get("", response_model=Page[SessionSummary], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_my_sessions(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[SessionQuery, Query()]
) -> Response:
    """The browsers in which the caller is signed in."""
    POLICY.require(None, actor, "list")
    with database.read() as connection:
        return json_page(request, *queries.sessions_page(connection, actor, query))


@api.delete("", status_code=204, responses=MOVES)
@governed_by(POLICY, "list")
def revoke_my_sessions(actor: ActorDep, session: SessionDep) -> Response:
    """Sign out of every browser: what they ask next is refused."""
    sessions.end_mine(session, actor)
    return Response(status_code=204)


@api.delete("/{session_id}", status_code=204, responses=MOVES)
@governed_by(POLICY, "revoke")
def revoke_my_session(session_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Sign out of a browser from afar: what it asks next is refused."""
    sessions.revoke(session, actor, session_id)
    return Response(status_code=204)


@tokens_api.get("", response_model=Page[TokenSummary], responses=problem_responses(422))
@governed_by(TOKENS, "list")
def list_my_tokens(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[TokenQuery, Query()]
) -> Response:
    """The caller's personal tokens that count: never a secret."""
    TOKENS.require(None, actor, "list")
    with database.read() as connection:
        return json_page(request, *queries.tokens_page(connection, actor, query))


@tokens_api.post("", status_code=201, response_model=TokenWithSecret, responses=WRITES)
@governed_by(TOKENS, "create")
def create_my_token(form: TokenCreate, actor: ActorDep, session: SessionDep) -> Response:
    """A new token of the caller's. Its secret is shown this once: an `Idempotency-Key` keeps nothing here."""
    token_id, secret = tokens.create(session, actor, form)
    return unstored(json_object({**queries.token(session, token_id), "token": secret}, status=201))


@tokens_api.delete("/{token_id}", status_code=204, responses=MOVES)
@governed_by(TOKENS, "revoke")
def revoke_my_token(token_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take back one of the caller's tokens: it opens nothing more."""
    tokens.revoke(session, actor, token_id)
    return Response(status_code=204)


@agents_api.get("/sessions", response_model=Page[SessionOfAgent], responses=problem_responses(422))
@governed_by(POLICY, "list_of")
def list_agent_sessions(
    request: Request,
    agent_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[SessionQuery, Query()],
) -> Response:
    """The browsers in which somebody is signed in."""
    POLICY.require(None, actor, "list_of")
    with database.read() as connection:
        return json_page(request, *queries.sessions_of(connection, actor, agent_id, query))


@agents_api.delete("/sessions", status_code=204, responses=MOVES)
@governed_by(POLICY, "end")
def end_agent_sessions(agent_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Sign somebody out of every browser."""
    sessions.end_of(session, actor, agent_id)
    return Response(status_code=204)


@agents_api.delete("/sessions/{session_id}", status_code=204, responses=MOVES)
@governed_by(POLICY, "end")
def end_agent_session(agent_id: UUID, session_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Sign somebody out of one browser."""
    sessions.revoke_of(session, actor, agent_id, session_id)
    return Response(status_code=204)


@agents_api.get("/tokens", response_model=Page[TokenSummary], responses=problem_responses(422))
@governed_by(TOKENS, "list_of")
def list_agent_tokens(
    request: Request,
    agent_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[TokenQuery, Query()],
) -> Response:
    """Somebody's personal tokens that count: never a secret."""
    TOKENS.require(None, actor, "list_of")
    with database.read() as connection:
        return json_page(request, *queries.tokens_of(connection, actor, agent_id, query))


@agents_api.delete("/tokens", status_code=204, responses=MOVES)
@governed_by(TOKENS, "end")
def end_agent_tokens(agent_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take back all of somebody's tokens."""
    tokens.end_of(session, actor, agent_id)
    return Response(status_code=204)


@agents_api.delete("/tokens/{token_id}", status_code=204, responses=MOVES)
@governed_by(TOKENS, "end")
def end_agent_token(agent_id: UUID, token_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take back one of somebody's tokens."""
    tokens.revoke_of(session, actor, agent_id, token_id)
    return Response(status_code=204)
