"""The first page, the sign-in page, and the way out."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.kit.database import Database
from app.kit.routing import DatabaseDep, SessionDep
from app.people.queries import me
from app.signin import queries, sessions
from app.signin.doors import already_inside, sign_in_page
from app.signin.schemas import SessionQuery
from app.web.pages import page, page_router, redirect, visit_of
from app.web.visits import take_cookie_back

open_pages = page_router(anonymous=True)
pages = page_router()


@open_pages.get("/connexion")
def sign_in(
    request: Request,
    suite: Annotated[str, Query(max_length=2000)] = "/",
    fraiche: bool = False,
) -> Response:
    """Say who you are. `fraiche`: again, because an act asks for it."""
    return already_inside(request, suite, fresh=fraiche) or sign_in_page(request, to=suite, fresh=fraiche)


@open_pages.post("/deconnexion")
def sign_out(request: Request, session: SessionDep) -> Response:
    """End the session of this browser."""
    sessions.close(session, visit_of(request).secret)
    response = redirect("/connexion")
    take_cookie_back(request, response)
    return response


@pages.get("/")
def home(request: Request, actor: ActorDep, database: DatabaseDep) -> Response:
    """Who one is, in what capacities, and where one is signed in."""
    return _home(request, actor, database)


@pages.post("/connexions/{session_id}/fermer")
def close_session(session_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Sign out of another browser."""
    sessions.revoke(session, actor, session_id)
    return redirect("/#connexions")


def _home(request: Request, actor: ActorDep, database: Database) -> Response:
    with database.read() as connection:
        about = me(connection, actor)
        mine, _cursor = queries.sessions_page(connection, actor, SessionQuery())
    return page(request, "signin/home.html", me=about, sessions=mine)
