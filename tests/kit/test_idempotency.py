"""A POST sent twice does its work once."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.kit import clock, idempotency
from app.kit.database import Database
from app.kit.ids import new_id
from app.kit.problems import Conflict
from app.kit.routing import SessionDep, json_object, router
from app.kit.schemas import Line
from app.kit.schemas import Request as Form
from app.people.models import Directorate
from tests.kit.small import serving

letters = router("/letters", "letters")
TROUBLE: dict[str, Exception] = {}
DONE: list[str] = []


class Letter(Form):
    text: Line


@letters.post("", status_code=201)
def post_letter(form: Letter, request: Request, session: SessionDep) -> Response:
    DONE.append(form.text)
    row = Directorate(authority_id=request.state.caller.authority_id, code=str(new_id()), name=form.text)
    session.add(row)
    session.flush()
    time.sleep(0.02)
    if form.text in TROUBLE:
        raise TROUBLE[form.text]
    return json_object({"id": row.id, "version": 1, "text": "é"}, status=201, location=f"/letters/{row.id}")


@letters.post("/empty", status_code=204)
def empty_letter_box(session: SessionDep) -> Response:
    DONE.append("emptied")
    return Response(status_code=204)


@letters.put("", status_code=204)
def put_letter(session: SessionDep) -> Response:
    DONE.append("put")
    return Response(status_code=204)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    TROUBLE.clear()
    DONE.clear()
    with serving(database, letters) as opened:
        yield opened


def send(client: TestClient, key: str | bytes, text: str = "hello", **options: Any) -> Any:
    headers = {"Idempotency-Key": key, **options.pop("headers", {})}
    return client.post("/letters", json={"text": text}, headers=headers, **options)


def rows(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(Directorate)).scalar_one()


def test_the_same_answer_again(client: TestClient, database: Database) -> None:
    first, again = send(client, "k"), send(client, "k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    for header in ("location", "etag", "content-type"):
        assert again.headers[header] == first.headers[header]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert DONE == ["hello"]
    assert rows(database) == 1


def test_an_answer_without_a_body(client: TestClient) -> None:
    for _ in range(2):
        response = client.post("/letters/empty", headers={"Idempotency-Key": "k"})
        assert (response.status_code, response.content) == (204, b"")
    assert DONE == ["emptied"]


def test_without_a_key_each_is_its_own(client: TestClient, database: Database) -> None:
    for _ in range(2):
        client.post("/letters", json={"text": "hello"})
    assert rows(database) == 2


def test_another_body_or_path_is_another_request(client: TestClient, database: Database) -> None:
    send(client, "k")
    for response in (
        send(client, "k", "goodbye"),
        client.post("/letters/empty", headers={"Idempotency-Key": "k"}),
    ):
        assert response.status_code == 422
        assert response.json()["type"] == "urn:essaim:problem:idempotency-key-reused"
    assert DONE == ["hello"]


def test_each_caller_has_their_own_keys(client: TestClient, database: Database) -> None:
    send(client, "k")
    response = send(client, "k", "other", headers={"Authorization": "bruno"})
    assert response.status_code == 201
    assert rows(database) == 2


def test_only_posts_take_a_key(client: TestClient) -> None:
    for _ in range(2):
        client.put("/letters", headers={"Idempotency-Key": "k"})
    assert DONE == ["put", "put"]


@pytest.mark.parametrize("trouble", [Conflict(), RuntimeError("lost")])
def test_a_request_that_failed_may_be_tried_again(
    client: TestClient, database: Database, trouble: Exception
) -> None:
    TROUBLE["hello"] = trouble
    assert send(client, "k").status_code == (409 if isinstance(trouble, Conflict) else 500)
    assert rows(database) == 0
    assert send(client, "k", "corrected").status_code == 201, "even with another body"
    TROUBLE.clear()
    assert rows(database) == 1


def test_bad_input_does_not_use_up_the_key(client: TestClient) -> None:
    assert send(client, "k", "").status_code == 422
    assert send(client, "k").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "é".encode(), "x" * 201, b"\x7f", b"\xff"])
def test_a_key_that_is_none(client: TestClient, key: str | bytes) -> None:
    response = send(client, key)
    assert response.status_code == 422
    assert [(error["field"], error["in"]) for error in response.json()["errors"]] == [
        ("Idempotency-Key", "header")
    ]
    assert DONE == []


@pytest.mark.parametrize("key", ["!", "~" * 200, "a:b/c?d=e&f", '"8e03978e-40d5-43e8-bc93-6894a57f9324"'])
def test_a_key_that_is_one(client: TestClient, key: str) -> None:
    assert send(client, key).status_code == 201
    assert send(client, key).headers["idempotent-replayed"] == "true"


def test_together(client: TestClient, database: Database) -> None:
    """Whoever comes second waits for the first, and receives its answer."""
    answers: list[Any] = []
    barrier = threading.Barrier(8)

    def post(key: str) -> None:
        barrier.wait()
        answers.append((key, send(client, key)))

    threads = [threading.Thread(target=post, args=(key,)) for key in ("one", "two") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [response.status_code for _key, response in answers] == [201] * 8
    assert {
        len({response.content for key, response in answers if key == name}) for name in ("one", "two")
    } == {1}
    assert sum("idempotent-replayed" not in response.headers for _key, response in answers) == 2
    assert DONE == ["hello", "hello"]
    assert rows(database) == 2


def test_whoever_waited_for_a_failure_does_the_work(client: TestClient, database: Database) -> None:
    statuses: list[int] = []
    TROUBLE["hello"] = Conflict()

    def fail() -> None:
        statuses.append(send(client, "k").status_code)

    thread = threading.Thread(target=fail)
    thread.start()
    while not DONE and thread.is_alive():
        time.sleep(0.001)
    statuses.append(send(client, "k", "second").status_code)
    thread.join()
    assert sorted(statuses) == [201, 409]
    assert rows(database) == 1


def test_old_keys_are_forgotten(client: TestClient, database: Database) -> None:
    send(client, "old")
    with database.transaction() as session:
        assert idempotency.purge(session, clock.now() - timedelta(days=1)) == 0
        assert idempotency.purge(session, clock.now() + timedelta(days=1)) == 1
    assert "idempotent-replayed" not in send(client, "old").headers
