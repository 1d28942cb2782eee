"""A small town to test in: people who call the API, each answer checked against the contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import httpx2 as httpx
from fastapi import FastAPI
from jsonschema_rs import Draft202012Validator
from sqlalchemy import event, select, update
from sqlmodel import col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.journal.models import JournalEvent
from app.journal.worker import Worker
from app.kit import clock
from app.kit.database import Database
from app.people.models import Agent, Authority, Directorate
from app.people.service import create_authority, grant
from app.signin.models import AccessToken
from app.signin.service import create_client, create_token, holder_of
from tests.support.client import AppClient
from tests.support.town import Town

API = "/api/v1"


class Contract:
    """Checks that an answer is one that the OpenAPI document promises."""

    def __init__(self, app: FastAPI) -> None:
        self.document = app.openapi()
        self.validators: dict[int, Draft202012Validator] = {}
        self.operations = [
            (method.upper(), path.split("/"), operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        ]

    def check(self, response: httpx.Response) -> None:
        request = response.request
        operation = self._operation(request.method, request.url.path)
        if operation is None:
            assert response.status_code in {404, 405}, f"undocumented: {request.method} {request.url.path}"
            return
        status = str(response.status_code)
        assert status in operation["responses"] or status == "304", (
            f"{request.method} {request.url.path} answered an undocumented {status}: {response.text}"
        )
        documented = operation["responses"].get(status, {}).get("content")
        if not documented:
            assert not response.content, f"a body where none is documented: {response.text}"
            return
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in documented, (
            f"{media_type} is not documented for {request.method} {request.url.path}"
        )
        schema = documented[media_type].get("schema")
        if schema and media_type.endswith(("/json", "+json")):
            self._validator(id(schema), schema).validate(response.json())

    @cache  # noqa: B019 one contract lives as long as its application
    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        parts = path.split("/")
        best: tuple[int, dict[str, Any]] | None = None
        for candidate, template, operation in self.operations:
            if candidate != method or len(template) != len(parts):
                continue
            if all(t == p or t.startswith("{") for t, p in zip(template, parts, strict=True)):
                literal = sum(t == p for t, p in zip(template, parts, strict=True))
                if best is None or literal > best[0]:
                    best = (literal, operation)
        return best[1] if best else None

    def _validator(self, key: int, schema: dict[str, Any]) -> Draft202012Validator:
        if key not in self.validators:
            whole = {**schema, "components": self.document["components"]}
            self.validators[key] = Draft202012Validator(whole)
        return self.validators[key]


_towns: dict[str, Town] = {}
"""Those built before, by slug."""


@cache
def contract_of(app: FastAPI) -> Contract:
    return Contract(app)


@dataclass
class Caller:
    """Somebody with a token: `caller.get("/irritants")`. Every answer is checked against the contract."""

    client: AppClient
    contract: Contract
    token: str | None = None

    def request(self, method: str, path: str, *, expect: int | None = None, **options: Any) -> httpx.Response:
        headers = {"Accept-Language": "fr", **options.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        response: httpx.Response = self.client.request(method, API + path, headers=headers, **options)
        self.contract.check(response)
        if expect is not None:
            assert response.status_code == expect, f"{method} {path}: {response.status_code} {response.text}"
        return response

    def get(self, path: str, *, expect: int = 200, **options: Any) -> Any:
        return _body(self.request("GET", path, expect=expect, **options))

    def post(self, path: str, json: Any = None, *, expect: int | None = None, **options: Any) -> Any:
        response = self.request("POST", path, json=json, **options)
        assert response.status_code == expect if expect else response.is_success, response.text
        return _body(response)

    def put(self, path: str, json: Any = None, *, expect: int | None = None, **options: Any) -> Any:
        response = self.request("PUT", path, json=json, **options)
        assert response.status_code == expect if expect else response.is_success, response.text
        return _body(response)

    def patch(
        self, path: str, json: Any, *, version: int | str = "*", expect: int = 200, **options: Any
    ) -> Any:
        if_match = version if version == "*" else f'"{version}"'
        headers = {"If-Match": if_match, **options.pop("headers", {})}
        return _body(self.request("PATCH", path, json=json, headers=headers, expect=expect, **options))

    def delete(self, path: str, *, expect: int = 204, **options: Any) -> Any:
        return _body(self.request("DELETE", path, expect=expect, **options))


def _body(response: httpx.Response) -> Any:
    return response.json() if response.content else None


@dataclass
class Person(Caller):
    """An agent of the town, and a caller of the API."""

    agent: Agent = field(kw_only=True)

    @property
    def id(self) -> str:
        return str(self.agent.id)


@dataclass
class World:
    """`world.alice` is an agent of the roads service, `world.lab` leads the programme, and so on: see `build`."""

    app: FastAPI
    database: Database
    http: AppClient
    authority: Authority
    directorates: dict[str, Directorate] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def build(cls, app: FastAPI, database: Database, slug: str = "valmoret") -> Iterator["World"]:
        with AppClient(app) as http:
            if town := _towns.get(slug):
                yield cls.again(app, database, http, town)
                return
            with database.transaction() as session:
                authority = create_authority(session, slug=slug, name="Ville de Valmoret")
            world = cls(app, database, http, authority)
            for code, name in (
                ("DGS", "Direction générale des services"),
                ("DEP", "Direction des espaces publics"),
                ("DEJ", "Direction de l'éducation et de la jeunesse"),
                ("DSI", "Direction des systèmes d'information"),
            ):
                world.add_directorate(code, name)
            world.add_person("dgs", "DGS")
            world.add_person("head_dep", "DEP", manager="dgs", heads="DEP")
            world.add_person("head_dej", "DEJ", manager="dgs", heads="DEJ")
            world.add_person("head_dsi", "DSI", manager="dgs", heads="DSI")
            world.add_person("alice", "DEP", manager="head_dep", email=None)
            world.add_person("bruno", "DEJ", manager="head_dej")
            world.add_person("chloe", "DSI", manager="head_dsi", percentage="80")
            world.add_person("david", "DEP", manager="head_dep")
            world.add_person("lab", "DGS", manager="dgs", capacity=Capacity.LAB)
            world.add_person("coach", "DGS", manager="dgs")
            world.add_person("hr", "DGS", manager="dgs", capacity=Capacity.HR)
            world.add_person("elected", "DGS", capacity=Capacity.ELECTED)
            tokens = {name: str(person.token) for name, person in world.people.items()}
            with database.transaction() as session:
                _towns[slug] = Town.of(session, authority.id, tokens)
            yield world

    @classmethod
    def again(cls, app: FastAPI, database: Database, http: AppClient, town: Town) -> "World":
        """The town that was built before, in a tenth of the time."""
        with database.transaction() as session:
            town.put_back(session)
            world = cls(app, database, http, session.get_one(Authority, town.authority_id))
            whose = {"authority_id": town.authority_id}
            for directorate in session.execute(select(Directorate).filter_by(**whose)).scalars():
                world.directorates[directorate.code] = directorate
            agents = session.execute(select(Agent).filter_by(**whose)).scalars()
            named = {agent.given_name.lower(): agent for agent in agents}
        for name, token in town.tokens.items():
            world.people[name] = Person(http, contract_of(app), token, agent=named[name])
        return world

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def anonymous(self) -> Caller:
        """Somebody without a token."""
        return Caller(self.http, contract_of(self.app))

    def machine(self, *scopes: str) -> Caller:
        """An API client with these scopes."""
        with self.database.transaction() as session:
            name = "client " + " ".join(scopes)
            _client, token = create_client(session, self.authority.id, name=name, scopes=scopes)
        return Caller(self.http, contract_of(self.app), token)

    def add_directorate(self, code: str, name: str, parent: str | None = None) -> Directorate:
        with self.database.transaction() as session:
            row = Directorate(
                authority_id=self.authority.id,
                code=code,
                name=name,
                parent_id=self.directorates[parent].id if parent else None,
            )
            session.add(row)
        self.directorates[code] = row
        return row

    def add_person(
        self,
        name: str,
        directorate: str,
        *,
        manager: str | None = None,
        heads: str | None = None,
        capacity: Capacity | None = None,
        email: str | None = "",
        percentage: str = "100",
    ) -> Person:
        with self.database.transaction() as session:
            agent = Agent(
                authority_id=self.authority.id,
                hr_id=f"{10000 + len(self.people):08}",
                family_name=name.upper(),
                given_name=name.capitalize(),
                email=f"{name}@{self.authority.slug}.test" if email == "" else email,
                directorate_id=self.directorates[directorate].id,
                manager_id=self.people[manager].agent.id if manager else None,
                working_percentage=Decimal(percentage),
            )
            session.add(agent)
            session.flush()
            if heads:
                session.get_one(Directorate, self.directorates[heads].id).head_id = agent.id
            if capacity:
                grant(session, agent, capacity)
            token = create_token(session, agent=agent)
            # Used today already: what a test counts is not the note of it.
            used = update(AccessToken).where(col(AccessToken.agent_id) == agent.id)
            session.execute(used.values(last_used_on=clock.today(self.authority.time_zone)))
        person = Person(self.http, contract_of(self.app), token, agent=agent)
        self.people[name] = person
        return person

    def renew(self, name: str) -> None:
        """Let the person show anew who they are: a token issued now."""
        with self.database.transaction() as session:
            self.people[name].token = create_token(session, agent=self.people[name].agent)

    def actor(self, name: str) -> Actor:
        """The person as the services know them."""
        with self.database.read() as connection:
            return holder_of(connection, str(self.people[name].token))

    def directorate_id(self, code: str) -> str:
        return str(self.directorates[code].id)

    def work(self) -> int:
        """Let the worker seal and deliver everything that is due."""
        return Worker(self.database).drain()

    def event_types(self, subject_id: str | UUID) -> list[str]:
        """What the journal says of an object, in order."""
        with self.database.read() as connection:
            statement = (
                select(col(JournalEvent.type))
                .where(col(JournalEvent.subject_id) == UUID(str(subject_id)))
                .order_by(col(JournalEvent.id))
            )
            return list(connection.execute(statement).scalars())

    @contextmanager
    def counted_queries(self) -> Iterator[list[str]]:
        """The statements run inside the block, transaction control aside."""
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
                seen.append(statement)

        engines = (self.database.reader, self.database.writer)
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)


def bare(made: dict[str, Any]) -> dict[str, Any]:
    """An object without its abilities, which depend on who reads it."""
    return {name: value for name, value in made.items() if name != "abilities"}


def report(world: World, by: str = "alice", **fields: Any) -> dict[str, Any]:
    """An irritant just reported."""
    body = {
        "title": "Le portail du dépôt ne s'ouvre plus",
        "description": "Chaque matin, deux agents descendent l'ouvrir à la main, par tous les temps.",
        "impact": "Vingt minutes perdues par équipe et par jour.",
        "directorate_id": world.directorate_id("DEP"),
        **fields,
    }
    made: dict[str, Any] = world.people[by].post("/irritants", body)
    return made


def qualified(world: World, by: str = "alice", **fields: Any) -> dict[str, Any]:
    """An irritant known to all."""
    irritant = report(world, by, **fields)
    made: dict[str, Any] = world.lab.post(f"/irritants/{irritant['id']}/qualify")
    return made
