"""A thousand requests at the same moment, on a running server: each is answered, and what they count is exact."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from app.kit.database import Database
from app.mandates.models import MandateSignature
from app.people.models import Agent
from app.signin.service import create_token
from tests.mandates.builders import submitted
from tests.support.server import running_server
from tests.support.world import API, World, qualified

CROWD = 1000


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
