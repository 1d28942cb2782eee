"""A journal that an earlier release wrote: it is brought along, stays whole, and is read by whom it concerns."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text

from app.access.actor import system
from app.journal import persons, service
from app.journal.proof import Verdict, verify
from app.kit.bounds import everywhere
from app.kit.database import Database
from app.kit.ids import UUID, new_id
from app.kit.migrations import upgrade
from migrations import sealing
from tests.conftest import ENGINES
from tests.journal.stones import StoneLaid

BEFORE = "0010"
COUNT = 5


@pytest.fixture(params=ENGINES)
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database as the release before left it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
        upgrade(url, BEFORE)
        yield url
        return
    postgres, name = request.getfixturevalue("postgres"), f"old_{new_id().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        url = make_url(postgres).set(database=name).render_as_string(hide_password=False)
        with pytest.MonkeyPatch.context() as patched:
            # That release knew no roles.
            patched.setattr(sealing, "seal", lambda _connection, _role: None)
            upgrade(url, BEFORE)
        yield url
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def write(connection: Connection, agent: UUID, authority: UUID) -> None:
    """`COUNT` events by the formula that was released, one more that waits, and whoever did them."""

    def stored(value: UUID) -> str:
        return value.hex if connection.dialect.name == "sqlite" else str(value)

    def insert(table: str, **values: object) -> None:
        names = ", ".join(values)
        places = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)

    now = "2026-06-01 08:30:00.123456"
    dated = {"created_at": now, "updated_at": now, "version": 1}
    insert(
        "authorities", id=stored(authority), slug="valmoret", name="Valmoret", time_zone="Europe/Paris",
        holiday_subdivision="FR", custom_days="[]", local_customs="[]", protestant_temple=False, **dated,
    )  # fmt: skip
    directorate = new_id()
    insert(
        "directorates",
        id=stored(directorate),
        authority_id=stored(authority),
        code="DEP",
        name="DEP",
        **dated,
    )
    insert(
        "agents", id=stored(agent), authority_id=stored(authority), hr_id="1", family_name="A", given_name="B",
        sort_name="a", civility="", directorate_id=stored(directorate), working_percentage=100, off_halves="[]",
        position="active", grade="", category="", **dated,
    )  # fmt: skip
    previous = "0" * 64
    for position in range(1, COUNT + 2):
        event, subject = new_id(), new_id()
        sealed = position <= COUNT
        facts = [
            previous, position, str(event), str(authority), "stone.laid", "stone", str(subject), str(agent), None,
            None, "2026-06-01T08:30:00.123456Z", '{"course":1}',
        ]  # fmt: skip
        made = hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()
        insert(
            "events", id=stored(event), authority_id=stored(authority), type="stone.laid", subject_type="stone",
            subject_id=stored(subject), agent_id=stored(agent), occurred_at=now, payload='{"course":1}',
            position=position if sealed else None, previous_hash=previous if sealed else None,
            hash=made if sealed else None,
        )  # fmt: skip
        previous = made if sealed else previous
    insert("journal_chains", authority_id=stored(authority), position=COUNT, hash=previous)


def test_stays_whole_and_goes_on(old_url: str) -> None:
    agent, authority = new_id(), new_id()
    with Database(old_url, role=None) as owned, owned.writer.begin() as connection:
        write(connection, agent, authority)
    upgrade(old_url)
    with Database(old_url) as database, everywhere():
        assert verify(database, authority) == Verdict(COUNT, None)
        with database.transaction() as session:
            service.record(session, StoneLaid(subject_id=agent), by=system(authority))
        assert service.seal(database) == 2, "one that waited, and a new one"
        assert verify(database, authority) == Verdict(COUNT + 2, None)
        assert persons.index(database) == COUNT + 2
        with database.read() as connection:
            versions = connection.execute(
                text("SELECT digest_version FROM events ORDER BY position")
            ).scalars()
            assert list(versions) == [1] * (COUNT + 1) + [2]
            theirs = connection.execute(
                text("SELECT position FROM event_persons ORDER BY position")
            ).scalars()
            assert list(theirs) == list(range(1, COUNT + 3))
