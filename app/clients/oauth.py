"""`/oauth/token` and its metadata: OAuth 2.0 in its own formats, for machines written after its RFCs."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from app.access.governed import open_to_all
from app.clients import granting
from app.clients.granting import Ask
from app.clients.oauth_contract import EXTRA, RESPONSES
from app.clients.problems import InvalidClient, OAuthError
from app.clients.protocol import ASSERTION_TYPE, AssertionRefused, claimed_client
from app.kit.alarms import note, note_problem
from app.kit.encoding import to_json
from app.kit.limits import TooManyRequests, network_of
from app.kit.problems import Problem
from app.web.forms import receive

pages = APIRouter(route_class=APIRoute, include_in_schema=False)
tokens = APIRouter(route_class=APIRoute)


@tokens.post(
    "/oauth/token",
    operation_id="request_token",
    tags=["oauth"],
    response_class=Response,
    responses=RESPONSES,
    openapi_extra=EXTRA,
)
@open_to_all("machines signing in")
async def give_token(request: Request) -> Response:
    """Client credentials in, bearer token out (RFC 6749, section 4.4).

    The client shows who it is by `Authorization: Basic`, by its secret in the form, or by a statement it has signed:
    one of the three. Errors are OAuth's, not problem documents.
    """
    # Authenticated by itself, in transactions of its own.
    state = request.app.state
    try:
        ask = _ask_of(await receive(request), request.headers.get("authorization"))
        address = network_of(request)
        given = await run_in_threadpool(granting.answer, state.database, state.settings, ask, address)
    except OAuthError as error:
        note(request, "sign_in", error.error, error.status, door="oauth")
        return _json(_error(error.error, error.description), error.status, error.headers)
    except TooManyRequests as problem:
        note_problem(request, problem)
        # No code of section 5.2 says so; this one stands in section 4.1.2.1 for a server that is overloaded.
        return _json(
            _error("temporarily_unavailable", problem.detail.to("en")), problem.status, problem.headers
        )
    except Problem as problem:
        status = problem.status if problem.status == 413 or problem.status >= 500 else 400
        return _json(_error("invalid_request", problem.detail.to("en")), status, problem.headers)
    return _json(given)


@pages.get("/.well-known/oauth-authorization-server")
@open_to_all("machines signing in")
def read_metadata(request: Request) -> Response:
    """What this server is as an authorization server (RFC 8414)."""
    body = to_json(granting.metadata(request.app.state.settings))
    return Response(body, 200, {"Cache-Control": "max-age=3600"}, media_type="application/json")


def _error(error: str, description: str) -> dict[str, str]:
    # Section 5.2: printable ASCII, without quotes.
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\' else "?" for sign in description)
    return {"error": error, "error_description": plain}


def _json(body: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    kept_by_nobody = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(
        to_json(body), status, {**kept_by_nobody, **(headers or {})}, media_type="application/json"
    )


def _ask_of(fields: Mapping[str, Sequence[str]], authorization: str | None) -> Ask:
    """The request as it came, by the one method that it uses (section 2.3). An empty field is one left out."""
    for name, values in fields.items():
        if len(values) > 1:
            raise OAuthError("invalid_request", f"{name[:50]} stands twice.")
    given = {name: values[0] for name, values in fields.items() if values[0]}
    about: dict[str, Any] = {"grant_type": given.get("grant_type"), "scope": given.get("scope")}
    ways = [authorization is not None, "client_secret" in given, "client_assertion" in given]
    if sum(ways) > 1:
        raise OAuthError("invalid_request", "One way to show who you are, not several.")
    if authorization is not None:
        client_id, secret = _basic(authorization)
        if given.get("client_id", client_id) != client_id:
            raise OAuthError("invalid_request", "Two clients in one request.")
        return Ask("client_secret_basic", client_id, **about, secret=secret)
    if "client_assertion" in given:
        return _asserted(given, about)
    if "client_secret" in given and "client_id" in given:
        return Ask("client_secret_post", given["client_id"], **about, secret=given["client_secret"])
    raise InvalidClient


def _asserted(given: Mapping[str, str], about: Mapping[str, Any]) -> Ask:
    if given.get("client_assertion_type") != ASSERTION_TYPE:
        raise OAuthError("invalid_request", f"client_assertion_type is {ASSERTION_TYPE}.")
    assertion = given["client_assertion"]
    try:
        client_id = claimed_client(assertion)
    except AssertionRefused:
        # Refused with all others, by the count of wrong tries.
        client_id = given.get("client_id", "")
    if given.get("client_id", client_id) != client_id:
        raise OAuthError("invalid_request", "Two clients in one request.")
    return Ask("private_key_jwt", client_id, **about, assertion=assertion)


def _basic(authorization: str) -> tuple[str, str]:
    """The id and the secret of RFC 6749, section 2.3.1: encoded as in a form, then as RFC 7617 has it."""
    scheme, _space, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidClient from None
    client_id, colon, secret = decoded.partition(":")
    if not colon:
        raise InvalidClient
    return unquote_plus(client_id), unquote_plus(secret)
