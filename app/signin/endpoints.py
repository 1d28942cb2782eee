"""The API of one's own sessions. They open pages only: the API itself takes bearer tokens."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.routing import MOVES, DatabaseDep, SessionDep, json_page, problem_responses, router
from app.kit.schemas import Page
from app.signin import queries, sessions
from app.signin.policy import POLICY
from app.signin.schemas import SessionQuery, SessionSummary

api = router("/me/sessions", "me")


@api.get("", response_model=Page[SessionSummary], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_my_sessions(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[SessionQuery, Query()]
) -> Response:
    """The browsers in which the caller is signed in."""
    POLICY.require(None, actor, "list")
    with database.read() as connection:
        return json_page(request, *queries.sessions_page(connection, actor, query))


@api.delete("/{session_id}", status_code=204, responses=MOVES)
@governed_by(POLICY, "revoke")
def revoke_my_session(session_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Sign out of a browser from afar: what it asks next is refused."""
    sessions.revoke(session, actor, session_id)
    return Response(status_code=204)
