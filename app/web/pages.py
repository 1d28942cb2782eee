"""Pages: a template in the reader's language, in one transaction, for whoever is signed in.

`PageRoute` is to pages what `kit.routing.WorkRoute` is to the API. In order: the browser's cookie says who calls; a
stranger is sent to `/connexion`, to come back after; a form must come from a page of ours and carry its token; then
the endpoint runs in one worker thread, and its session is committed before the answer leaves. A refusal is a page.
"""

import functools
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, cast
from urllib.parse import quote, urlsplit

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.access.actor import Actor
from app.access.fresh import FreshAuthenticationNeeded
from app.kit.alarms import note, note_problem
from app.kit.bounds import confine, open_up
from app.kit.database import translate
from app.kit.i18n import negotiate, speak
from app.kit.problems import NotFound, Problem, Unexpected
from app.kit.routing import Limiter, limiter_of
from app.web.forms import receive, receive_with_file
from app.web.headers import protect
from app.web.rendering import render
from app.web.visits import (
    FIELD,
    Visit,
    Visitors,
    check_origin,
    check_token,
    give_cookie,
    new_secret,
    secret_of,
)

SIGN_IN = "/connexion"
TIME_ZONE = "Europe/Paris"
MACHINES = frozenset(("api", "oauth", "scim", "static"))
"""The first segments of addresses where no person reads."""
_session: ContextVar[Session | None] = ContextVar("page_session", default=None)


def visit_of(request: Request) -> Visit:
    """The visit that a page's request belongs to."""
    return cast(Visit, request.state.visit)


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page, which knows besides `context`: `caller` (an `Actor` or None), `csrf`, `house`, `lang`, `path`."""
    visit = visit_of(request)
    language = negotiate(request.headers.get("accept-language"))
    caller = visit.caller
    about = {
        "caller": caller,
        "csrf": visit.csrf,
        "house": visit.house,
        "path": request.url.path,
        "time_zone": caller.time_zone if caller else TIME_ZONE,
    }
    html = render(template, language, {**about, **context})
    headers = {"Content-Language": language, "Vary": "Accept-Language, Cookie"}
    return HTMLResponse(html, status, headers)


def problem_page(request: Request, problem: Problem) -> Response:
    """A refusal, as a page that says what to do."""
    back = _referring_path(request) if request.method != "GET" else None
    response = page(request, "web/problem.html", status=problem.status, problem=problem, back=local(back))
    response.headers.update(problem.headers)
    return response


def redirect(to: str) -> Response:
    """Go and read `to` (303). Only to addresses of our own making, or `local`."""
    return RedirectResponse(to, 303)


def local(path: str | None, otherwise: str = "/") -> str:
    """`path` where it is one of this server, else `otherwise`: nobody is led elsewhere by what an address says."""
    if not path or not path.startswith("/") or path[1:2] in {"/", "\\"} or not path.isprintable():
        return otherwise
    parts = urlsplit(path)
    return otherwise if parts.scheme or parts.netloc or "\\" in path else path


class PageRoute(APIRoute):
    """See the module."""

    for_strangers = False
    """Whether somebody who is not signed in may come too."""

    is_quiet = False
    """Whether its refusals are written down without a word on who was refused (`kit.alarms`)."""

    takes_file = False
    """Whether its form carries a file: `request.state.file`, in bytes."""

    def __init__(self, path: str, endpoint: Callable[..., Response], **options: Any) -> None:
        options |= {"include_in_schema": False, "response_model": None}
        super().__init__(path, _in_one_transaction(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            speak(negotiate(request.headers.get("accept-language")))
            visit = await _recognise(request)
            request.state.visit, request.state.caller = visit, visit.caller
            self._set_bounds(visit)
            try:
                response = await self._answer(request, visit, endpoint)
            except FreshAuthenticationNeeded as needed:
                note(request, "step_up", needed.slug, needed.status)
                response = (
                    _to_sign_in(request, "&fraiche=1") if visit.caller else problem_page(request, needed)
                )
            except Problem as problem:
                note_problem(request, problem)
                response = problem_page(request, problem)
            except RequestValidationError:
                response = problem_page(request, NotFound())
            except DBAPIError as error:
                if (known := translate(error)) is None:
                    raise
                response = problem_page(request, known)
            return _sent(request, visit, response)

        return handle

    def _set_bounds(self, visit: Visit) -> None:
        confine(visit.caller.authority_id if visit.caller else None)

    async def _answer(
        self,
        request: Request,
        visit: Visit,
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]],
    ) -> Response:
        if request.method != "GET":
            check_origin(request)
            if self.takes_file:
                request.state.form, request.state.file = await receive_with_file(request)
            else:
                request.state.form = await receive(request)
        if visit.caller is None and not self.for_strangers:
            return _to_sign_in(request)
        if visit.caller and (limiter := limiter_of(request)):
            _count(request, visit.caller, limiter)
        if request.method != "GET":
            check_token(visit, request.state.form.get(FIELD, [""])[-1])
            request.state.session = request.app.state.database.session()
            _session.set(request.state.session)
        return await endpoint(request)


def _count(request: Request, caller: Actor, limiter: Limiter) -> None:
    if request.method != "GET":
        limiter.writing(caller)
    elif request.query_params.get("q"):
        limiter.searching(caller)


def page_of_fault(request: Request) -> Response | None:
    """A fault of ours, as a page to whoever reads pages; None to everybody else. It asks the database nothing."""
    if not reads_pages(request):
        return None
    visit = Visit(secret_of(request) or new_secret())
    request.state.visit = visit
    number = structlog.contextvars.get_contextvars().get("request_id", "")
    response = page(request, "web/fault.html", status=Unexpected.status, number=number)
    protect(response)
    return response


async def page_of_problem(request: Request, problem: Problem) -> Response:
    """A refusal outside of every page's route, such as an address that leads nowhere."""
    request.state.visit = await _recognise(request)
    return _sent(request, request.state.visit, problem_page(request, problem))


def reads_pages(request: Request) -> bool:
    """Is it a person with a browser who asks, and not for the API?"""
    prefix = request.url.path.partition("/")[2].partition("/")[0]
    return prefix not in MACHINES and "text/html" in request.headers.get("accept", "")


class QuietPageRoute(PageRoute):
    """A page among which protected reports are read or written (`kit.routing.QuietRoute`)."""

    is_quiet = True


class OpenPageRoute(PageRoute):
    """A page for strangers too: `request.state.caller` may be None."""

    for_strangers = True

    def _set_bounds(self, visit: Visit) -> None:
        open_up()


class OpenFileRoute(OpenPageRoute):
    """A page for strangers too, whose form carries a file."""

    takes_file = True


class QuietOpenPageRoute(OpenPageRoute):
    """Both."""

    is_quiet = True


def page_router(
    prefix: str = "", *, anonymous: bool = False, quiet: bool = False, takes_file: bool = False
) -> APIRouter:
    """A router whose routes are pages. `anonymous`: for strangers too. `quiet`: see `QuietPageRoute`. `takes_file`, of
    those for strangers: with a file."""
    if takes_file:
        route_class: type[PageRoute] = OpenFileRoute
    elif anonymous:
        route_class = QuietOpenPageRoute if quiet else OpenPageRoute
    else:
        route_class = QuietPageRoute if quiet else PageRoute
    return APIRouter(prefix=prefix, route_class=route_class)


def caller_of(request: Request) -> Actor:
    """Whoever is signed in, on a page that is not for strangers."""
    return cast(Actor, request.state.caller)


async def _recognise(request: Request) -> Visit:
    visitors: Visitors = request.app.state.visitors
    return await run_in_threadpool(visitors.recognise, request.app.state.database, request)


def _sent(request: Request, visit: Visit, response: Response) -> Response:
    protect(response)
    if visit.is_new and "set-cookie" not in response.headers:
        give_cookie(request, response, visit.secret)
    return response


def _to_sign_in(request: Request, more: str = "") -> Response:
    # A form is not sent again by itself: one comes back to the page it stood on, if the browser says which.
    back = _whole_path(request) if request.method == "GET" else _referring_path(request)
    return redirect(f"{SIGN_IN}?suite={quote(local(back), safe='/')}{more}")


def _whole_path(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _referring_path(request: Request) -> str | None:
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.url.netloc:
        return None
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def _in_one_transaction(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    @functools.wraps(endpoint)
    def run(*arguments: Any, **named: Any) -> Response:
        work = _session.get()
        if work is None:
            return endpoint(*arguments, **named)
        with work as session:
            response = endpoint(*arguments, **named)
            session.commit()
            return response

    return run
