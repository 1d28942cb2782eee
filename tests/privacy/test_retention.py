"""How long things are kept: the table, and what has come to its term."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col
from typer.testing import CliRunner

from app.cli import main as cli
from app.kit.bounds import within
from app.people.models import Absence
from app.privacy.arithmetic import months_before
from app.privacy.purging import turn
from app.settings import get_settings
from tests.half_days.builders import on
from tests.irritants.test_hunt import dump
from tests.privacy.builders import (
    TODAY,
    administrator,
    purges,
)
from tests.support.world import World


def table(world: World, by: str = "alice") -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in world.people[by].get("/retention")["periods"]}


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2028, 3, 31), 13, date(2027, 2, 28)),
        (date(2028, 1, 15), 1, date(2027, 12, 15)),
        (date(2028, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 3, 10), 0, date(2028, 3, 10)),
    ],
)
def test_months_before(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_everybody_reads_the_table(world: World) -> None:
    for name in ("alice", "elected", "lab", "hr"):
        shown = table(world, name)
        assert shown["absences"]["months"] == 24
        assert "Code civil" in shown["leavers"]["source"]
        assert not shown["protected_identities"]["settable"]
        assert shown["signed_acts"]["months"] is None
    world.anonymous.get("/retention", expect=401)
    world.machine("hr:read").get("/retention", expect=403)


def test_an_administrator_sets_a_period(world: World) -> None:
    administrator(world)
    made = world.administrator.put("/retention/periods/absences", {"months": 12})
    assert (made["months"], made["default_months"]) == (12, 24)
    assert table(world)["absences"]["months"] == 12
    world.administrator.put("/retention/periods/absences", {"months": 12})
    world.administrator.put("/retention/periods/absences", {"months": 18})
    assert table(world)["absences"]["months"] == 18
    assert world.event_types(world.authority.id) == ["retention.set", "retention.set"]


def test_what_is_refused(world: World) -> None:
    administrator(world)
    put = world.administrator.put
    assert put("/retention/periods/journal", {"months": 12}, expect=409)["type"].endswith("fixed-period")
    assert put("/retention/periods/nothing", {"months": 12}, expect=404)["type"].endswith("unknown-period")
    refused = put("/retention/periods/tokens", {"months": 13}, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["months"]
    assert "6 à 12" in refused["errors"][0]["detail"]
    for body in ({}, {"months": 0}, {"months": "many"}, {"months": 10**9}, {"months": 12, "more": 1}):
        put("/retention/periods/absences", body, expect=422)
    for name in ("hr", "lab", "alice", "elected"):
        world.people[name].put("/retention/periods/absences", {"months": 12}, expect=403)
    world.anonymous.put("/retention/periods/absences", {"months": 12}, expect=401)


def test_each_authority_has_its_own(world: World) -> None:
    administrator(world)
    world.administrator.put("/retention/periods/absences", {"months": 12})
    with World.build(world.app, world.database, slug="haute-arlene") as other:
        assert table(other)["absences"]["months"] == 24


def test_who_may_read_what_is_due(aged: World) -> None:
    for name in ("alice", "hr", "elected"):
        aged.people[name].get("/retention/due", expect=403)
    aged.anonymous.get("/retention/due", expect=401)
    assert aged.lab.get("/retention/due") == {"next_purge": None, "items": []}


def test_due_is_shown_with_the_purge_that_waits(aged: World) -> None:
    with aged.database.transaction() as session:
        session.execute(
            update(Absence)
            .where(col(Absence.last_day) < date(2026, 4, 1))
            .values(first_day=date(2023, 1, 3), last_day=date(2023, 1, 3))
        )
    today = datetime.now(UTC).date()
    with within(aged.authority.id), aged.database.transaction() as session:
        turn(session, aged.actor("lab"), today)
    shown = aged.administrator.get("/retention/due")
    assert [(item["kind"], item["label"], item["rows"]) for item in shown["items"]] == [
        ("absences", "Absences", 1)
    ]
    assert shown["next_purge"]["runs_on"] == (today + timedelta(days=30)).isoformat()
    assert shown["next_purge"]["items"][0]["rows"] == 1


def test_the_command_line_says_what_is_due_and_writes_nothing(
    aged: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAIM_DATABASE_URL", aged.database.url.render_as_string(hide_password=False))
    get_settings.cache_clear()
    before = dump(aged.database)
    with on(TODAY):
        said = CliRunner().invoke(cli, ["privacy", "purge", "--dry-run"])
    assert said.exit_code == 0, said.output
    assert "valmoret absences 2026-03-10 1" in said.output.splitlines()
    assert dump(aged.database) == before
    with on(TODAY):
        assert CliRunner().invoke(cli, ["privacy", "purge", "--authority", "valmoret"]).exit_code == 0
        assert CliRunner().invoke(cli, ["privacy", "purge", "--authority", "nowhere"]).exit_code == 2
    assert len(purges(aged)) == 1
    get_settings.cache_clear()
