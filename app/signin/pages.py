"""The first page, the sign-in page, one's own accesses, and the way out."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import Connection

from app.access.actor import Actor
from app.access.dependencies import ActorDep
from app.access.fresh import is_fresh
from app.access.governed import governed_by, open_to_all
from app.kit.i18n import Text, _
from app.kit.routing import DatabaseDep, SessionDep
from app.people.queries import me
from app.signin import queries, sessions, tokens
from app.signin.arithmetic import browser_name
from app.signin.doors import already_inside, last_page, sign_in_page
from app.signin.policy import POLICY, TOKENS
from app.signin.problems import TooManyTokens
from app.signin.schemas import SessionQuery, TokenCreate, TokenQuery
from app.web.forms import Form, blank, read
from app.web.pages import page, page_router, redirect, visit_of
from app.web.visits import take_cookie_back

ACCESS = "/mes-acces"
DONE = {
    "fermee": _("Cette connexion est fermée. L’appareil devra dire à nouveau qui il sert."),
    "fermees": _("Les autres connexions sont fermées. Ces appareils devront dire à nouveau qui ils servent."),
    "revoque": _("Ce jeton est révoqué : le programme qui s’en servait n’entre plus."),
}
WRONG = {
    "name": _("Dites à quoi il sert, en cent signes au plus."),
    "scopes": _("Choisissez ce qu’il peut faire : lire, ou lire et agir."),
    "days": _("Choisissez une durée, d’un an au plus."),
}
LIFETIMES = (7, 30, 90, 365)
"""The lifetimes that the page offers, in days."""

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
def home(request: Request, actor: ActorDep, database: DatabaseDep) -> Response:
    """Who one is, in what capacities, and where to go from here."""
    with database.read() as connection:
        about = me(connection, actor)
    ways = [way for way in request.app.state.shortcuts if way.is_open(actor)]
    return page(request, "signin/home.html", me=about, today=actor.today(), ways=ways)


@pages.get(ACCESS)
@governed_by(POLICY, "list")
def show_access(
    request: Request, actor: ActorDep, database: DatabaseDep, fait: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Where one is signed in, and one's tokens. `fait`: what has just been done."""
    POLICY.require(None, actor, "list")
    with database.read() as connection:
        return _access(request, actor, connection, done=DONE.get(fait))


@pages.post("/connexions/{session_id}/fermer")
@governed_by(POLICY, "revoke")
def close_session(session_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Sign out of another browser."""
    sessions.revoke(session, actor, session_id)
    return redirect(f"{ACCESS}?fait=fermee")


@pages.post("/connexions/fermer-les-autres")
@governed_by(POLICY, "list")
def close_other_sessions(actor: ActorDep, session: SessionDep) -> Response:
    """Sign out of every browser but this one."""
    sessions.end_mine(session, actor)
    return redirect(f"{ACCESS}?fait=fermees")


@pages.post("/jetons")
@governed_by(TOKENS, "create")
def create_token(request: Request, actor: ActorDep, session: SessionDep) -> Response:
    """Give oneself a token, whose secret the answer shows this once."""
    form = read(request, TokenCreate)
    if form.value is not None:
        try:
            token_id, secret = tokens.create(session, actor, form.value)
        except TooManyTokens as many:
            form = form.refused(many)
        else:
            made = queries.token(session, token_id)
            return page(request, "signin/token.html", token=made, secret=secret)
    else:
        form = replace(
            form,
            errors={field: WRONG.get(field.partition(".")[0], said) for field, said in form.errors.items()},
        )
    return _access(request, actor, session.connection(), form=form, status=422)


@pages.post("/jetons/{token_id}/revoquer")
@governed_by(TOKENS, "revoke")
def revoke_token(token_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take back one of one's tokens."""
    tokens.revoke(session, actor, token_id)
    return redirect(f"{ACCESS}?fait=revoque")


def _access(
    request: Request,
    actor: Actor,
    connection: Connection,
    *,
    form: Form[TokenCreate] | None = None,
    done: Text | None = None,
    status: int = 200,
) -> Response:
    mine, more_sessions = queries.sessions_page(connection, actor, SessionQuery())
    for item in mine:
        item["browser"] = browser_name(item["user_agent"])
    held, _none = queries.tokens_page(connection, actor, TokenQuery())
    return page(
        request,
        "signin/access.html",
        status=status,
        sessions=mine,
        more_sessions=more_sessions,
        tokens=held,
        form=form or blank(TokenCreate),
        fresh=is_fresh(actor),
        lifetimes=LIFETIMES,
        done=done,
    )
