"""The hunt: an attacker with the whole database, every log line and every answer looks for a protected reporter.

Where `docs/protection.md` says what remains, it says it because nothing here could close it.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx2 as httpx
import pytest
from sqlalchemy import inspect
from typer.testing import CliRunner

from app.access.capacity import Capacity
from app.cli import main
from app.journal import keys
from app.kit import clock
from app.kit.database import Database
from app.kit.vault import new_key
from app.signin.scopes import SCOPES
from tests.irritants.builders import next_day, protected, read, with_trusted, write
from tests.support.client import AppClient
from tests.support.database import owning
from tests.support.server import running_server
from tests.support.world import API, Caller, Person, World, report

Dump = dict[str, list[dict[str, Any]]]
KNOWS_PEOPLE = {"agents", "access_tokens"}
"""Where a person is listed as such: an agent of the authority, and the holder of a token."""


def dump(database: Database) -> Dump:
    """Every row of every table, as the driver gives it."""
    with database.read() as connection:
        names = sorted(inspect(connection).get_table_names())
        return {
            name: [dict(row._mapping) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]
            for name in names
        }


def text_of(value: Any) -> str:
    """A value as an attacker searches it: bytes as hex and as text, UUIDs without dashes, everything folded."""
    match value:
        case bytes() | memoryview():
            return f"{bytes(value).hex()} {bytes(value).decode('latin-1').lower()}"
        case UUID():
            return value.hex
        case _:
            return str(value).lower().replace("-", "")


def row_text(row: dict[str, Any]) -> str:
    return " ".join(text_of(value) for value in row.values())


@dataclass
class Traces:
    """What would lead to somebody, folded as `text_of` folds."""

    words: list[str]

    @classmethod
    def of(cls, person: Person) -> "Traces":
        agent = person.agent
        found = [agent.family_name, agent.hr_id, str(agent.email), agent.id.hex, str(person.token)]
        return cls([word.lower().replace("-", "") for word in found])

    def found_in(self, text: str) -> list[str]:
        folded = text.lower().replace("-", "")
        return [word for word in self.words if word in folded]


def changed(before: Dump, after: Dump) -> Dump:
    """The rows that are new or no longer what they were, by table."""
    found = {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}
    return {name: rows for name, rows in found.items() if rows}


@pytest.fixture
def town(world: World) -> World:
    """The world, with somebody whose name is found nowhere else, a trusted person and an administrator."""
    world.add_person("wilhelmine", "DEP", manager="head_dep")
    with_trusted(world)
    world.add_person("admin", "DGS", capacity=Capacity.ADMINISTRATOR)
    return world


def live(world: World) -> dict[str, Any]:
    """All that may happen around a protected report, and what she does beside it under her name."""
    world.wilhelmine.get("/me")
    other = report(world, "wilhelmine", title="La pointeuse avance")
    irritant = protected(world, "wilhelmine", title="Le fourgon jaune fuit")
    key = irritant["follow_up_key"]
    path = f"/irritants/{irritant['id']}"
    write(world, key, "Le réservoir goutte depuis lundi.")
    world.lab.post(f"{path}/messages", {"body": "Quel fourgon ?"})
    read(world, key)
    world.trusted.post(f"{path}/open-identity", {"reason": "Proposer un entretien."}, expect=200)
    write(world, key, "Le jaune.")
    next_day(world)
    for each in (irritant, other):
        world.lab.post(f"/irritants/{each['id']}/qualify")
    world.bruno.post(f"{path}/comments", {"body": "Nous aussi."})
    world.lab.patch(path, {"impact": "Une tournée sur deux."})
    world.work()
    return irritant


def test_a_report_writes_beside_no_name(town: World) -> None:
    traces = Traces.of(town.wilhelmine)
    before = dump(town.database)
    begun = datetime.now(UTC)
    irritant = town.wilhelmine.post(
        "/irritants",
        {
            "title": "Le fourgon jaune fuit",
            "description": "D",
            "directorate_id": town.directorate_id("DEP"),
            "protected": True,
        },
        headers={"Idempotency-Key": "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"},
        expect=201,
    )
    ended = datetime.now(UTC)
    town.work()
    written = changed(before, dump(town.database))
    assert written.keys() == {
        "irritants",
        "irritant_tallies",
        "protected_identities",
        "protected_receipts",
        "awaited_facts",
    }
    for name, rows in written.items():
        for row in rows:
            assert traces.found_in(row_text(row)) == [], name
            assert not [date for date in instants(row) if begun <= date <= ended], name
    key = irritant["follow_up_key"].replace("-", "").lower()
    assert key not in json.dumps([row_text(row) for rows in written.values() for row in rows])


def instants(row: dict[str, Any]) -> Iterator[datetime]:
    """The instants that a row tells, those of its UUIDv7s included."""
    for value in row.values():
        text = str(value).replace("-", "")
        if re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{19}", text):
            yield datetime.fromtimestamp(int(text[:12], 16) / 1000, UTC)
        elif isinstance(value, datetime):
            yield value.astimezone(UTC)
        elif re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d", str(value)):
            yield datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def test_the_follow_up_key_writes_beside_no_name(town: World) -> None:
    traces = Traces.of(town.wilhelmine)
    irritant = protected(town, "wilhelmine")
    key = irritant["follow_up_key"]
    before = dump(town.database)
    read(town, key)
    assert changed(before, dump(town.database)).keys() == {"rate_limits"}
    write(town, key)
    written = changed(before, dump(town.database))
    assert written.keys() == {"rate_limits", "protected_messages", "awaited_facts"}
    for rows in written.values():
        for row in rows:
            assert traces.found_in(row_text(row)) == []
    # Not even which report was followed can be told from the counters.
    stored = {row["receipt_hash"] for row in before["protected_receipts"]}
    assert not stored & {row["key"] for row in written["rate_limits"]}


def test_nothing_in_the_database_leads_to_her(town: World) -> None:
    irritant = live(town)
    traces = Traces.of(town.wilhelmine)
    about = irritant["id"].replace("-", "")
    links = [
        (name, row)
        for name, rows in dump(town.database).items()
        for row in rows
        if about in row_text(row) and traces.found_in(row_text(row))
    ]
    assert links == []
    named = {
        name
        for name, rows in dump(town.database).items()
        if any(traces.found_in(row_text(row)) for row in rows)
    }
    # Beside her own record and token: what she reported under her name, and what the journal says of that.
    assert named == KNOWS_PEOPLE | {"irritants", "events", "event_persons", "notices"}


def test_her_vote_is_one_among_others(town: World) -> None:
    irritant = live(town)
    for voter in (town.wilhelmine, town.bruno, town.david):
        voter.put(f"/irritants/{irritant['id']}/vote", expect=204)
    town.work()
    traces = Traces.of(town.wilhelmine)
    about = irritant["id"].replace("-", "")
    for name, rows in dump(town.database).items():
        both = [row for row in rows if about in row_text(row) and traces.found_in(row_text(row))]
        assert bool(both) == (name == "irritant_votes"), name


@contextmanager
def served(world: World, log: Path) -> Iterator[None]:
    """The world's people call a server in a process of its own, which logs everything it can."""
    url = world.database.url.render_as_string(hide_password=False)
    options = {
        "ESSAIM_WORKER": "outside",
        "ESSAIM_LOG_LEVEL": "debug",
        "ESSAIM_PROTECTION_KEY": new_key(),
    }
    with running_server(url, log, **options) as base, httpx.Client(base_url=base, timeout=30) as client:
        # A client of httpx has all that the tests ask of Starlette's, which is one.
        world.http = cast(AppClient, client)
        for person in world.people.values():
            person.client = world.http
        yield


def test_nothing_that_is_logged_leads_to_her(town: World, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with served(town, log):
        irritant = live(town)
    lines = log.read_text().splitlines()
    assert len([line for line in lines if '"path": "/api/v1/irritants"' in line]) == 2
    assert len([line for line in lines if "/api/v1/protected-reports/" in line]) == 3
    traces = Traces.of(town.wilhelmine)
    assert [line for line in lines if traces.found_in(line)] == []
    assert [line for line in lines if irritant["follow_up_key"] in line] == []


@contextmanager
def without_table(database: Database, name: str) -> Iterator[None]:
    """A database that fails in the middle of the work."""

    def rename(old: str, new: str) -> None:
        with owning(database) as connection:
            connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    rename(name, f"{name}_away")
    try:
        yield
    finally:
        rename(f"{name}_away", name)


def test_a_failure_tells_nothing_either(town: World, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    body = {"title": "T", "description": "D", "directorate_id": town.directorate_id("DEP")}
    with served(town, log):
        irritant = protected(town, "wilhelmine")
        with without_table(town.database, "protected_receipts"):
            failed = town.http.post(
                f"{API}/irritants",
                json={**body, "protected": True},
                headers={"Authorization": f"Bearer {town.wilhelmine.token}"},
            )
        with without_table(town.database, "identity_openings"):
            not_opened = town.http.post(
                f"{API}/irritants/{irritant['id']}/open-identity",
                json={"reason": "x"},
                headers={"Authorization": f"Bearer {town.trusted.token}"},
            )
    assert (failed.status_code, not_opened.status_code) == (500, 500)
    said = log.read_text()
    assert said.count("Traceback") >= 2
    assert Traces.of(town.wilhelmine).found_in(said + failed.text + not_opened.text) == []


def callers(world: World) -> dict[str, Caller]:
    """Every capacity that there is, a machine that may do everything, and nobody."""
    people = ("wilhelmine", "bruno", "head_dep", "lab", "trusted", "hr", "elected", "admin", "coach")
    return {
        **{name: world.people[name] for name in people},
        "machine": world.machine(*SCOPES),
        "anonymous": world.anonymous,
    }


def paths(world: World, irritant_id: str) -> list[str]:
    """Every address that can be read, its placeholders filled with what is most likely to tell."""
    known: dict[str, str] = {
        "irritant_id": irritant_id,
        "authority_id": str(world.authority.id),
        "directorate_id": world.directorate_id("DEP"),
        "agent_id": world.wilhelmine.id,
    }
    fill: Callable[[re.Match[str]], str] = lambda found: known.get(found[1], irritant_id)  # noqa: E731
    document = world.app.openapi()["paths"]
    return [
        re.sub(r"{(\w+)}", fill, path.removeprefix(API))
        for path, methods in document.items()
        if "get" in methods
    ]


def parts(body: str) -> list[str]:
    """What an answer says of one thing: each item of a list, each line of a stream, or the whole."""
    try:
        data = json.loads(body)
    except ValueError:
        return body.splitlines()
    items = data["items"] if isinstance(data, dict) and "items" in data else [data]
    return [json.dumps(item, ensure_ascii=False) for item in items]


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "application/x-ndjson"])
def test_nothing_that_is_answered_leads_to_her(town: World, accept: str) -> None:
    irritant = live(town)
    traces = Traces.of(town.wilhelmine)
    by_json = accept == "application/json"
    filters = (f"?irritant_id={irritant['id']}", f"?subject_id={irritant['id']}") if by_json else ()
    read_in_all = 0
    for who, caller in callers(town).items():
        for path in paths(town, irritant["id"]):
            for query in ("", *filters):
                headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
                answer = town.http.get(API + path + query, headers={**headers, "Accept": accept})
                assert answer.status_code < 500
                if not answer.is_success:
                    continue
                for part in parts(answer.text):
                    read_in_all += 1
                    tells = irritant["id"] in part or irritant["title"] in part
                    assert not (tells and traces.found_in(part)), f"{who} reads at {path}: {part}"
    assert read_in_all > (200 if by_json else 5)


def test_filters_do_not_find_her(town: World) -> None:
    irritant = live(town)
    for caller in (town.wilhelmine, town.bruno, town.lab, town.trusted, town.admin):
        if caller is not town.admin:
            mine = caller.get("/irritants?mine=true")["items"]
            assert irritant["id"] not in [item["id"] for item in mine]
            others = caller.get("/irritants?mine=false")["items"]
            assert irritant["id"] in [item["id"] for item in others]


def test_the_export_of_the_journal_says_nothing(
    town: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    irritant = live(town)
    traces = Traces.of(town.wilhelmine)
    from app.settings import get_settings  # noqa: PLC0415 the cache is what the command reads

    keys.create(tmp_path / "journal.pem")
    monkeypatch.setenv("ESSAIM_JOURNAL_KEY_FILE", str(tmp_path / "journal.pem"))
    monkeypatch.setenv("ESSAIM_DATABASE_URL", town.database.url.render_as_string(hide_password=False))
    get_settings.cache_clear()
    try:
        made = CliRunner().invoke(main, ["audit", "export", "--authority", town.authority.slug])
    finally:
        get_settings.cache_clear()
    assert made.exit_code == 0
    lines = [line for line in made.stdout.splitlines() if irritant["id"] in line]
    assert len(lines) >= 6
    assert [line for line in lines if traces.found_in(line)] == []


def test_her_notices_say_nothing_of_it(town: World) -> None:
    irritant = live(town)
    told = town.wilhelmine.get("/notices?limit=200")["items"]
    assert [notice for notice in told if irritant["title"] in json.dumps(notice, ensure_ascii=False)] == []


def test_who_reports_alike_leaves_alike(town: World) -> None:
    """The rows of two people, but for their ids, dates and secrets, are the same, to the length of each value."""

    def shape(row: dict[str, Any]) -> dict[str, Any]:
        secret = {
            "id",
            "irritant_id",
            "created_at",
            "updated_at",
            "receipt_hash",
            "ciphertext",
            "wrapped_key",
        }
        return {name: len(text_of(value)) if name in secret else value for name, value in row.items()}

    shapes = []
    for who in ("wilhelmine", "bruno"):
        before = dump(town.database)
        protected(town, who)
        written = changed(before, dump(town.database))
        for rows in written.values():
            for row in rows:
                row.pop("created_at", None), row.pop("updated_at", None)
        shapes.append({name: [shape(row) for row in rows] for name, rows in written.items()})
    assert shapes[0] == shapes[1]


def test_the_day_is_over_before_the_journal_tells(town: World) -> None:
    before = dump(town.database)["events"]
    irritant = protected(town, "wilhelmine")
    write(town, irritant["follow_up_key"])
    assert dump(town.database)["events"] == before
    with clock.at(clock.now()):
        assert next_day(town) == 2
