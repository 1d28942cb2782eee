"""No route without a row of the policy that opens it, or a word on why there is none."""

import pytest
from fastapi import FastAPI, Response

from app.access.governed import Governed, governed, governed_by, open_to_all, rule_of
from app.irritants.policy import POLICY
from app.kit.routing import router, serve
from app.main import ROOMS

INFRASTRUCTURE = {"/healthz", "/readyz", "/api/v1/openapi.json", "/static"}
"""What answers before anybody is known, and says nothing of anybody."""


def undeclared(app: FastAPI) -> list[Governed]:
    return [one for one in governed(app.routes) if one.rule is None and one.path not in INFRASTRUCTURE]


def test_every_route_is_declared(shared_app: FastAPI) -> None:
    assert undeclared(shared_app) == [], "put governed_by(POLICY, action) under the route's decorator"


def test_only_known_rows_open_routes(shared_app: FastAPI) -> None:
    policies = {id(policy) for room in ROOMS for policy in room.policies}
    for route in governed(shared_app.routes):
        if route.rule and route.rule.policy:
            assert id(route.rule.policy) in policies, f"{route.path}: a policy that no room hands over"
        elif route.rule:
            assert route.rule.reason


def test_every_row_but_what_lists_ask_opens_a_route(shared_app: FastAPI) -> None:
    """A row that opens nothing is a promise that nobody keeps; these are asked inside an answer."""
    within = {
        "access_token.read",
        "agent.read_absence_kinds",
        "directorate.count",
        "directorate.name_head",
        "half_day.read_reasons",
        "irritant.know_protected",
        "session.read",
    }
    opened = {
        f"{route.rule.policy.subject}.{action}"
        for route in governed(shared_app.routes)
        if route.rule and route.rule.policy
        for action in route.rule.actions
    }
    rows = {
        f"{policy.subject}.{action.name}"
        for room in ROOMS
        for policy in room.policies
        for action in policy.actions
    }
    assert {row for row in rows - opened if not row.endswith(".read_all")} == within


def test_an_undeclared_route_is_found() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    api = router("/things", "things")

    @api.get("/bare")
    def bare() -> Response:
        return Response()

    @api.get("/open")
    @open_to_all("everybody may see this thing")
    def opened() -> Response:
        return Response()

    @api.get("/closed")
    @governed_by(POLICY, "read")
    def closed() -> Response:
        return Response()

    serve(app, [api])
    assert [one.path for one in undeclared(app)] == ["/things/bare"]
    assert rule_of(closed) is not None


def test_a_row_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        governed_by(POLICY, "abolish")
