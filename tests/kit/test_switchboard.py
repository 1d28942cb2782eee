"""Routes are found by their path's segments, and answer as a router's would."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from app.kit.routing import serve

shelves = APIRouter(prefix="/shelves")
books = APIRouter(prefix="/books")


@shelves.get("")
def all_shelves() -> str:
    return "all"


@shelves.get("/summary")
def summary() -> str:
    return "summary"


@shelves.get("/{shelf}")
def one_shelf(shelf: str) -> str:
    return f"one {shelf}"


@shelves.post("/{shelf}")
def fill(shelf: str) -> str:
    return f"filled {shelf}"


@shelves.get("/{shelf}/books/{book}")
def book_on(shelf: str, book: int) -> str:
    return f"{book} on {shelf}"


@books.get("")
def all_books() -> str:
    return "books"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = FastAPI()
    serve(made, [shelves, books], "/v1")
    return made


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v1/shelves", "all"),
        ("/v1/shelves/summary", "summary"),
        ("/v1/shelves/oak", "one oak"),
        ("/v1/shelves/%C3%A9rable", "one érable"),
        ("/v1/shelves/{}", "one {}"),
        ("/v1/shelves/oak/books/3", "3 on oak"),
        ("/v1/books", "books"),
        ("/v1/books/", "books"),
    ],
)
def test_found(client: TestClient, path: str, answer: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.json() == answer


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/shelves", "/v1/shelves/oak/books", "/v1/shelves/oak/books/3/4", "/v1/shelves//books/3"],
)
def test_not_found(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json() == {"detail": "Not Found"}


def test_methods(client: TestClient) -> None:
    assert client.post("/v1/shelves/oak").json() == "filled oak"
    assert client.delete("/v1/shelves/oak").status_code == 405
    assert client.post("/v1/shelves/summary").status_code in {200, 405}


def test_a_bad_parameter(client: TestClient) -> None:
    assert client.get("/v1/shelves/oak/books/three").status_code == 422


def test_served_twice_under_another_prefix(client: TestClient) -> None:
    other = FastAPI()
    serve(other, [books], "/v2")
    with TestClient(other) as second:
        assert second.get("/v2/books").json() == "books"
        assert second.get("/v1/books").status_code == 404
    assert client.get("/v1/books").json() == "books"


def test_documented_under_the_prefix(app: FastAPI) -> None:
    assert "/v1/shelves/{shelf}/books/{book}" in app.openapi()["paths"]
