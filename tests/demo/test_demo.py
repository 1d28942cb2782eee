"""The demonstration: what it holds, once filled on each database; and the command, as a process."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import Table, func, make_url, select
from sqlmodel import col

from app.calls.lifecycle import CallState
from app.calls.models import Call
from app.demo.filling import FILLING, SLUG
from app.demo.page import Part, parts, text
from app.demo.protection import FOLLOW_UP_KEY
from app.demo.store import Foreign, Store
from app.half_days.models import HalfDay
from app.irritants.models import (
    AwaitedFact,
    IdentityOpening,
    Irritant,
    IrritantVote,
    ProtectedIdentity,
    ProtectedReceipt,
)
from app.journal import keys, proof
from app.journal.models import Delivery, JournalEvent
from app.kit.columns import metadata
from app.kit.database import Database
from app.kit.ids import new_id
from app.kit.lifecycle import Lifecycle
from app.kit.migrations import upgrade
from app.main import ROOMS, compose
from app.mandates.drafting_lifecycle import ModelState
from app.people.models import Authority
from app.people.service import authority_named, create_authority
from app.teams.models import Team
from tests.conftest import ENGINES
from tests.support.client import AppClient
from tests.support.database import Lookout
from tests.support.server import free_port
from tests.support.world import API, Caller, contract_of

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 300
"""Seconds for a filling, on a machine that does much else."""

EXPORT = ROOT / "examples" / "hr-export.csv"

NOBODY_THERE = {
    ("call", CallState.DRAFT),
    ("call", CallState.CANCELLED),
    ("mandate_model", ModelState.DRAFT),
    ("mandate_model", ModelState.FORMER),
}
"""States that the story does not show: three calls are told, each of them opened and went on, and all of the mandates
come from one model."""

NOT_TOLD = {"agreement", "amendment", "mandate_comment", "resigning_task"}
"""What the story has nothing of: its mandates were signed as they were first written, and went on so."""

ADMINISTRATORS = {"/api-clients", "/identity-providers"}
"""Lists that the lab does not read."""

MAY_BE_EMPTY = {
    "/absences",
    "/agreements",
    "/amendments",
    "/checkpoints",
    "/erasures",
    "/identity-bindings",
    "/mandate-tasks",
    "/me/sessions",
    "/notices",
    "/retention/due",
    "/sign-in-codes",
}
"""Lists of what has not happened yet: nobody has come in by a door, nobody was erased, and without a key no
checkpoint is signed."""

CYCLES = [cycle for room in ROOMS for cycle in room.lifecycles if cycle.name not in NOT_TOLD]


@dataclass
class Demo:
    store: Store
    authority: Authority
    people: list[Part]

    @property
    def database(self) -> Database:
        return self.store.database


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ESSAIM_")}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", "demo", *arguments]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def checkout(directory: Path) -> None:
    """Make `directory` look like a checkout."""
    (directory / "examples").mkdir()
    (directory / "examples" / "hr-export.csv").symlink_to(EXPORT)


@dataclass
class FirstRun:
    """What `essaim demo` said, printed and left behind where nothing was."""

    base: str
    answer: int
    said: str
    printed: str
    file: Path


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    directory, port = tmp_path_factory.mktemp("checkout"), free_port()
    checkout(directory)
    process = subprocess.Popen(
        command("--port", str(port)),
        cwd=directory,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        answer = _answer(f"{base}/readyz", process)
    finally:
        process.terminate()
        printed, said = process.communicate(timeout=30)
    return FirstRun(base, answer, said, printed, directory / "var" / "demo.db")


@pytest.fixture(scope="module", params=ENGINES)
def demo(request: pytest.FixtureRequest) -> Iterator[Demo]:
    compose()
    if request.param == "sqlite":
        # The command has filled it.
        store = Store(f"sqlite:///{request.getfixturevalue('first_run').file}", upgrade)
    else:
        server, name = request.getfixturevalue("postgres"), f"essaim_demo_{new_id().hex}"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
        store = Store(url, upgrade)
        assert not store.is_whole()
        store.fill(EXPORT.read_bytes(), lambda _done, _total: None)
        store.database.dispose()
        store.database = Lookout(url)
    assert store.is_whole()
    with store.database.transaction() as session:
        authority = authority_named(session, SLUG)
        people = parts(session, authority)
    yield Demo(store, authority, people)
    store.close()


@pytest.fixture
def call(demo: Demo, shared_app: FastAPI) -> Iterator[Any]:
    """`call(token)` is somebody who calls the API; every answer is checked against the contract."""
    shared_app.state.database = demo.database
    with AppClient(shared_app) as http:
        yield lambda token: Caller(http, contract_of(shared_app), token)


def count(demo: Demo, model: type[Any]) -> int:
    with demo.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(model)).scalar_one())


def states(demo: Demo, cycle: Lifecycle[Any]) -> Counter[str]:
    """How many rows stand in each state of a cycle."""
    holders = [
        table.c[cycle.column]
        for table in metadata.tables.values()
        if cycle.column in table.c and _enum_of(table, cycle.column) is type(cycle.initial)
    ]
    found: Counter[str] = Counter()
    with demo.database.read() as connection:
        for column in holders:
            rows = connection.execute(select(column, func.count()).group_by(column)).all()
            found.update({str(state.value): number for state, number in rows})
    return found


def _enum_of(table: Table, column: str) -> type[Any] | None:
    return getattr(table.c[column].type, "enumeration", None)


def test_it_holds_a_programme(demo: Demo) -> None:
    assert count(demo, Irritant) >= 170
    assert count(demo, Call) == 3
    assert count(demo, Team) == 14
    assert count(demo, IrritantVote) >= 500
    assert count(demo, HalfDay) >= 1000


@pytest.mark.parametrize("cycle", CYCLES, ids=lambda cycle: cycle.name)
def test_somebody_is_in_every_state(demo: Demo, cycle: Lifecycle[Any]) -> None:
    found = states(demo, cycle)
    told = {state for state in cycle.states if (cycle.name, state) not in NOBODY_THERE}
    assert {state.value for state in told} <= set(found)


def test_somebody_reports_under_protection(demo: Demo, call: Any) -> None:
    with demo.database.read() as connection:
        protected = connection.execute(
            select(col(Irritant.id), col(Irritant.reporter_id)).where(col(Irritant.protected))
        ).all()
    assert len(protected) >= 4
    assert {reporter for _id, reporter in protected} == {None}
    assert count(demo, ProtectedIdentity) == count(demo, ProtectedReceipt) == len(protected)
    assert count(demo, AwaitedFact) == 0
    assert count(demo, IdentityOpening) == 1
    followed = call(None).post("/protected-reports/read", {"follow_up_key": FOLLOW_UP_KEY})
    assert [message["side"] for message in followed["messages"]] == ["lab", "reporter"] * 2


def test_every_act_says_in_what_capacity(demo: Demo) -> None:
    silent = select(col(JournalEvent.type)).where(
        col(JournalEvent.agent_id).is_not(None), col(JournalEvent.acting_as).is_(None)
    )
    with demo.database.read() as connection:
        assert set(connection.execute(silent).scalars()) == set()


def test_it_signs_its_journal(first_run: FirstRun, tmp_path: Path) -> None:
    file = Path(shutil.copy(first_run.file, tmp_path))
    keyring = keys.load(first_run.file.with_suffix(".journal.pem"))
    with Lookout(f"sqlite:///{file}") as database:
        with database.transaction() as session:
            authority = authority_named(session, SLUG)
        verdict = proof.verify(database, authority.id, keyring)
    assert (verdict.fault, verdict.checkpoints) == (None, 1)


def test_the_journal_is_whole_and_in_the_order_of_what_happened(demo: Demo) -> None:
    verdict = proof.verify(demo.database, demo.authority.id)
    assert (verdict.events, verdict.fault) == (count(demo, JournalEvent), None)
    with demo.database.read() as connection:
        told = connection.execute(
            select(col(JournalEvent.occurred_at)).order_by(col(JournalEvent.position))
        ).scalars()
        instants = list(told)
        waiting = select(func.count()).where(col(Delivery.delivered_at).is_(None))
        assert connection.execute(waiting).scalar_one() == 0
    assert instants == sorted(instants)
    assert (instants[-1] - instants[0]).days > 540


def test_nobody_has_two_half_days_at_one_moment(demo: Demo) -> None:
    gone = ("moved", "excused", "waived")
    with demo.database.read() as connection:
        rows = connection.execute(
            select(col(HalfDay.agent_id), col(HalfDay.day), col(HalfDay.half), col(HalfDay.state))
        )
        live = Counter((row.agent_id, row.day, row.half) for row in rows if row.state.value not in gone)
    assert max(live.values()) == 1


def test_most_half_days_are_taken(demo: Demo, call: Any) -> None:
    tally = call(token_of(demo, "Laboratoire")).get("/half-days/summary")
    assert 0.7 <= tally["protection_rate"] <= 0.92
    assert tally["unnoted"] > 0
    assert tally["late"] > 0


def gives_json(operation: Any) -> bool:
    return bool(operation) and "application/json" in operation["responses"]["200"]["content"]


def test_the_lab_reads_every_list(demo: Demo, call: Any, shared_app: FastAPI) -> None:
    lab = call(token_of(demo, "Laboratoire"))
    lists = [
        path.removeprefix(API)
        for path, methods in shared_app.openapi()["paths"].items()
        if path.startswith(API) and "{" not in path and gives_json(methods.get("get"))
    ]
    assert len(lists) > 12
    for path in lists:
        body = lab.get(path, expect=403 if path in ADMINISTRATORS else 200)
        assert "items" not in body or body["items"] or path in MAY_BE_EMPTY, path


def test_everybody_on_the_page_is_let_in(demo: Demo, call: Any) -> None:
    assert len({part.what for part in demo.people}) == len(demo.people) == 12
    for part in demo.people:
        caller = call(part.token)
        assert caller.get("/me")["name"] == part.name
        answer = caller.request("GET", part.tries, headers={"Accept": part.accept})
        assert answer.status_code == 200, (part.what, answer.text)
        if part.accept == "application/json" and "items" in answer.json():
            assert answer.json()["items"], part.what


def test_the_page_gives_each_of_them_a_command(demo: Demo) -> None:
    page = text(demo.people, "http://127.0.0.1:8000")
    assert page.index("dix-huit mois") < page.index("In English")
    assert "http://127.0.0.1:8000/api/v1/openapi.json" in page
    assert "docs/tour.md" in page
    for part in demo.people:
        assert f"{part.what} : {part.name}" in page
        assert page.count(part.token) == 2


def test_a_new_page_revokes_the_tokens_of_the_one_before(demo: Demo, call: Any) -> None:
    before, events = demo.people, count(demo, JournalEvent)
    with demo.database.transaction() as session:
        demo.people = parts(session, demo.authority)
    assert [part.name for part in demo.people] == [part.name for part in before]
    call(before[0].token).get("/me", expect=401)
    call(demo.people[0].token).get("/me")
    assert count(demo, JournalEvent) == events
    assert demo.store.is_whole()


@pytest.mark.parametrize("slug", [SLUG, FILLING])
def test_a_half_filled_one_does_not_pass_for_whole(database_url: str, slug: str) -> None:
    with Lookout(database_url) as database, database.transaction() as session:
        create_authority(session, slug=slug, name="Ville d'Exemple")
    store = Store(database_url, upgrade)
    assert store.is_whole() is (slug == SLUG)
    store.close()


def test_it_leaves_the_database_of_others_alone(database_url: str) -> None:
    with Lookout(database_url) as database, database.transaction() as session:
        create_authority(session, slug="valmoret", name="Ville de Valmoret")
    store = Store(database_url, upgrade)
    for does in (store.is_whole, lambda: store.fill(b"", lambda _done, _total: None)):
        with pytest.raises(Foreign, match="valmoret"):
            does()
    store.close()


@pytest.mark.parametrize("content", ["CREATE TABLE songs (id)", None])
def test_it_leaves_other_files_alone(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "other.db"
    if content is None:
        file.write_text("My notes. " * 200)
    else:
        with Database(f"sqlite:///{file}") as database, database.writer.begin() as connection:
            connection.exec_driver_sql(content)
    store = Store(f"sqlite:///{file}", upgrade)
    with pytest.raises(Foreign):
        store.fill(b"", lambda _done, _total: None)
    assert file.exists()
    store.close()


def test_the_first_run_fills_then_serves(first_run: FirstRun) -> None:
    assert first_run.answer == 200
    assert f"{first_run.base}/api/v1" in first_run.printed
    assert [word for word in first_run.said.split() if word.isdigit()] == ["25", "50", "75", "100"]
    # Another test of this module may hold the database open.
    left = {one.name for one in first_run.file.parent.iterdir()} - {"demo.db-wal", "demo.db-shm"}
    assert left == {"demo.db", "demo.journal.pem", "demo.keys"}


def test_another_run_keeps_the_data_and_reset_starts_over(first_run: FirstRun, tmp_path: Path) -> None:
    checkout(tmp_path)
    file = tmp_path / "var" / "demo.db"
    file.parent.mkdir()
    shutil.copy(first_run.file, file)
    first = _tale(file)

    again = run("--no-serve", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "gardées" in again.stderr
    assert _tale(file) == first

    fresh = run("--no-serve", "--reset", cwd=tmp_path)
    assert fresh.returncode == 0, fresh.stderr
    assert "100 %" in fresh.stderr
    assert _tale(file)[0] != first[0]
    # Told the same way each time, but for the acts that the minutes in between have brought.
    assert sum((Counter(_tale(file)[1]) - Counter(first[1])).values()) < 10


def test_a_port_in_use_is_said_before_anything_is_filled(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("--port", str(taken.getsockname()[1]), cwd=tmp_path)
    assert ran.returncode == 2
    assert "un autre port" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_the_export_it_says_where_to_be(tmp_path: Path) -> None:
    ran = run("--no-serve", cwd=tmp_path)
    assert ran.returncode == 2
    assert "depuis le dépôt" in ran.stderr
    assert "Traceback" not in ran.stderr


def token_of(demo: Demo, what: str) -> str:
    return next(part.token for part in demo.people if part.what == what)


def _tale(file: Path) -> tuple[Any, dict[str, int]]:
    """The authority's id, and what is told, by type of event."""
    with Database(f"sqlite:///{file}") as database, database.read() as connection:
        identity = connection.execute(select(col(Authority.id))).scalar_one()
        kind = col(JournalEvent.type)
        counted = connection.execute(select(kind, func.count()).group_by(kind).order_by(kind)).all()
        return identity, {row[0]: row[1] for row in counted}


def _answer(url: str, process: subprocess.Popen[str]) -> int:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return int(response.status)
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the demonstration does not answer")
