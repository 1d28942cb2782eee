"""What every route does, once: authenticate first, one unit of work, commit before answering, replay safe retries.

`WorkRoute` is the route class of every router. In order: the caller is known (401) before anything of the request is
read; the media type is checked (415); then, in one worker thread and one transaction, an `Idempotency-Key` already
answered is answered again, or the endpoint runs and its session is committed. Only then does the answer leave. Any
exception rolls back.

One thread holds a transaction from its first statement to its commit. Were the commit to wait for a free thread, the
threads could all be taken by requests that wait for the very locks it would release.
"""

import functools
from collections.abc import Callable, Coroutine, Iterable
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, replace
from typing import Annotated, Any, Protocol, cast
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from sqlalchemy import Connection
from sqlmodel import Session
from starlette.routing import BaseRoute, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kit import idempotency
from app.kit.bounds import confine, everywhere
from app.kit.database import Database
from app.kit.encoding import to_json
from app.kit.etag import etag, is_held
from app.kit.i18n import negotiate, speak, spoken
from app.kit.listing import next_link
from app.kit.problems import MEDIA_TYPE, UnsupportedMediaType


class Caller(Protocol):
    """What the kit needs to know of whoever calls."""

    @property
    def authority_id(self) -> UUID: ...

    @property
    def key(self) -> str: ...


class Authenticator(Protocol):
    """How the application knows who calls."""

    def recall(self, request: Request) -> Caller | None:
        """The caller, if known without asking the database."""

    def identify(self, connection: Connection, request: Request) -> Caller:
        """The caller. Raises `Unauthenticated`."""


class Limiter(Protocol):
    """How much one caller may do: each raises `TooManyRequests` where they have done too much."""

    def writing(self, caller: Caller) -> None: ...

    def searching(self, caller: Caller) -> None: ...

    def exporting(self, database: Database, caller: Caller) -> None:
        """Never inside a transaction that has written."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What an endpoint that writes runs in."""

    session: Session
    caller: Caller | None
    claim: idempotency.Claim | None


_work: ContextVar[_Work | None] = ContextVar("work", default=None)


class WorkRoute(APIRoute):
    """See the module."""

    remembers = True
    """Whether an answer is kept with its `Idempotency-Key`."""

    knows_callers = True
    """Whether whoever calls must be known."""

    is_quiet = False
    """Whether its refusals are written down without a word on who was refused (`kit.alarms`)."""

    def __init__(self, path: str, endpoint: Callable[..., Response], **options: Any) -> None:
        super().__init__(path, _in_one_transaction(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handle(request: Request) -> Response:
            speak(negotiate(request.headers.get("accept-language")))
            database: Database = request.app.state.database
            confine(None)
            caller = await _caller(database, request) if self.knows_callers else None
            request.state.caller = caller
            confine(caller.authority_id if caller else None)
            if takes_body:
                _require_json(request)
                # Read here, a body too large is refused as such; read by FastAPI, it would be called malformed.
                await request.body()
            if request.method == "GET":
                return await _read(request, caller, endpoint)
            if caller and (limiter := limiter_of(request)):
                limiter.writing(caller)
            # A malformed key is refused where none is kept, too: whoever sends one learns it everywhere.
            keyed = request.method == "POST" and self.knows_callers
            claim = await idempotency.claim_of(request) if keyed else None
            request.state.session = database.session()
            _work.set(_Work(request.state.session, caller, claim if self.remembers else None))
            return await endpoint(request)

        return handle


class OpenRoute(WorkRoute):
    """For those who come without a token, with a secret of their own in the body. Whatever token is sent along is not
    even read, and nothing of the exchange is kept with a key."""

    knows_callers = False
    remembers = False
    is_quiet = True


class UnlinkedRoute(WorkRoute):
    """For what must lead back to nobody: a kept key would say who sent what. Sent twice, the service refuses it."""

    remembers = False


class QuietRoute(WorkRoute):
    """For what protected reports are read and written among: a refusal that names somebody would point at them."""

    is_quiet = True


class QuietUnlinkedRoute(UnlinkedRoute):
    """Both."""

    is_quiet = True


def _in_one_transaction(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    @functools.wraps(endpoint)
    def run(*arguments: Any, **named: Any) -> Response:
        work = _work.get()
        if work is None:
            return endpoint(*arguments, **named)
        with work.session as session:
            caller, claim = work.caller, work.claim
            if caller and claim and (answered := idempotency.find(session, claim, caller.key)):
                return answered
            response = endpoint(*arguments, **named)
            work = _work.get()
            if caller and work and work.claim:
                idempotency.keep(session, work.claim, caller.key, caller.authority_id, response)
            session.commit()
            return response

    return run


def forget_key() -> None:
    """Have the present request leave no trace of its `Idempotency-Key`: what it did must lead back to nobody."""
    if work := _work.get():
        _work.set(replace(work, claim=None))


async def _read(
    request: Request,
    caller: Caller | None,
    endpoint: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
    """What most requests are; those that search or take a whole list are counted."""
    limiter = limiter_of(request)
    if caller and limiter and b"q=" in request.scope["query_string"] and request.query_params.get("q"):
        limiter.searching(caller)
    response = await endpoint(request)
    if caller and limiter and getattr(response, "is_whole_list", False):
        # Nothing of it has been read yet.
        await run_in_threadpool(limiter.exporting, request.app.state.database, caller)
    return response


def limiter_of(request: Request) -> Limiter | None:
    """The application's, where it has one."""
    return getattr(request.app.state, "inside", None)


async def _caller(database: Database, request: Request) -> Caller:
    authenticator: Authenticator = request.app.state.authenticator
    known = authenticator.recall(request)
    return (
        known if known is not None else await run_in_threadpool(_identify, database, authenticator, request)
    )


def _identify(database: Database, authenticator: Authenticator, request: Request) -> Caller:
    # Whose authority it is, nobody knows yet.
    with everywhere(), database.read() as connection:
        return authenticator.identify(connection, request)


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType(headers={"Accept": "application/json"})


async def _session(request: Request) -> Session:
    return cast(Session, request.state.session)


async def _database(request: Request) -> Database:
    return cast(Database, request.app.state.database)


SessionDep = Annotated[Session, Depends(_session)]
"""The unit of work of a request that changes something."""

DatabaseDep = Annotated[Database, Depends(_database)]
"""For requests that only read: `with database.read() as connection`."""


def router(prefix: str, tag: str, route_class: type[WorkRoute] = WorkRoute) -> APIRouter:
    """A router of the API whose routes are `WorkRoute`s and whose refusals are documented."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=route_class,
        responses=problem_responses(401, 403, 404, 429),
        generate_unique_id_function=lambda route: route.name,
    )


def serve(app: FastAPI, routers: Iterable[APIRouter], prefix: str = "") -> None:
    """Have `app` answer for the routes of `routers` under `prefix`, through a `Switchboard`."""
    app.router.routes.extend(_under(prefix, route) for router in routers for route in router.routes)
    app.router.middleware_stack = Switchboard(app.router)


def _under(prefix: str, route: BaseRoute) -> BaseRoute:
    moved = copy(route)
    if isinstance(moved, APIRoute):
        moved.path = prefix + moved.path
        moved.path_regex, moved.path_format, moved.param_convertors = compile_path(moved.path)
    return moved


class Switchboard:
    """Gives a request to its route at once, found by the segments of its path; a router asks every route in turn.

    What it does not find (no such path, another method) is the router's to answer.
    """

    def __init__(self, router: APIRouter) -> None:
        self._otherwise: ASGIApp = router.app
        self._root = _Place()
        for route in router.routes:
            if isinstance(route, APIRoute):
                place = self._root
                for segment in route.path.split("/"):
                    place = place.next.setdefault(_ANY if segment.startswith("{") else segment, _Place())
                place.routes |= dict.fromkeys(route.methods or (), route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._find(scope) if scope["type"] == "http" and not scope.get("root_path") else None
        await (route or self._otherwise)(scope, receive, send)

    def _find(self, scope: Scope) -> APIRoute | None:
        place = self._root
        for segment in scope["path"].split("/"):
            following = place.next.get(segment) or (place.next.get(_ANY) if segment else None)
            if following is None:
                return None
            place = following
        return place.routes.get(scope["method"])


_ANY = "{}"


class _Place:
    """Where a path may lead: the segments that may follow, and the routes that end here, by method."""

    def __init__(self) -> None:
        self.next: dict[str, _Place] = {}
        self.routes: dict[str, APIRoute] = {}


_PROBLEM_NAMES = {
    400: "The body is not JSON that can be read.",
    401: "No valid token, or none issued recently enough for this act: see `WWW-Authenticate`.",
    403: "Known, but not allowed; `detail` says who is.",
    404: "Nothing there, or nothing you may know of.",
    406: "None of the media types asked for is offered.",
    409: "The present state does not allow it; `possible_moves` says what is.",
    412: "Somebody changed it since you read it.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A field is wrong; `errors` names it.",
    428: "If-Match is missing.",
    429: "Too many attempts in a short time; `Retry-After` says in how many seconds to come back.",
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for these problem statuses, as `application/problem+json`."""
    return {
        status: {
            "description": _PROBLEM_NAMES[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


WRITES = problem_responses(400, 409, 413, 415, 422)
"""What a POST with a body may refuse with."""

MOVES = problem_responses(409, 422)
"""What a move without a body may refuse with."""

EDITS = problem_responses(400, 409, 412, 413, 415, 422, 428)
"""What a PATCH may refuse with."""


def json_object(data: dict[str, Any], *, status: int = 200, location: str | None = None) -> Response:
    """One object, with its ETag when it carries a `version`, and its language when it carries `abilities`."""
    body = to_json(data)
    headers: dict[str, str] = {}
    if "abilities" in data:
        headers |= {"Content-Language": spoken(), "Vary": "Accept-Language"}
    if "version" in data:
        headers["ETag"] = etag(data["version"], body)
    if location:
        headers["Location"] = location
    return Response(body, status, headers, media_type="application/json")


def unstored(response: Response) -> Response:
    """The same answer, which no cache keeps (RFC 9111, 5.2.2.5)."""
    response.headers["Cache-Control"] = "no-store"
    return response


def json_object_if_new(request: Request, data: dict[str, Any]) -> Response:
    """One object, or 304 when `If-None-Match` already holds it (RFC 9110, 13.1.2)."""
    response = json_object(data)
    tag = response.headers.get("etag")
    if tag and is_held(request.headers.get("if-none-match"), tag):
        vary = {"Vary": response.headers["vary"]} if "vary" in response.headers else {}
        return Response(status_code=304, headers={"ETag": tag, **vary})
    return response


def json_page(request: Request, items: list[dict[str, Any]], next_cursor: str | None) -> Response:
    """One page of a list, with its `Link` header."""
    headers = {}
    if next_cursor:
        headers["Link"] = next_link(request.url.path, request.url.query, next_cursor)
    return Response(
        to_json({"items": items, "next_cursor": next_cursor}), 200, headers, media_type="application/json"
    )
