"""How much one may do once inside."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.access.inside import Inside
from app.kit.limits import RateLimit
from app.settings import Settings
from tests.irritants.builders import protected
from tests.signin.builders import signed_in
from tests.support.world import Caller, World


@pytest.fixture
def narrow(app: FastAPI) -> Iterator[FastAPI]:
    """An application that lets little through."""
    usual = app.state.inside
    app.state.inside = Inside(
        Settings(writes_per_minute=3, client_writes_per_minute=5, searches_per_minute=2, exports_per_hour=2)
    )
    yield app
    app.state.inside = usual


def statuses(caller: Caller, times: int, method: str, path: str, **options: Any) -> list[int]:
    return [caller.request(method, path, **options).status_code for _ in range(times)]


def counters(world: World) -> int:
    with world.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(RateLimit)).scalar_one())


def test_writing(world: World, narrow: FastAPI) -> None:
    path = f"/agents/{world.alice.id}/absences"
    body = {"first_day": "2026-12-21", "last_day": "2026-12-20"}
    assert statuses(world.alice, 4, "POST", path, json=body) == [422, 422, 422, 429]
    refused = world.alice.request("POST", path, json=body)
    assert refused.json()["type"].endswith("too-many-requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    # Reading goes on, and so do others.
    assert world.alice.request("GET", "/me").status_code == 200
    assert world.hr.request("POST", path, json=body).status_code == 422


def test_a_machine_may_write_more(world: World, narrow: FastAPI) -> None:
    machine = world.machine("hr:write")
    body = {"first_day": "2026-12-21", "last_day": "2026-12-20"}
    path = f"/agents/{world.alice.id}/absences"
    assert statuses(machine, 6, "POST", path, json=body) == [422] * 5 + [429]


def test_every_method_that_writes(world: World, narrow: FastAPI) -> None:
    unknown = "/absences/0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
    assert statuses(world.alice, 3, "DELETE", unknown) == [404] * 3
    path = f"/agents/{world.alice.id}"
    assert statuses(world.alice, 1, "PATCH", path, json={}, headers={"If-Match": "*"}) == [429]


def test_searching(world: World, narrow: FastAPI) -> None:
    assert statuses(world.lab, 3, "GET", "/agents?q=bru") == [200, 200, 429]
    assert statuses(world.lab, 3, "GET", "/agents?limit=5") == [200] * 3
    assert statuses(world.lab, 2, "GET", "/agents?q=") == [200] * 2
    assert statuses(world.hr, 1, "GET", "/agents?q=bru") == [200]


def test_taking_whole_lists(world: World, narrow: FastAPI) -> None:
    for accept in ("text/csv", "application/x-ndjson"):
        assert statuses(world.hr, 1, "GET", "/half-days", headers={"Accept": accept}) == [200]
    refused = world.hr.request("GET", "/half-days", headers={"Accept": "text/csv"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 60
    assert statuses(world.hr, 3, "GET", "/half-days") == [200] * 3
    # Counted where every server process sees it: those that begin anew let no more through.
    narrow.state.inside = Inside(Settings(exports_per_hour=2))
    assert statuses(world.hr, 1, "GET", "/half-days", headers={"Accept": "text/csv"}) == [429]
    assert statuses(world.hr, 1, "POST", "/me/export") == [429]
    assert statuses(world.lab, 1, "POST", "/me/export") == [200]


def test_pages_count_too(world: World, narrow: FastAPI) -> None:
    visitor = signed_in(world, world.bruno)
    visitor.get("/")
    session = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
    for _ in range(3):
        visitor.submit(f"/connexions/{session}/fermer", expect=404)
    refused = visitor.submit(f"/connexions/{session}/fermer", expect=429)
    assert "Retry-After" in refused.headers
    assert refused.headers["content-type"].startswith("text/html")


def test_nothing_is_stored_of_who_writes_or_reads(world: World, narrow: FastAPI) -> None:
    """A counter with its instant would say who reported at that instant."""
    protected(world, "alice")
    world.alice.get("/irritants?q=portail")
    world.alice.get("/irritants")
    assert counters(world) == 0


def test_reading_costs_no_statement_more(world: World, narrow: FastAPI) -> None:
    world.alice.get("/irritants")
    with world.counted_queries() as seen:
        world.alice.get("/irritants")
        world.alice.get("/irritants?q=portail")
    assert [statement for statement in seen if "rate_limits" in statement] == []
    assert [statement for statement in seen if not statement.startswith("SELECT")] == []
