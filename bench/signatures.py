"""Mandates of eight parties, signed to the end on one worker: how many signatures a minute, and whether any is lost."""

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import islice, product
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select

from app.kit.bounds import everywhere
from app.kit.database import Database
from app.kit.vault import new_key
from app.main import create_app
from app.mandates.models import Mandate, MandateSignature
from app.settings import Settings
from bench import servers
from bench.load import Script, pgbench
from bench.measures import Bench, Finding
from tests.mandates import builders
from tests.support.database import Lookout
from tests.support.world import API, World

MANDATES = 40
"""In a round: 320 signatures, 40 of them the last of a mandate, which plans its half-days and seals its document."""

SIGNERS = 8
"""How many mandates are signed at once."""

A_MINUTE = 1000
COMMIT = Script("SELECT pg_logical_emit_message(true, 'essaim', repeat('x', 1000));\n")
TEAM = ("alice", "bruno", "chloe")
SLOTS = tuple(product(("monday", "tuesday", "wednesday", "thursday", "friday"), ("morning", "afternoon")))


@dataclass(frozen=True)
class ToSign:
    """A mandate, and the tokens of its parties in the order in which they sign."""

    id: str
    document_hash: str
    tokens: Sequence[str]

    def sign(self, port: int) -> None:
        """Everybody signs, over one connection. Raises `RuntimeError` at the first refusal."""
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        body = json.dumps({"document_hash": self.document_hash, "consent": True})
        for token in self.tokens:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request("POST", f"{API}/mandates/{self.id}/sign", body, headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 200:
                raise RuntimeError(said.decode(errors="replace"))
        connection.close()


def sign(bench: Bench) -> list[Finding]:
    """Signatures a minute of one worker, beside as many transactions that write nothing but a kilobyte, durably."""
    key = new_key()
    rates: list[float] = []
    floors: list[float] = []
    with (
        _town(bench.url, key) as world,
        servers.essaim(bench.url, workers=1, ESSAIM_PROTECTION_KEY=key) as server,
    ):
        for turn in range(bench.rounds + 1):
            waiting = list(_submitted(world, turn))
            before = _counted(world.database)
            started = time.perf_counter()
            with ThreadPoolExecutor(SIGNERS) as pool:
                list(pool.map(lambda one: one.sign(server.port), waiting))
            took = time.perf_counter() - started
            signed, in_force = (
                now - then for now, then in zip(_counted(world.database), before, strict=True)
            )
            wanted = sum(len(one.tokens) for one in waiting)
            if (signed, in_force) != (wanted, len(waiting)):
                raise RuntimeError(f"{signed} of {wanted} signatures, {in_force} of {len(waiting)} mandates")
            if turn:
                rates.append(60 * signed / took)
                floors.append(60 * pgbench(bench.url, [COMMIT], seconds=1))
    bench.raw["sign"] = {"signatures a minute": rates, "commits a minute": floors}
    rate, floor = statistics.median(rates), statistics.median(floors)
    title = "(h) signatures, one worker, none lost, every eighth the last of its mandate"
    return [
        Finding(title, f"{rate:,.0f}/min", "", rate / A_MINUTE, f"{rate:,.0f}/min", 1, f"≥ {A_MINUTE:,}/min"),
        Finding(title, f"{rate:,.0f}/min", f"a bare commit, pgbench, {floor:,.0f}/min", rate / floor,
                f"{rate / floor:.3f}"),
    ]  # fmt: skip


@contextmanager
def _town(url: str, key: str) -> Iterator[World]:
    """A town of its own in the database that is measured."""
    database = Lookout(url)
    app = create_app(
        Settings(worker="outside", token_memory_seconds=0, protection_key=SecretStr(key)), database
    )
    with World.build(app, database, slug=f"signatures-{time.time_ns()}") as world:
        builders.charter(world)
        yield world
    database.dispose()


def _submitted(world: World, turn: int) -> Iterator[ToSign]:
    """The mandates of a round: three agents, the two managers who free them, client, sponsor and guarantor."""
    for number in range(0, MANDATES, len(SLOTS)):
        names = [f"{name}-{turn}-{number}" for name in TEAM]
        for name, (code, manager) in zip(
            names, (("DEJ", "head_dej"), ("DEJ", "head_dej"), ("DSI", "head_dsi")), strict=True
        ):
            world.add_person(name, code, manager=manager, email=None)
        for weekday, half in islice(SLOTS, MANDATES - number):
            slots = [{**slot, "weekday": weekday, "half": half} for slot in builders.slots(world, *names)]
            yield _to_sign(world, builders.submitted(world, members=tuple(names), slots=slots))


def _to_sign(world: World, made: dict[str, Any]) -> ToSign:
    parties = sorted(made["parties"], key=lambda party: party["rank"])
    names = dict.fromkeys(builders.name_of(world, party["agent_id"]) for party in parties)
    return ToSign(made["id"], made["document_hash"], [str(world.people[name].token) for name in names])


def _counted(database: Database) -> tuple[int, int]:
    """Signatures there are, and mandates in force."""
    with everywhere(), database.read() as connection:
        signed = connection.execute(select(func.count()).select_from(MandateSignature)).scalar_one()
        in_force = connection.execute(
            select(func.count()).select_from(Mandate).where(Mandate.state == "active")  # type: ignore[arg-type]
        ).scalar_one()
    return signed, in_force
