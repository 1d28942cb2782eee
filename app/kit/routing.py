"""What every route does, once: authenticate first, one unit of work, commit before answering, replay safe retries.

`WorkRoute` is the route class of every router. In order: the caller is known (401) before anything of the request is
read; the media type is checked (415); an `Idempotency-Key` already answered is answered again; the endpoint runs, in a
worker thread; its session is committed; only then does the answer leave. Any exception rolls back.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Protocol, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from sqlalchemy import Connection
from sqlmodel import Session

from app.kit import idempotency
from app.kit.database import Database
from app.kit.encoding import to_json
from app.kit.etag import etag
from app.kit.listing import next_link
from app.kit.problems import MEDIA_TYPE, UnsupportedMediaType


class Caller(Protocol):
    """What the kit needs to know of whoever calls."""

    @property
    def authority_id(self) -> UUID: ...

    @property
    def key(self) -> str: ...


Authenticate = Callable[[Connection, Request], Caller]


class WorkRoute(APIRoute):
    """See the module."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handle(request: Request) -> Response:
            database: Database = request.app.state.database
            authenticate: Authenticate = request.app.state.authenticate
            caller = await run_in_threadpool(_known_caller, database, authenticate, request)
            request.state.caller = caller
            if takes_body:
                _require_json(request)
                await request.body()
            if request.method == "GET":
                return await endpoint(request)
            claim = await idempotency.claim_of(request) if request.method == "POST" else None
            request.state.session = session = database.session()
            try:
                if claim and (
                    answered := await run_in_threadpool(idempotency.find, session, claim, caller.key)
                ):
                    return answered
                response = await endpoint(request)
                await run_in_threadpool(_finish, session, claim, caller, response)
                return response
            finally:
                await run_in_threadpool(session.close)

        return handle


def _known_caller(database: Database, authenticate: Authenticate, request: Request) -> Caller:
    with database.read() as connection:
        return authenticate(connection, request)


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType(headers={"Accept": "application/json"})


def _finish(session: Session, claim: idempotency.Claim | None, caller: Caller, response: Response) -> None:
    if claim:
        idempotency.keep(session, claim, caller.key, caller.authority_id, response)
    session.commit()


async def _session(request: Request) -> Session:
    return cast(Session, request.state.session)


async def _database(request: Request) -> Database:
    return cast(Database, request.app.state.database)


SessionDep = Annotated[Session, Depends(_session)]
"""The unit of work of a request that changes something."""

DatabaseDep = Annotated[Database, Depends(_database)]
"""For requests that only read: `with database.read() as connection`."""


def router(prefix: str, tag: str) -> APIRouter:
    """A router of the API whose routes are `WorkRoute`s and whose refusals are documented."""
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=WorkRoute, responses=problem_responses(401, 403, 404)
    )


_PROBLEM_NAMES = {
    400: "The body is not JSON that can be read.",
    401: "No valid token.",
    403: "Known, but not allowed; `detail` says who is.",
    404: "Nothing there, or nothing you may know of.",
    406: "None of the media types asked for is offered.",
    409: "The present state does not allow it; `possible_moves` says what is.",
    412: "Somebody changed it since you read it.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A field is wrong; `errors` names it.",
    428: "If-Match is missing.",
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
    """One object, with its ETag when it carries a `version`."""
    body = to_json(data)
    headers = {}
    if "version" in data:
        headers["ETag"] = etag(data["version"], body)
    if location:
        headers["Location"] = location
    return Response(body, status, headers, media_type="application/json")


def json_object_if_new(request: Request, data: dict[str, Any]) -> Response:
    """One object, or 304 when `If-None-Match` already holds it (RFC 9110, 13.1.2)."""
    response = json_object(data)
    tag = response.headers.get("etag")
    held = [candidate.strip() for candidate in request.headers.get("if-none-match", "").split(",")]
    if tag and (tag in held or held == ["*"]):
        return Response(status_code=304, headers={"ETag": tag})
    return response


def json_page(request: Request, items: list[dict[str, Any]], next_cursor: str | None) -> Response:
    """One page of a list, with its `Link` header."""
    headers = {}
    if next_cursor:
        headers["Link"] = next_link(request.url.path, request.url.query, next_cursor)
    return Response(
        to_json({"items": items, "next_cursor": next_cursor}), 200, headers, media_type="application/json"
    )
