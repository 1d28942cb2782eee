"""What every route does: who calls, what they send, one transaction, and its commit before the answer."""

import threading
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import Query, Request, Response
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.kit.database import Database
from app.kit.ids import new_id
from app.kit.problems import Conflict
from app.kit.routing import (
    DatabaseDep,
    SessionDep,
    json_object,
    json_object_if_new,
    json_page,
    router,
)
from app.kit.schemas import Line
from app.kit.schemas import Request as Form
from app.people.models import Directorate
from tests.kit.small import serving

pebbles = router("/pebbles", "pebbles")


class Found(Form):
    name: Line


def keep(session: Session, request: Request, name: str) -> Directorate:
    """Any row will do to see what a transaction leaves."""
    row = Directorate(authority_id=request.state.caller.authority_id, code=str(new_id()), name=name)
    session.add(row)
    session.flush()
    return row


@pebbles.post("", status_code=201)
def find_pebble(form: Found, request: Request, session: SessionDep) -> Response:
    row = keep(session, request, form.name)
    return json_object(
        {"id": row.id, "version": 1, "name": row.name}, status=201, location=f"/pebbles/{row.id}"
    )


@pebbles.post("/drop")
def drop_pebble(request: Request, session: SessionDep) -> Response:
    keep(session, request, "dropped")
    raise ZeroDivisionError("the pebble fell")


@pebbles.post("/refuse")
def refuse_pebble(request: Request, session: SessionDep) -> Response:
    keep(session, request, "refused")
    raise Conflict


@pebbles.put("/{number}", status_code=204)
def put_pebble(number: int, request: Request, session: SessionDep) -> Response:
    keep(session, request, f"put {number}")
    return Response(status_code=204)


@pebbles.get("/{number}")
def read_pebble(request: Request, number: int) -> Response:
    return json_object_if_new(request, {"number": number, "version": number})


@pebbles.get("")
def list_pebbles(request: Request, database: DatabaseDep, limit: Annotated[int, Query()] = 1) -> Response:
    with database.read() as connection:
        connection.execute(select(1))
    return json_page(request, [{"number": 1}] * limit, "there" if limit < 3 else None)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    with serving(database, pebbles) as opened:
        yield opened


def kept(database: Database) -> list[str]:
    with database.session() as session:
        return sorted(session.execute(select(Directorate.name)).scalars())  # type: ignore[call-overload]


def test_what_was_done_stays(client: TestClient, database: Database) -> None:
    response = client.post("/pebbles", json={"name": "granite"})
    assert response.status_code == 201
    assert response.headers["location"] == f"/pebbles/{response.json()['id']}"
    assert response.headers["etag"].startswith('"1-')
    assert client.put("/pebbles/7").status_code == 204
    assert kept(database) == ["granite", "put 7"]


class TestOrder:
    """A stranger learns nothing: who calls comes first, then what they send."""

    @pytest.mark.parametrize(
        ("method", "path", "options"),
        [
            ("POST", "/pebbles", {"content": b"{"}),
            ("POST", "/pebbles", {"json": {"nome": 1}}),
            ("POST", "/pebbles", {"content": b"x" * 20_000}),
            ("POST", "/pebbles", {"headers": {"Idempotency-Key": "é".encode()}}),
            ("GET", "/pebbles/one", {}),
            ("GET", "/pebbles?limit=many", {}),
            ("PUT", "/pebbles/one", {}),
        ],
    )
    def test_anonymous(
        self, client: TestClient, database: Database, method: str, path: str, options: dict[str, Any]
    ) -> None:
        client.headers.pop("Authorization")
        response = client.request(method, path, **options)
        assert response.status_code == 401
        assert response.json()["type"] == "urn:essaim:problem:unauthenticated"
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert kept(database) == []

    @pytest.mark.parametrize(
        "media_type", ["text/plain", "application/x-www-form-urlencoded", "", "json", None]
    )
    def test_media_type(self, client: TestClient, media_type: str | None) -> None:
        headers = {} if media_type is None else {"Content-Type": media_type}
        response = client.post("/pebbles", content=b'{"name": "x"}', headers=headers)
        assert response.status_code == 415
        assert response.headers["accept"] == "application/json"

    @pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=utf-8"])
    def test_json(self, client: TestClient, media_type: str) -> None:
        headers = {"Content-Type": media_type}
        assert client.post("/pebbles", content=b'{"name": "x"}', headers=headers).status_code == 201


class TestBody:
    @pytest.mark.parametrize("content", [b"{", b"", b"nope", b'{"name": }', b"\xff\xfe", b'{"name": "\xff"}'])
    def test_not_json(self, client: TestClient, content: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        response = client.post("/pebbles", content=content, headers=headers)
        assert response.status_code in {400, 422}
        assert response.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize(
        ("content", "field"),
        [
            (rb'{"name": "a\u0000b"}', "name"),
            (rb'{"name": "\u0000"}', "name"),
            (rb'{"name": "\ud800"}', "name"),
            (rb'{"name": "x", "\ud800": 1}', "body"),
            (rb'{"name": "x", "a\u0000b": 1}', "a\0b"),
            (rb'{"name": ["\ud800"]}', "name"),
            (rb'{"name": "  "}', "name"),
            (rb'{"name": "a\nb"}', "name"),
            (rb'{"name": NaN}', "name"),
            (rb"{}", "name"),
        ],
    )
    def test_nul_and_surrogates(
        self, client: TestClient, database: Database, content: bytes, field: str
    ) -> None:
        response = client.post("/pebbles", content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 422, response.text
        assert [error["field"] for error in response.json()["errors"]] == [field]
        assert kept(database) == []

    @pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"name"'])
    def test_no_object(self, client: TestClient, content: bytes) -> None:
        response = client.post("/pebbles", content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["in"] == "body"


class TestTransaction:
    def test_a_fault_leaves_nothing(self, client: TestClient, database: Database) -> None:
        response = client.post("/pebbles/drop")
        assert response.status_code == 500
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "urn:essaim:problem:unexpected"
        assert "pebble" not in response.text.replace("/pebbles/drop", ""), "nothing of the cause"
        assert kept(database) == []

    def test_a_refusal_leaves_nothing(self, client: TestClient, database: Database) -> None:
        assert client.post("/pebbles/refuse").status_code == 409
        assert kept(database) == []

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (RuntimeError("the disk is full"), 500),
            (OperationalError("COMMIT", {}, Exception("disk I/O error")), 500),
            (OperationalError("COMMIT", {}, Exception("database is locked")), 503),
        ],
    )
    def test_a_commit_that_fails_is_no_success(
        self,
        client: TestClient,
        database: Database,
        monkeypatch: pytest.MonkeyPatch,
        error: Exception,
        status: int,
    ) -> None:
        def fail(_session: Session) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(Session, "commit", fail)
            for response in (client.post("/pebbles", json={"name": "x"}), client.put("/pebbles/1")):
                assert response.status_code == status
                assert response.headers["content-type"] == "application/problem+json"
                assert "location" not in response.headers
        assert kept(database) == []
        assert client.post("/pebbles", json={"name": "x"}).status_code == 201, "and the next one works"

    def test_connections_go_back(self, client: TestClient, database: Database) -> None:
        for _ in range(60):
            client.post("/pebbles/drop")
            client.post("/pebbles/refuse")
            client.post("/pebbles", json={})
            client.get("/pebbles")
        for engine in (database.writer, database.reader):
            assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]

    def test_more_requests_than_connections(self, client: TestClient, database: Database) -> None:
        statuses: list[int] = []

        def post() -> None:
            statuses.append(client.post("/pebbles", json={"name": "x"}).status_code)

        threads = [threading.Thread(target=post) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [201] * 50
        assert len(kept(database)) == 50


class TestConditionalGet:
    def test_not_modified(self, client: TestClient) -> None:
        first = client.get("/pebbles/3")
        tag = first.headers["etag"]
        for held in (tag, f'"1-a", {tag}', f"W/{tag}", "*"):
            again = client.get("/pebbles/3", headers={"If-None-Match": held})
            assert again.status_code == 304, held
            assert again.headers["etag"] == tag
            assert again.content == b""

    def test_modified(self, client: TestClient) -> None:
        tag = client.get("/pebbles/3").headers["etag"]
        response = client.get("/pebbles/4", headers={"If-None-Match": tag})
        assert response.status_code == 200
        assert response.json()["number"] == 4


class TestPage:
    def test_link(self, client: TestClient) -> None:
        response = client.get("/pebbles?limit=2")
        assert response.json() == {"items": [{"number": 1}, {"number": 1}], "next_cursor": "there"}
        assert response.headers["link"] == '</pebbles?limit=2&cursor=there>; rel="next"'

    def test_last(self, client: TestClient) -> None:
        response = client.get("/pebbles?limit=3")
        assert response.json()["next_cursor"] is None
        assert "link" not in response.headers
