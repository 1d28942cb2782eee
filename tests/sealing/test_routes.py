"""Every route of the contract, asked about another authority's objects, answers as about nothing at all."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.access.capacity import Capacity
from app.kit.ids import new_id
from app.signin.scopes import SCOPES
from tests.half_days.builders import MONDAY, on
from tests.sealing.neighbours import (
    OF_PARAMETER,
    WORDS,
    Samples,
    every_id,
    fields_of_ids,
    furnish,
    ids,
    said,
    with_id,
)
from tests.support.world import API, Caller, World, contract_of

NAMES = ("lab", "administrator", "hr", "coach", "head_dep", "alice")


@pytest.fixture
def towns(world: World) -> Iterator[tuple[World, World]]:
    """Ours and theirs, with the same things in both."""
    with World.build(world.app, world.database, slug="haute-arlene") as other, on(MONDAY):
        for town in (world, other):
            town.add_person("administrator", "DGS", capacity=Capacity.ADMINISTRATOR)
            furnish(town)
            town.work()
        yield world, other


@pytest.fixture
def callers(towns: tuple[World, World]) -> list[Caller]:
    """Somebody of ours in each capacity, and a machine with every scope."""
    ours, _theirs = towns
    return [*(ours.people[name] for name in NAMES), ours.machine(*SCOPES)]


def operations(world: World) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path template and operation."""
    for method, parts, operation in contract_of(world.app).operations:
        yield method, "/".join(parts).removeprefix(API), operation


def schema_of(operation: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return schema


def named(operation: dict[str, Any], place: str, schemas: dict[str, Any] | None = None) -> list[str]:
    """The parameters in the path, or those of the query that hold ids."""
    return [
        parameter["name"]
        for parameter in operation.get("parameters", ())
        if parameter["in"] == place
        and (place == "path" or any(fields_of_ids(parameter["schema"], schemas or {}, parameter["name"])))
    ]


def filled(path: str, values: dict[str, str]) -> str:
    for name, value in {**values, **WORDS}.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def test_in_the_path(towns: tuple[World, World], callers: list[Caller]) -> None:
    """404, as for an id that nobody has, to whoever might have had the right; to the rest, the same as ever."""
    ours, theirs = towns
    mine, yours, nobodys = ids(ours), ids(theirs), str(new_id())
    samples = Samples(contract_of(ours.app).document, mine, nobodys)
    asked = 0
    for method, path, operation in operations(ours):
        names = [name for name in named(operation, "path") if name not in WORDS]
        schema = schema_of(operation)
        options = {"headers": {"If-Match": "*"}, **({"json": samples.of(schema)} if schema else {})}
        for foreign in names:
            others = {name: mine[OF_PARAMETER[name]] for name in names if name != foreign}
            their_id = yours[OF_PARAMETER[foreign]]
            answers = set()
            for caller in callers:
                about_theirs = caller.request(method, filled(path, {**others, foreign: their_id}), **options)
                about_nothing = caller.request(method, filled(path, {**others, foreign: nobodys}), **options)
                assert said(about_theirs, their_id) == said(about_nothing, nobodys), f"{method} {path}"
                answers.add(about_theirs.status_code)
            assert 404 in answers, f"{method} {path}: {answers}"
            assert answers <= {403, 404}, f"{method} {path}: {answers}"
            asked += 1
    assert asked > 80


def test_in_the_body(towns: tuple[World, World], callers: list[Caller]) -> None:
    ours, theirs = towns
    mine, yours, nobodys = ids(ours), ids(theirs), str(new_id())
    document = contract_of(ours.app).document
    samples = Samples(document, mine, nobodys)
    asked = 0
    for method, path, operation in operations(ours):
        schema = schema_of(operation)
        if schema is None:
            continue
        target = filled(
            path, {name: mine[OF_PARAMETER[name]] for name in named(operation, "path") if name not in WORDS}
        )
        for field in sorted(set(fields_of_ids(schema, document["components"]["schemas"]))):
            their_id = yours[OF_PARAMETER[field]]
            for caller in callers:
                about_theirs, about_nothing = (
                    caller.request(
                        method,
                        target,
                        json=with_id(samples.of(schema), field, id_),
                        headers={"If-Match": "*"},
                    )
                    for id_ in (their_id, nobodys)
                )
                where = f"{method} {path}, {field}"
                assert said(about_theirs, their_id) == said(about_nothing, nobodys), where
                assert about_theirs.status_code in {403, 404, 409, 422}, where
            asked += 1
    assert asked > 20


def test_in_the_query(towns: tuple[World, World], callers: list[Caller]) -> None:
    ours, theirs = towns
    yours, nobodys = ids(theirs), str(new_id())
    schemas = contract_of(ours.app).document["components"]["schemas"]
    asked = 0
    for method, path, operation in operations(ours):
        for name in named(operation, "query", schemas):
            their_id = yours[OF_PARAMETER[name]]
            for caller in callers:
                about_theirs, about_nothing = (
                    caller.request(method, path, params={name: id_}) for id_ in (their_id, nobodys)
                )
                where = f"{method} {path}?{name}"
                assert said(about_theirs, their_id) == said(about_nothing, nobodys), where
            asked += 1
    assert asked > 20


def test_in_every_list(towns: tuple[World, World], callers: list[Caller]) -> None:
    """Nothing that is read without naming anything names anything of theirs."""
    ours, theirs = towns
    secret, public = every_id(theirs), every_id(ours)
    shown: set[str] = set()
    for method, path, operation in operations(ours):
        if method != "GET" or named(operation, "path"):
            continue
        for caller in callers:
            for accept in ("application/json", "application/x-ndjson"):
                text = caller.request(method, path, headers={"Accept": accept}).text
                assert not [id_ for id_ in secret if id_ in text], path
                shown |= {id_ for id_ in public if id_ in text}
    assert len(shown) > 50, "there was something to see"
