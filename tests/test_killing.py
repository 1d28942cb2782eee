"""A server killed at any instant of the last signature leaves nothing of it, or a complete mandate in force."""

import hashlib
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from sqlalchemy import select

from app.follow_ups.models import FollowUp
from app.half_days.models import HalfDay
from app.irritants.models import Irritant
from app.journal.models import Delivery, JournalEvent
from app.kit.columns import metadata, table_of
from app.mandates.models import Mandate, MandateDocument, MandateParty, MandateSignature
from app.mandates.paper_models import MandateFile
from app.teams.models import Team
from tests.half_days.builders import slot
from tests.mandates.builders import sign_all, submitted
from tests.notices.builders import who_was_told
from tests.support.killable import Killable, killable
from tests.support.killed_server import AFTER_COMMIT, BEFORE_COMMIT
from tests.support.world import API, World

WRITTEN = (
    Mandate,
    MandateParty,
    MandateSignature,
    MandateDocument,
    MandateFile,
    HalfDay,
    FollowUp,
    Team,
    Irritant,
    JournalEvent,
    Delivery,
)
"""What the last signature writes to. Every table besides is only counted."""

SLOTS = [
    (day, half) for day in ("monday", "tuesday", "wednesday", "thursday") for half in ("morning", "afternoon")
]
ROUNDS = 12
POINTS = 12
"""How many of the statements are reached, from the first to the last."""
Rows = dict[str, Any]


@pytest.fixture
def servers(database_url: str, tmp_path: Path) -> Iterator[Killable]:
    with killable(database_url, tmp_path / "server.log") as found:
        yield found


def all_but_last(world: World, weekday: str = "thursday", half: str = "morning") -> dict[str, Any]:
    """A mandate that awaits the lab's signature alone."""
    made = submitted(world, members=("alice",), slots=[slot(world, "alice", weekday, half)])
    return sign_all(world, made, but=("lab",))


def sign_last(server: Killable, world: World, mandate: dict[str, Any]) -> int | None:
    """The status of the answer; None where the server was killed before it gave one."""
    body = {"document_hash": mandate["document_hash"], "consent": True}
    headers = {"Authorization": f"Bearer {world.lab.token}"}
    try:
        path = f"{server.url}{API}/mandates/{mandate['id']}/sign"
        return httpx.post(path, json=body, headers=headers, timeout=60).status_code
    except httpx.TransportError:
        return None


def everything(world: World) -> Rows:
    """All that the last signature might write."""
    found: Rows = {}
    with world.database.read() as connection:
        for model in WRITTEN:
            table = table_of(model)
            found[table.name] = sorted(map(tuple, connection.execute(select(table)).all()), key=str)
        for table in metadata.sorted_tables:
            if table.name not in found:
                found[table.name] = len(connection.execute(select(*table.primary_key.columns)).all())
    return found


def check_complete(world: World, mandate: dict[str, Any]) -> None:
    """The mandate is in force with all that comes with it, once."""
    seen = world.lab.get(f"/mandates/{mandate['id']}")
    assert seen["state"] == "active"
    assert {party["state"] for party in seen["parties"]} == {"signed"}
    assert all(party["signed_by"] for party in seen["parties"])
    (sealed,) = world.lab.get(f"/mandates/{mandate['id']}/files")["items"]
    paper = world.lab.request("GET", f"/mandates/{mandate['id']}/document.pdf").content
    assert hashlib.sha256(paper).hexdigest() == sealed["sha256"]
    document = world.lab.request("GET", f"/mandates/{mandate['id']}/document")
    assert document.headers["etag"] == f'"{mandate["document_hash"]}"'
    types = Counter(world.event_types(mandate["id"]))
    assert types["mandate.signed"] == len(seen["parties"])
    assert (types["mandate.activated"], world.event_types(mandate["team_id"]).count("team.mandated")) == (
        1,
        1,
    )
    assert world.lab.get(f"/teams/{mandate['team_id']}")["state"] == "mandated"
    with world.database.read() as connection:
        of_it = UUID(mandate["id"])
        days = connection.execute(select(HalfDay.day).where(HalfDay.mandate_id == of_it)).scalars().all()  # type: ignore[call-overload]
        ordinals = connection.execute(select(FollowUp.ordinal).where(FollowUp.mandate_id == of_it)).scalars()  # type: ignore[call-overload]
        assert 24 <= len(days) <= 27
        assert len(set(days)) == len(days)
        assert sorted(ordinals) == [1, 2, 3, 4]
    told = who_was_told(world, mandate, "mandate.activated")
    assert set(told) == {"alice", "head_dep", "dgs", "lab", "coach"}


def test_before_statements_and_around_the_commit(world: World, servers: Killable) -> None:
    mandate = all_but_last(world)
    before = everything(world)

    def killed(instant: int) -> Rows:
        with servers.server(instant):
            assert sign_last(servers, world, mandate) is None
        return everything(world)

    assert killed(BEFORE_COMMIT) == before
    statements = servers.statements
    assert statements > 20, "the signature writes more than that"
    for instant in {*range(1, statements, max(1, statements // POINTS)), statements}:
        assert killed(instant) == before, f"before statement {instant} of {statements}"
    assert killed(AFTER_COMMIT) != before
    check_complete(world, mandate)
    with servers.server():
        assert sign_last(servers, world, mandate) == 409, "whoever was not answered tries again"
    check_complete(world, mandate)


def test_at_whatever_moment(world: World, servers: Killable) -> None:
    chance = Random(20261124)
    slots = iter(SLOTS)
    mandate = all_but_last(world, *next(slots))
    for _ in range(ROUNDS):
        before = everything(world)
        with servers.server() as pid:
            signing = threading.Thread(target=sign_last, args=(servers, world, mandate))
            signing.start()
            time.sleep(chance.uniform(0, 0.15))
            os.kill(pid, signal.SIGKILL)
            signing.join()
        if everything(world) == before:
            continue
        check_complete(world, mandate)
        slot_left = next(slots, None)
        if slot_left is None:
            return
        mandate = all_but_last(world, *slot_left)
    with servers.server():
        assert sign_last(servers, world, mandate) == 200, "what was killed stands in nobody's way"
    check_complete(world, mandate)
