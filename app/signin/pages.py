"""The first page, the sign-in page, and the way out."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by, open_to_all
from app.kit.routing import DatabaseDep, SessionDep
from app.people.queries import me
from app.signin import queries, sessions
from app.signin.arithmetic import browser_name
from app.signin.doors import already_inside, last_page, sign_in_page
from app.signin.policy import POLICY
from app.signin.schemas import SessionQuery
from app.web.pages import page, page_router, redirect, visit_of
from app.web.visits import take_cookie_back

open_pages = page_router(anonymous=True)
pages = page_router()


@open_pages.get("/connexion")
@open_to_all("signing in")
def sign_in(
    request: Request,
    suite: Annotated[str, Query(max_length=2000)] = "/",
    fraiche: bool = False,
    sortie: bool = False,
) -> Response:
    """Say who you are. `fraiche`: again, because an act asks for it. `sortie`: one has just signed out."""
    inside = already_inside(request, suite, fresh=fraiche)
    return inside or sign_in_page(request, to=suite, fresh=fraiche, left=sortie)


@open_pages.post("/deconnexion")
@open_to_all("signing out")
def sign_out(request: Request, session: SessionDep) -> Response:
    """End the session of this browser."""
    response = last_page(request) or redirect("/connexion?sortie=1")
    sessions.close(session, visit_of(request).secret)
    take_cookie_back(request, response)
    return response


@pages.get("/")
@open_to_all("everybody may read who they are")
def home(request: Request, actor: ActorDep, database: DatabaseDep, fermee: bool = False) -> Response:
    """Who one is, in what capacities, and where one is signed in. `fermee`: a session has just been ended."""
    with database.read() as connection:
        about = me(connection, actor)
        mine, _cursor = queries.sessions_page(connection, actor, SessionQuery())
    for item in mine:
        item["browser"] = browser_name(item["user_agent"])
    return page(
        request, "signin/home.html", me=about, sessions=mine, today=actor.today(), has_closed_one=fermee
    )


@pages.post("/connexions/{session_id}/fermer")
@governed_by(POLICY, "revoke")
def close_session(session_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Sign out of another browser."""
    sessions.revoke(session, actor, session_id)
    return redirect("/?fermee=1")
