"""Two towns side by side, each with something of every kind, and requests that name the other's."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from sqlalchemy import select

from app.clients.models import ClientSecret
from app.codes.models import Origin, SignInCode
from app.kit import clock
from app.kit.columns import metadata
from app.kit.database import insert
from app.kit.digests import digest
from app.openid.models import IdentityBinding, IdentityProvider
from app.openid.profiles import Profile
from app.people.models import Agent
from app.signin.models import ApiClient, Method
from app.signin.sessions import open_session
from tests.agreements.builders import requested
from tests.amendments.builders import draft as draft_amendment
from tests.calls.builders import application
from tests.follow_ups.builders import held
from tests.mandates.builders import comment
from tests.people.builders import away, delegation, interim
from tests.solutions.builders import adoption
from tests.support.world import World
from tests.teams.builders import log_entry

OF_PARAMETER = {
    "absence_id": "absences",
    "absent_id": "agents",
    "adoption_id": "adoptions",
    "agent_id": "agents",
    "amendment_id": "mandate_amendments",
    "joining": "agents",
    "leaving": "agents",
    "agent_ids": "agents",
    "agreement_id": "agreements",
    "application_id": "applications",
    "authority_id": "authorities",
    "binding_id": "identity_bindings",
    "call_id": "calls",
    "charter_id": "charters",
    "client_id": "api_clients",
    "code_id": "sign_in_codes",
    "comment_id": "mandate_comments",
    "commitment_id": "commitments",
    "delegation_id": "signing_delegations",
    "directorate_id": "directorates",
    "entry_id": "log_entries",
    "event_id": "events",
    "file_id": "mandate_files",
    "follow_up_id": "follow_ups",
    "from": "mandate_models",
    "giver_id": "agents",
    "half_day_id": "half_days",
    "holder_id": "agents",
    "interim_id": "interims",
    "irritant_id": "irritants",
    "mandate_id": "mandates",
    "party_id": "mandate_parties",
    "model_id": "mandate_models",
    "notice_id": "notices",
    "on_behalf_of": "agents",
    "programme_id": "programmes",
    "provider_id": "identity_providers",
    "secret_id": "client_secrets",
    "session_id": "web_sessions",
    "solution_id": "solutions",
    "subject_id": "irritants",
    "team_id": "teams",
    "token_id": "access_tokens",
    "attendee_ids": "agents",
    "author_id": "agents",
    "client_directorate_id": "directorates",
    "coach_id": "agents",
    "contact_id": "agents",
    "decided_by_id": "agents",
    "head_id": "agents",
    "into_id": "irritants",
    "irritant_ids": "irritants",
    "manager_id": "agents",
    "member_ids": "agents",
    "owner_id": "agents",
    "parent_id": "directorates",
    "sponsor_id": "agents",
}
"""The table of what a parameter or a field names. A new one is to be added here, with something of it in `furnish`."""

WORDS = {"capacity": "lab", "kind": "absences", "side": "team"}
"""What stands in a path and is no id."""


WRITTEN = {"^[0-9a-f]{64}$": "0" * 64}
"""What some patterns ask for that have no example."""


def furnish(world: World) -> None:
    """Something of every kind."""
    meeting = held(world)
    draft_amendment(world, {"id": meeting["mandate_id"]}, budget_euros=900)
    requested(world, {"id": meeting["mandate_id"]})
    log_entry(world, meeting["team_id"], by="bruno")
    adoption(world)
    application(world, by="david")
    away(world, "chloe", "2026-03-02")
    delegation(world)
    interim(world)
    comment(world)
    _ways_in(world)


def _ways_in(world: World) -> None:
    """An account, a printed code, a session and a machine of that town."""
    own: dict[str, Any] = {"authority_id": world.authority.id}
    agent_id = world.david.agent.id
    with world.database.transaction() as session:
        provider = insert(
            session,
            IdentityProvider(
                **own,
                name="ProConnect",
                profile=Profile.PROCONNECT,
                issuer="https://provider.test",
                client_id="essaim",
            ),
        )
        insert(
            session,
            IdentityBinding(**own, provider_id=provider.id, subject=str(agent_id), agent_id=agent_id),
        )
        insert(
            session,
            SignInCode(
                **own,
                agent_id=agent_id,
                code_hash=digest(f"code of {agent_id}"),
                origin=Origin.PRINTED,
                expires_at=clock.now() + timedelta(days=30),
            ),
        )
        open_session(
            session, session.get_one(Agent, agent_id), method=Method.DEMO, address=None, user_agent=None
        )
        client = insert(session, ApiClient(**own, name="SIRH", scopes=["hr:read"]))
        secret_hash = digest(f"secret of {client.id}")
        insert(session, ClientSecret(**own, client_id=client.id, secret_hash=secret_hash))


def ids(world: World) -> dict[str, str]:
    """By table, the id of its first row in that town."""
    found: dict[str, str] = {}
    with world.database.read() as connection:
        for name in {*OF_PARAMETER.values()}:
            table = metadata.tables[name]
            owner = table.c.id if name == "authorities" else table.c.authority_id
            statement = select(table.c.id).where(owner == world.authority.id).order_by(table.c.id).limit(1)
            row = connection.execute(statement).scalar_one_or_none()
            assert row, f"nothing in {name}: furnish the towns with one"
            found[name] = str(row)
    return found


def every_id(world: World) -> set[str]:
    """The ids of all the rows of that town."""
    found = {str(world.authority.id)}
    with world.database.read() as connection:
        for table in metadata.tables.values():
            if "authority_id" in table.c and "id" in table.c:
                statement = select(table.c.id).where(table.c.authority_id == world.authority.id)
                found.update(str(id_) for id_ in connection.execute(statement).scalars())
    return found


class Samples:
    """Bodies that the contract accepts: `values` are by table; a field without one takes `other`."""

    def __init__(self, document: Mapping[str, Any], values: Mapping[str, str], other: str) -> None:
        self.schemas = document["components"]["schemas"]
        self.values = values
        self.other = other

    def of(self, schema: Mapping[str, Any], name: str = "") -> Any:
        """One value."""
        if "$ref" in schema:
            return self.of(self.schemas[schema["$ref"].rpartition("/")[2]], name)
        if "anyOf" in schema:
            return self.of(schema["anyOf"][0], name)
        if schema.get("format") == "uuid":
            return self.values.get(OF_PARAMETER[name], self.other)
        has_ids = any(fields_of_ids(schema, self.schemas, name))
        if schema.get("type") == "array" and (has_ids or "default" not in schema):
            return [self.of(schema["items"], name)]
        if schema.get("type") == "object":
            wanted = {*schema.get("required", ()), *_with_ids(schema, self.schemas)}
            return {field: self.of(schema["properties"][field], field) for field in sorted(wanted)}
        return _plain(schema)


def _plain(schema: Mapping[str, Any]) -> Any:
    """A value without ids: one that the contract names, else one of the type."""
    named = [schema[key] for key in ("const", "default") if key in schema]
    if listed := named or schema.get("enum") or schema.get("examples"):
        return listed[0]
    match schema.get("type"), schema.get("format"):
        case "string", "date":
            return "2026-03-05"
        case "string", "date-time":
            return "2026-03-05T09:00:00Z"
        case "string", "time":
            return "09:30"
        case "string", _:
            return WRITTEN.get(schema.get("pattern", ""), "Le portail du dépôt ne s'ouvre plus.")
        case "boolean", _:
            return True
        case _:
            return max(1, schema.get("minimum", 1))


def _with_ids(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> set[str]:
    """The fields of an object that hold an id somewhere."""
    return {
        name
        for name, field in schema.get("properties", {}).items()
        if any(fields_of_ids(field, schemas, name))
    }


def fields_of_ids(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Iterator[str]:
    """The names of the fields, at whatever depth, that hold ids."""
    if "$ref" in schema:
        yield from fields_of_ids(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    if schema.get("format") == "uuid":
        yield name
    for alternative in schema.get("anyOf", ()):
        yield from fields_of_ids(alternative, schemas, name)
    if "items" in schema:
        yield from fields_of_ids(schema["items"], schemas, name)
    for field, inner in schema.get("properties", {}).items():
        yield from fields_of_ids(inner, schemas, field)


def with_id(body: Any, field: str, value: str) -> Any:
    """The body with this value wherever the field stands."""
    if isinstance(body, dict):
        return {
            name: ([value] if isinstance(inner, list) else value)
            if name == field
            else with_id(inner, field, value)
            for name, inner in body.items()
        }
    return [with_id(inner, field, value) for inner in body] if isinstance(body, list) else body


def said(response: Any, *meant: str) -> tuple[int, str]:
    """What an answer tells, but for the request that it answers and the ids that were asked about."""
    text = response.text
    if response.headers.get("content-type") == "application/zip":
        # An archive says when it was made.
        with ZipFile(BytesIO(response.content)) as archive:
            text = str(archive.namelist())
    for word in (response.headers.get("x-request-id", "-"), *meant):
        text = text.replace(word, "…")
    return response.status_code, text
