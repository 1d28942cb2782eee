"""Around the routes: request ids, languages, sizes, health, and faults of ours."""

import json
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from sqlalchemy import text
from structlog.testing import LogCapture

from app.kit import application
from app.kit.database import Database
from app.kit.migrations import head_revision
from app.kit.routing import SessionDep, router
from app.kit.schemas import Line, Prose
from app.kit.schemas import Request as Form
from tests.kit.small import serving
from tests.support.database import owning

bells = router("/bells", "bells")


class Bell(Form):
    name: Line
    story: Prose = "x"


@bells.post("", status_code=204)
def ring(form: Bell, session: SessionDep) -> Response:
    return Response(status_code=204)


@bells.post("/silent", status_code=204)
def ring_silently(session: SessionDep) -> Response:
    return Response(status_code=204)


@bells.get("/cracked")
def ring_cracked() -> Response:
    raise ZeroDivisionError("the secret of the founders")


@bells.get("/missing")
def ring_missing() -> Response:
    return Response(b"{}", media_type="application/json")


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    with serving(database, bells) as opened:
        yield opened


@pytest.fixture
def lines(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> list[MutableMapping[str, Any]]:
    """What the application logs."""
    capture = LogCapture()
    processors: list[structlog.typing.Processor] = [structlog.contextvars.merge_contextvars, capture]
    everything = structlog.make_filtering_bound_logger(0)
    logger = structlog.wrap_logger(None, processors=processors, wrapper_class=everything)
    monkeypatch.setattr(application, "log", logger)
    return capture.entries


def app_of(client: TestClient) -> FastAPI:
    app = client.app
    assert isinstance(app, FastAPI)
    return app


class TestRequestId:
    @pytest.mark.parametrize(
        ("method", "path", "options", "status"),
        [
            ("GET", "/bells/missing", {}, 200),
            ("POST", "/bells", {"json": {}}, 422),
            ("POST", "/bells", {"content": b"x"}, 415),
            ("POST", "/bells", {"json": {"name": "x" * 20_000}}, 413),
            ("GET", "/nowhere", {}, 404),
            ("DELETE", "/bells", {}, 405),
            ("GET", "/bells/cracked", {}, 500),
            ("GET", "/bells/missing", {"headers": {"Authorization": ""}}, 401),
            ("GET", "/healthz", {}, 200),
        ],
    )
    def test_in_every_answer_and_line(
        self,
        client: TestClient,
        lines: list[MutableMapping[str, Any]],
        method: str,
        path: str,
        options: dict[str, Any],
        status: int,
    ) -> None:
        response = client.request(method, path, **options)
        assert response.status_code == status
        request_id = response.headers["x-request-id"]
        assert UUID(request_id).version == 7
        assert response.headers["x-content-type-options"] == "nosniff"
        if status >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["request_id"] == request_id
            assert response.json()["status"] == status
        assert {line["request_id"] for line in lines} == {request_id}
        access = [line for line in lines if line["event"] == "request"]
        assert [(line["status"], line["path"]) for line in access] == [(status, response.request.url.path)]

    def test_is_never_the_callers(self, client: TestClient) -> None:
        mine = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
        assert client.get("/healthz", headers={"X-Request-Id": mine}).headers["x-request-id"] != mine


class TestFault:
    def test_says_nothing_of_its_cause(
        self, client: TestClient, lines: list[MutableMapping[str, Any]]
    ) -> None:
        response = client.get("/bells/cracked")
        assert "founders" not in response.text
        assert response.json()["type"] == "urn:essaim:problem:unexpected"
        assert response.headers["cache-control"] == "no-store"
        (fault,) = [line for line in lines if line["log_level"] == "error"]
        assert "founders" in str(fault["exc_info"])

    def test_in_the_callers_language(self, client: TestClient) -> None:
        for language in ("fr", "en"):
            response = client.get("/bells/cracked", headers={"Accept-Language": language})
            assert response.headers["content-language"] == language


class TestCallerGone:
    async def _nobody(self, _message: MutableMapping[str, Any]) -> None:
        raise AssertionError("an answer was sent to nobody")

    def test_is_no_fault_of_ours(self, client: TestClient, lines: list[MutableMapping[str, Any]]) -> None:
        parts: list[MutableMapping[str, Any]] = [
            {"type": "http.request", "body": b'{"name": ', "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> MutableMapping[str, Any]:
            return parts.pop(0)

        headers = {"authorization": "alice", "content-type": "application/json", "host": "testserver"}
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/bells",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        assert client.portal is not None
        client.portal.call(app_of(client), scope, receive, self._nobody)
        (line,) = lines
        assert (line["event"], line["status"]) == ("request", 499)


class TestLanguage:
    def test_of_a_problem(self, client: TestClient) -> None:
        for header, language, title in (
            ("en-GB, fr;q=0.1", "en", "Some fields need correcting."),
            ("fr", "fr", "Certains champs sont à corriger."),
            ("br, de", "fr", "Certains champs sont à corriger."),
            ("", "fr", "Certains champs sont à corriger."),
        ):
            response = client.post("/bells", json={}, headers={"Accept-Language": header})
            assert response.json()["title"] == title
            assert response.headers["content-language"] == language


class TestValidation:
    def test_says_what_to_do(self, client: TestClient) -> None:
        body = {"name": "x" * 201, "story": 3, "tone": "C"}
        errors = {error["field"]: error for error in client.post("/bells", json=body).json()["errors"]}
        assert errors["name"]["detail"] == "Écrivez au plus 200 caractères."
        assert errors["story"]["detail"] == "Un texte est attendu."
        assert errors["tone"]["detail"] == "Ce champ n'est pas connu ici : vérifiez son nom."
        assert client.post("/bells", json={}).json()["errors"] == [
            {"field": "name", "in": "body", "code": "missing", "detail": "Ce champ est attendu."}
        ]

    def test_never_echoes_what_was_sent(self, client: TestClient) -> None:
        response = client.post("/bells", json={"name": ["s3cret"]})
        assert "s3cret" not in response.text


class TestSize:
    def test_declared(self, client: TestClient) -> None:
        response = client.post("/bells", json={"name": "x" * 10_000})
        assert response.status_code == 413
        assert "10000" in response.json()["detail"]

    def test_in_pieces_of_unknown_length(self, client: TestClient) -> None:
        sent = 0

        def pieces() -> Iterator[bytes]:
            nonlocal sent
            for _ in range(100):
                sent += 1
                yield b" " * 1000

        headers = {"Content-Type": "application/json"}
        response = client.post("/bells", content=pieces(), headers=headers)
        assert response.status_code == 413

    @pytest.mark.parametrize("length", ["-1", "abc", "1e3"])
    def test_a_length_that_is_none(self, client: TestClient, length: str) -> None:
        headers = {"Content-Type": "application/json", "Content-Length": length}
        response = client.post("/bells", content=b'{"name": "x"}', headers=headers)
        assert response.status_code == 204, "the server in front refuses it; what was received is counted"

    def test_just_within(self, client: TestClient) -> None:
        content = json.dumps({"name": "x"}).encode().ljust(10_000)
        headers = {"Content-Type": "application/json"}
        assert client.post("/bells", content=content, headers=headers).status_code == 204
        assert client.post("/bells", content=content + b" ", headers=headers).status_code == 413


class TestNotThere:
    def test_path(self, client: TestClient) -> None:
        response = client.get("/nowhere")
        assert response.status_code == 404
        assert response.json()["type"] == "urn:essaim:problem:not-found"
        assert response.json()["instance"] == "/nowhere"

    def test_method(self, client: TestClient) -> None:
        response = client.delete("/bells")
        assert response.status_code == 405
        assert response.headers["allow"] == "POST"


class TestHealth:
    def test_alive(self, client: TestClient) -> None:
        client.headers.pop("Authorization")
        assert client.get("/healthz").json() == {"status": "alive"}

    def test_ready(self, client: TestClient) -> None:
        client.headers.pop("Authorization")
        response = client.get("/readyz")
        assert response.status_code == 200
        assert response.json() == {"status": "ready", "revision": head_revision()}

    def test_on_an_old_revision(self, client: TestClient, database: Database) -> None:
        with owning(database) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        try:
            response = client.get("/readyz")
            assert response.status_code == 503
            assert response.json() == {"status": "migration needed", "revision": "0001"}
        finally:
            with owning(database) as connection:
                statement = text("UPDATE alembic_version SET version_num = :head")
                connection.execute(statement, {"head": head_revision()})

    def test_on_an_empty_database(self, client: TestClient, tmp_path: Path) -> None:
        empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        app_of(client).state.database = empty
        assert client.get("/readyz").status_code == 503
        empty.dispose()

    def test_without_a_database(self, client: TestClient) -> None:
        nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
        app_of(client).state.database = nowhere
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (503, "database unreachable")
        assert client.get("/healthz").status_code == 200
        nowhere.dispose()
