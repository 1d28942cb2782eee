"""A thousand requests at the same moment, on a running server: each is answered, and what they count is exact."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from app.codes.arithmetic import all_kept, holder, new_code
from app.codes.models import Origin, SignInCode
from app.kit import clock
from app.kit.database import Database
from app.kit.digests import digest
from app.mandates.models import MandateSignature
from app.people.models import Agent
from app.signin.models import WebSession
from app.signin.service import create_token
from tests.mandates.builders import submitted
from tests.support.server import running_server
from tests.support.world import API, World, qualified

CROWD = 1000
PATIENCE = 600
"""Seconds: each guess at a code is made to cost a processor some of its time, and they are a thousand."""


@dataclass(frozen=True)
class Call:
    """A request to come."""

    method: str
    path: str
    token: str
    json: dict[str, object] | None = None


@dataclass(frozen=True)
class Server:
    url: str
    log: Path

    def rush(self, calls: list[Call]) -> Counter[int]:
        """Send them all at once: how many answers of each status. Fails where the server logs a fault of its own."""
        statuses = asyncio.run(self._send(calls))
        assert '"level": "error"' not in self.log.read_text()
        return Counter(statuses)

    async def _send(self, calls: list[Call]) -> list[int]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=self.url + API, limits=limits, timeout=120) as client:

            async def send(call: Call) -> int:
                headers = {"Authorization": f"Bearer {call.token}"}
                answer = await client.request(call.method, call.path, json=call.json, headers=headers)
                return answer.status_code

            return await asyncio.gather(*(send(call) for call in calls))


@pytest.fixture
def server(world: World, database_url: str, tmp_path: Path) -> Iterator[Server]:
    log = tmp_path / "server.log"
    workers = "1" if world.database.is_sqlite else "2"
    with running_server(database_url, log, "--workers", workers) as url:
        yield Server(url, log)


CODE_KEY = "k" * 32


@pytest.fixture
def gate(world: World, database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of several processes behind a proxy, which says from where each comes."""
    log = tmp_path / "server.log"
    settings = {
        "ESSAIM_CODE_KEY": CODE_KEY,
        "ESSAIM_TRUSTED_PROXIES": "127.0.0.1",
        "ESSAIM_WORKER": "outside",
    }
    with running_server(database_url, log, "--workers", "2", **settings) as url:
        yield Server(url, log)


def crowd(world: World, database: Database, size: int) -> list[str]:
    """The tokens of so many agents of the directorate of public spaces."""
    with database.transaction() as session:
        agents = [
            Agent(
                authority_id=world.authority.id,
                hr_id=f"9{number:07}",
                family_name=f"FOULE {number}",
                given_name="Agent",
                directorate_id=world.directorates["DEP"].id,
            )
            for number in range(size)
        ]
        session.add_all(agents)
        session.flush()
        return [create_token(session, agent=agent) for agent in agents]


def test_a_thousand_votes(world: World, database: Database, server: Server) -> None:
    irritant = qualified(world)["id"]
    voters = crowd(world, database, CROWD // 2)
    twice = [Call("PUT", f"/irritants/{irritant}/vote", token) for token in voters * 2]
    assert server.rush(twice) == {204: CROWD}
    assert world.lab.get(f"/irritants/{irritant}")["votes"] == len(voters)


def test_a_thousand_signatures(world: World, database: Database, server: Server) -> None:
    """The four agents of a mandate each sign two hundred and fifty times at once: each counts, and counts once."""
    signers = ("alice", "bruno", "chloe", "david")
    mandate = submitted(world, members=signers)
    form = {"document_hash": mandate["document_hash"], "consent": True}
    calls = [
        Call("POST", f"/mandates/{mandate['id']}/sign", str(world.people[name].token), form)
        for _ in range(CROWD // len(signers))
        for name in signers
    ]
    assert server.rush(calls) == {200: len(signers), 409: CROWD - len(signers)}
    with database.read() as connection:
        signed = connection.execute(select(col(MandateSignature.agent_id))).scalars().all()
    assert sorted(map(str, signed)) == sorted(world.people[name].id for name in signers)


@dataclass(frozen=True)
class Holder:
    """An agent, and the code on their slip."""

    name: str
    hr_id: str
    code: str


@dataclass(frozen=True)
class Entry:
    """How a browser fared at the door: the answer's status, and what its cookie holds since."""

    holder: Holder
    status: int
    cookie: str


def test_a_thousand_sign_ins(world: World, database: Database, gate: Server) -> None:
    """Five hundred agents at the door, and for each of them two browsers that show the same code at the same instant:
    one comes in, with a session of its own. Who is told to come back a little later does."""
    holders = slips(world, database, CROWD // 2)
    entries = asyncio.run(_enter(gate.url, [holder for holder in holders for _browser in range(2)]))
    assert '"level": "error"' not in gate.log.read_text()
    assert Counter(entry.status for entry in entries) == {303: len(holders), 422: len(holders)}
    inside = [entry for entry in entries if entry.status == 303]
    assert {entry.holder for entry in inside} == set(holders)
    with database.read() as connection:
        kept = connection.execute(select(col(WebSession.token_hash))).scalars().all()
        spent = connection.execute(
            select(col(SignInCode.id)).where(col(SignInCode.used_at).is_not(None))
        ).all()
    assert sorted(kept) == sorted(digest(entry.cookie) for entry in inside)
    assert (len(kept), len(spent)) == (len(set(kept)), len(holders))
    assert asyncio.run(_who_is_inside(gate.url, inside)) == [entry.holder.name for entry in inside]
    outside = [entry for entry in entries if entry.status == 422][:50]
    assert set(asyncio.run(_who_is_inside(gate.url, outside))) == {""}


def slips(world: World, database: Database, size: int) -> list[Holder]:
    """So many agents without an address, each with a code."""
    crowd(world, database, size)
    key = CODE_KEY.encode()
    codes = [new_code() for _agent in range(size)]
    named = select(Agent).where(col(Agent.family_name).startswith("FOULE"))
    with database.transaction() as session:
        agents = session.execute(named).scalars().all()
        session.add_all(
            SignInCode(
                authority_id=agent.authority_id,
                agent_id=agent.id,
                holder_hash=holder(key, agent.hr_id),
                code_hash=code_hash,
                origin=Origin.PRINTED,
                expires_at=clock.now() + timedelta(days=1),
            )
            for agent, code_hash in zip(agents, all_kept(key, codes), strict=True)
        )
    return [Holder(agent.name, agent.hr_id, code) for agent, code in zip(agents, codes, strict=True)]


async def _enter(url: str, holders: list[Holder]) -> list[Entry]:
    """Each at a browser and an address of their own: all read the door, then all knock at once."""
    # A connection each time: one that is kept may be closed by the server just as it is used again.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=PATIENCE) as client:

        async def look(number: int) -> tuple[dict[str, str], str]:
            headers = {"X-Forwarded-For": f"10.{number // 250}.{number % 250}.7"}
            page = await client.get("/connexion/code", headers=headers)
            [cookie] = re.findall(r"essaim=([\w-]{43})", page.headers["set-cookie"])
            [token] = set(re.findall(r'name="csrf" value="([0-9a-f]+)"', page.text))
            return {**headers, "Cookie": f"essaim={cookie}"}, token

        async def knock(holder: Holder, headers: dict[str, str], token: str) -> Entry:
            form = {"csrf": token, "hr_id": holder.hr_id, "code": holder.code}
            answer = await client.post("/connexion/code", data=form, headers=headers)
            while answer.status_code == 503:
                # SQLite has one writer at a time: whoever waited ten seconds for their turn is told to come back.
                await asyncio.sleep(int(answer.headers["retry-after"]))
                answer = await client.post("/connexion/code", data=form, headers=headers)
            given = re.findall(r"essaim=([\w-]{43})", answer.headers.get("set-cookie", ""))
            return Entry(
                holder, answer.status_code, given[0] if given else headers["Cookie"].partition("=")[2]
            )

        doors = await asyncio.gather(*(look(number) for number in range(len(holders))))
        client.cookies.clear()
        calls = (knock(holder, *door) for holder, door in zip(holders, doors, strict=True))
        return await asyncio.gather(*calls)


async def _who_is_inside(url: str, entries: list[Entry]) -> list[str]:
    """The name on the first page of each browser; empty where it does not open."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=PATIENCE) as client:

        async def read(entry: Entry) -> str:
            page = await client.get("/", headers={"Cookie": f"essaim={entry.cookie}"})
            found = re.search(r"<h1>Bonjour ([^<]+)</h1>", page.text)
            return found[1] if found else ""

        return await asyncio.gather(*(read(entry) for entry in entries))
