"""Rows that said whose they were by their parent alone, as an earlier release left them, say it themselves."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text

from app.kit.bounds import within
from app.kit.database import Database
from app.kit.ids import UUID, new_id
from app.kit.migrations import upgrade
from migrations import sealing
from tests.conftest import ENGINES

BEFORE = "0010"
NOW = "2026-06-01 08:30:00.123456"
DATED = {"created_at": NOW, "updated_at": NOW, "version": 1}


@pytest.fixture(params=ENGINES)
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database as that release left it, which knew no roles."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sealing, "seal", lambda _connection, _role: None)
        if request.param == "sqlite":
            upgrade(f"sqlite:///{tmp_path / 'old.db'}", BEFORE)
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    postgres, name = request.getfixturevalue("postgres"), f"old_{new_id().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        url = make_url(postgres).set(database=name).render_as_string(hide_password=False)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sealing, "seal", lambda _connection, _role: None)
            upgrade(url, BEFORE)
        yield url
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def furnish(connection: Connection, slug: str) -> UUID:
    """An authority with an irritant and its counters, and an event owed to somebody."""

    def stored(value: UUID) -> str:
        return value.hex if connection.dialect.name == "sqlite" else str(value)

    def insert(table: str, **values: object) -> None:
        names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)

    authority, directorate, irritant, event = (new_id() for _ in range(4))
    owner = {"authority_id": stored(authority)}
    insert(
        "authorities", id=stored(authority), slug=slug, name=slug, time_zone="Europe/Paris",
        holiday_subdivision="FR", custom_days="{}", local_customs="[]", protestant_temple=False, **DATED,
    )  # fmt: skip
    insert("directorates", id=stored(directorate), code="DEP", name="DEP", **owner, **DATED)
    insert(
        "irritants", id=stored(irritant), directorate_id=stored(directorate), title="T", description="D",
        impact="", state="submitted", search="portail", **owner, **DATED,
    )  # fmt: skip
    insert("irritant_tallies", irritant_id=stored(irritant), votes=3, comments=1)
    insert(
        "events", id=stored(event), type="irritant.reported", subject_type="irritant",
        subject_id=stored(irritant), occurred_at=NOW, payload="{}", **owner,
    )  # fmt: skip
    insert(
        "deliveries",
        id=stored(new_id()),
        event_id=stored(event),
        subscriber="notices",
        due_at=NOW,
        attempts=0,
    )
    return authority


def test_each_says_whose_it_is(old_url: str) -> None:
    with Database(old_url, role=None) as database, database.writer.begin() as connection:
        owners = [furnish(connection, slug) for slug in ("valmoret", "haute-arlene")]
    upgrade(old_url)
    with Database(old_url) as database:
        for owner in owners:
            stored = owner.hex if database.is_sqlite else str(owner)
            for table in ("irritant_tallies", "deliveries"):
                with within(owner), database.read() as connection:
                    statement = text(f"SELECT count(*) FROM {table} WHERE authority_id = :owner")
                    assert connection.execute(statement, {"owner": stored}).scalar() == 1
        if not database.is_sqlite:
            with within(owners[0]), database.read() as connection:
                assert connection.execute(text("SELECT votes FROM irritant_tallies")).scalars().all() == [3]
