"""From a door to the inside: the session opened, its cookie given, and on to where one wanted to go."""

from datetime import datetime

from fastapi import Request, Response
from sqlmodel import Session

from app.kit import clock
from app.kit.bounds import everywhere, within
from app.kit.database import Database
from app.people.models import Agent
from app.signin.models import Method
from app.signin.sessions import Lifetimes, open_session, signed_in, touch
from app.web.pages import local, redirect
from app.web.visits import Visit, give_cookie, new_secret, secret_of


def enter(
    request: Request,
    session: Session,
    agent: Agent,
    *,
    method: Method,
    to: str = "/",
    acr: str | None = None,
    id_token: str | None = None,
    authenticated_at: datetime | None = None,
) -> Response:
    """Sign `agent` in with the browser of `request`, which goes on to `to` where that is a page of ours (303).

    `authenticated_at` as in `open_session`.
    """
    secret = open_session(
        session,
        agent,
        method=method,
        address=request.client.host if request.client else None,
        user_agent=request.headers.get("user-agent"),
        acr=acr,
        id_token=id_token,
        authenticated_at=authenticated_at,
        replacing=secret_of(request),
        lifetimes=Lifetimes.of(request.app.state.settings),
    )
    response = redirect(local(to))
    give_cookie(request, response, secret)
    return response


class SessionVisitors:
    """Knows people by the sessions of their browsers (`web.visits.Visitors`)."""

    def recognise(self, database: Database, request: Request) -> Visit:
        """One query, and a write when `idle_until` moves ahead. A cookie of nobody's stays that of its browser."""
        secret = secret_of(request)
        if secret is None:
            return Visit(new_secret(), is_new=True)
        # Whose session it is, nobody knows yet.
        with everywhere(), database.read() as connection:
            found = signed_in(connection, secret)
        if found is None:
            return Visit(secret)
        until = Lifetimes.of(request.app.state.settings).idle_until(found.method, clock.now())
        if until > found.idle_until:
            with within(found.actor.authority_id), database.transaction() as session:
                touch(session, secret, found, until)
        return Visit(secret, caller=found.actor, house=found.house)
