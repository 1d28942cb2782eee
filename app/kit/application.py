"""The application around the routes: problem documents for every failure, request ids, size limit, health, logs."""

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit import database as db
from app.kit.alarms import note_problem
from app.kit.encoding import to_json
from app.kit.i18n import Text, _, negotiate
from app.kit.ids import new_id
from app.kit.problems import (
    MEDIA_TYPE,
    BodyTooLarge,
    FieldError,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unexpected,
)
from app.kit.routing import WorkRoute

UNLESS_SAID = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"),
)
"""What an answer that says nothing of it tells a browser: to keep it nowhere, and to do nothing with it as a page."""

CLIENT_CLOSED_REQUEST = 499
"""What the log says, as web servers do, of a caller who left before the answer; it is never sent."""

log = structlog.get_logger("essaim.http")


def problem_response(request: Request, problem: Problem) -> Response:
    """The problem document in the caller's language (RFC 9457)."""
    language = negotiate(request.headers.get("accept-language"))
    document = problem.document(language, instance=request.url.path)
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        document["request_id"] = request_id
    headers = {"Content-Language": language, "Cache-Control": "no-store", **problem.headers}
    return Response(to_json(document), problem.status, headers, media_type=MEDIA_TYPE)


Roomy = Mapping[str, int]
"""How large a body may be at certain paths, as routes write them: `/mandates/{mandate_id}/file`."""


def install(app: FastAPI, *, max_body_bytes: int, roomy: Roomy | None = None, https: bool = False) -> None:
    """Give `app` the habits of the house. Routes come from the rooms. `https`: people reach it so, and no other way."""
    app.router.route_class = WorkRoute
    app.add_exception_handler(Problem, _on_problem)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _on_validation)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _on_http)  # type: ignore[arg-type]
    app.add_exception_handler(DBAPIError, _on_database)  # type: ignore[arg-type]
    app.add_middleware(RequestContext, max_body_bytes=max_body_bytes, roomy=roomy or {}, https=https)
    app.router.add_route("/healthz", _healthz, methods=["GET"], include_in_schema=False)
    app.router.add_route("/readyz", _readyz, methods=["GET"], include_in_schema=False)


async def _healthz(_request: Request) -> Response:
    """Alive: the process answers."""
    return Response(b'{"status":"alive"}', media_type="application/json")


def _readyz(request: Request) -> Response:
    """Ready: the database answers and stands at the revision this code expects."""
    try:
        with request.app.state.database.read() as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        return Response(b'{"status":"database unreachable"}', 503, media_type="application/json")
    expected = request.app.state.expected_revision
    ready = revision == expected
    body = {"status": "ready" if ready else "migration needed", "revision": revision}
    return Response(to_json(body), 200 if ready else 503, media_type="application/json")


async def _on_problem(request: Request, problem: Problem) -> Response:
    note_problem(request, problem)
    return problem_response(request, problem)


async def _on_http(request: Request, error: HTTPException) -> Response:
    return problem_response(request, problem_of(request, error))


def problem_of(request: Request, error: HTTPException) -> Problem:
    """What the framework's own refusal means here."""
    match error.status_code:
        case 404:
            return NotFound()
        case 405:
            return MethodNotAllowed(headers={"Allow": ", ".join(_allowed_methods(request))})
        case _:
            return Malformed()


def _allowed_methods(request: Request) -> list[str]:
    """The methods that some route takes at this path: the framework's own answer names those of one route alone."""
    return [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


async def _on_database(request: Request, error: DBAPIError) -> Response:
    problem = db.translate(error)
    if problem is None:
        return _unexpected(request, error)
    return problem_response(request, problem)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    # A person with a browser reads a page, where the application has one to give.
    on_fault: Callable[[Request], Response | None] = getattr(
        request.app.state, "on_fault", lambda _request: None
    )
    return on_fault(request) or problem_response(request, Unexpected())


_SENTENCES: dict[str, Text] = {
    "missing": _("Ce champ est attendu."),
    "extra_forbidden": _("Ce champ n'est pas connu ici : vérifiez son nom."),
    "string_too_short": _("Écrivez au moins {min_length} caractère(s)."),
    "string_too_long": _("Écrivez au plus {max_length} caractères."),
    "string_pattern_mismatch": _("Ce texte est vide ou contient des caractères de contrôle."),
    "string_type": _("Un texte est attendu."),
    "string_unicode": _("Ce texte n'est pas de l'Unicode valide."),
    "uuid_parsing": _("Un identifiant (UUID) est attendu."),
    "date_from_datetime_parsing": _("Une date est attendue, sous la forme 2026-11-26."),
    "date_parsing": _("Une date est attendue, sous la forme 2026-11-26."),
    "date_type": _("Une date est attendue, sous la forme 2026-11-26."),
    "datetime_parsing": _("Un instant est attendu (RFC 3339), par exemple 2026-11-26T08:30:00Z."),
    "datetime_from_date_parsing": _("Un instant est attendu (RFC 3339), par exemple 2026-11-26T08:30:00Z."),
    "timezone_aware": _("Précisez le fuseau horaire, par exemple 2026-11-26T08:30:00Z."),
    "int_parsing": _("Un nombre entier est attendu."),
    "int_type": _("Un nombre entier est attendu."),
    "int_from_float": _("Un nombre entier est attendu."),
    "greater_than_equal": _("La valeur doit être au moins {ge}."),
    "less_than_equal": _("La valeur doit être au plus {le}."),
    "greater_than": _("La valeur doit dépasser {gt}."),
    "decimal_type": _("Un nombre est attendu."),
    "decimal_parsing": _("Un nombre est attendu."),
    "decimal_max_digits": _("Ce nombre compte trop de chiffres : {max_digits} au plus."),
    "decimal_max_places": _("Donnez au plus {decimal_places} décimales."),
    "decimal_whole_digits": _("Ce nombre est trop grand."),
    "finite_number": _("Un nombre est attendu."),
    "bool_type": _("Répondez par true ou false."),
    "bool_parsing": _("Répondez par true ou false."),
    "enum": _("Valeurs possibles : {expected}."),
    "literal_error": _("Valeurs possibles : {expected}."),
    "list_type": _("Une liste est attendue."),
    "too_short": _("Donnez au moins {min_length} élément(s)."),
    "too_long": _("Donnez au plus {max_length} élément(s)."),
    "model_type": _("Un objet JSON est attendu."),
    "model_attributes_type": _("Un objet JSON est attendu."),
    "dict_type": _("Un objet JSON est attendu."),
    "json_invalid": _("Ce n'est pas du JSON valide."),
}


async def _on_validation(request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return problem_response(request, Malformed(_("Le corps de la requête n'est pas du JSON valide.")))
    return problem_response(request, Invalid(errors=[field_error(item) for item in found]))


def field_error(item: dict[str, Any]) -> FieldError:
    where, *path = [str(part) for part in item["loc"]]
    context = {name: value for name, value in item.get("ctx", {}).items() if name != "error"}
    if isinstance(cause := item.get("ctx", {}).get("error"), Problem):
        sentence: Text = cause.detail
    else:
        sentence = _SENTENCES.get(item["type"], _("Cette valeur n'est pas acceptée."))
    return FieldError(".".join(path) or where, sentence.format(**context), item["type"], where)


class RequestContext:
    """ASGI middleware: a request id in every log line and answer, a bound on the body, one access log line.

    It also answers for faults of ours (500), which no other layer does with the request's id and headers.
    """

    def __init__(
        self, app: ASGIApp, *, max_body_bytes: int, roomy: Roomy | None = None, https: bool = False
    ) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.roomy = [(compile_path(path)[0], most) for path, most in (roomy or {}).items()]
        self.headers = [(b"x-content-type-options", b"nosniff")]
        if https:
            # RFC 6797: whoever came by HTTPS once comes by nothing else for a year.
            self.headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = str(new_id())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said = {name.lower() for name, _value in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in UNLESS_SAID if header[0] not in said),
                    (b"x-request-id", request_id.encode()),
                    *self.headers,
                ]
            await send(message)

        try:
            await self.app(scope, self._limited(scope, receive), send_with_id)
        except ClientDisconnect:
            # Nobody is left to answer; what was begun has been rolled back.
            status = status or CLIENT_CLOSED_REQUEST
        except Exception as error:
            if status:
                # The answer has begun: to break it off is the one way left to say that it is not whole.
                raise
            await _unexpected(Request(scope), error)(scope, receive, send_with_id)
        finally:
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )

    def _limited(self, scope: Scope, receive: Receive) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
        most = self._most(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        received = int(declared) if declared.isdigit() and int(declared) > most else 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise self._too_large(most)
            return message

        return counted

    def _most(self, path: str) -> int:
        return next((most for places, most in self.roomy if places.match(path)), self.max_body_bytes)

    def _too_large(self, most: int) -> BodyTooLarge:
        detail = _("Le contenu dépasse {maximum} octets.").format(maximum=most)
        return BodyTooLarge(detail, headers={"Connection": "close"})
