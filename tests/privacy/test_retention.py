"""How long things are kept: the table, and the purge that is announced before it runs."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col
from typer.testing import CliRunner

from app import main
from app.access.actor import system
from app.cli import main as cli
from app.irritants.models import Irritant
from app.kit.bounds import within
from app.people.models import Absence
from app.privacy.arithmetic import months_before
from app.privacy.models import Erasure, Purge
from app.privacy.purging import turn
from app.privacy.queries import due
from app.settings import get_settings
from app.signin.service import create_token
from tests.calls.builders import application
from tests.half_days.builders import MONDAY, on
from tests.irritants.test_hunt import dump
from tests.notices.builders import inbox
from tests.people.builders import away
from tests.privacy.builders import FAMILY, administrator, eleonore, gone
from tests.support.world import World, report

TODAY = date(2028, 3, 10)
RUNS_ON = TODAY + timedelta(days=30)


def table(world: World, by: str = "alice") -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in world.people[by].get("/retention")["periods"]}


def chores(world: World, day: date) -> int:
    """The chore alone, in the name of the system."""
    actor = system(world.authority.id, world.authority.time_zone)
    with on(day), within(world.authority.id), world.database.transaction() as session:
        return turn(session, actor, day)


def renewed(world: World, name: str) -> World:
    """A token of the day: those of two years ago have gone with the rest."""
    with world.database.transaction() as session:
        world.people[name].token = create_token(session, agent=world.people[name].agent)
    return world


def absences(world: World) -> list[date]:
    with world.database.session() as session:
        return sorted(row.last_day for row in session.execute(select(Absence)).scalars())


def purges(world: World) -> list[Purge]:
    with world.database.session() as session:
        return list(session.execute(select(Purge).order_by(col(Purge.id))).scalars())


@pytest.fixture
def aged(world: World) -> World:
    """Absences of two years ago: one old enough, one old enough in a month, one not."""
    administrator(world)
    with on(MONDAY):
        for day in ("2026-03-02", "2026-04-01", "2026-06-01"):
            away(world, "alice", day)
    return world


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
    made = world.administrator.put("/retention/absences", {"months": 12})
    assert (made["months"], made["default_months"]) == (12, 24)
    assert table(world)["absences"]["months"] == 12
    world.administrator.put("/retention/absences", {"months": 12})
    world.administrator.put("/retention/absences", {"months": 18})
    assert table(world)["absences"]["months"] == 18
    assert world.event_types(world.authority.id) == ["retention.set", "retention.set"]


def test_what_is_refused(world: World) -> None:
    administrator(world)
    put = world.administrator.put
    assert put("/retention/journal", {"months": 12}, expect=409)["type"].endswith("fixed-period")
    assert put("/retention/nothing", {"months": 12}, expect=404)["type"].endswith("unknown-period")
    refused = put("/retention/tokens", {"months": 13}, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["months"]
    assert "6 à 12" in refused["errors"][0]["detail"]
    for body in ({}, {"months": 0}, {"months": "many"}, {"months": 10**9}, {"months": 12, "more": 1}):
        put("/retention/absences", body, expect=422)
    for name in ("hr", "lab", "alice", "elected"):
        world.people[name].put("/retention/absences", {"months": 12}, expect=403)
    world.anonymous.put("/retention/absences", {"months": 12}, expect=401)


def test_each_authority_has_its_own(world: World) -> None:
    administrator(world)
    world.administrator.put("/retention/absences", {"months": 12})
    with World.build(world.app, world.database, slug="haute-arlene") as other:
        assert table(other)["absences"]["months"] == 24


def test_who_may_read_what_is_due(aged: World) -> None:
    for name in ("alice", "hr", "elected"):
        aged.people[name].get("/retention/due", expect=403)
    aged.anonymous.get("/retention/due", expect=401)
    assert aged.lab.get("/retention/due") == {"next_purge": None, "items": []}


def test_nothing_goes_without_a_warning(aged: World) -> None:
    assert chores(aged, TODAY) == 1
    assert chores(aged, TODAY) == 0
    assert chores(aged, RUNS_ON - timedelta(days=1)) == 0
    assert len(absences(aged)) == 3
    purge = purges(aged)[0]
    assert (purge.announced_on, purge.runs_on, purge.done_at) == (TODAY, RUNS_ON, None)
    items = [(item["kind"], item["before"], item["announced"]) for item in purge.items]
    assert ("absences", "2026-04-09", 2) in items


def test_it_goes_when_it_was_said(aged: World) -> None:
    chores(aged, TODAY)
    assert chores(aged, RUNS_ON) == 1
    assert absences(aged) == [date(2026, 6, 1)]
    done = purges(aged)[0]
    assert done.done_at is not None
    assert done.items[0]["purged"] == 2
    assert aged.event_types(done.id) == ["purge.announced", "purge.done"]


def test_it_is_told_and_written_down(aged: World) -> None:
    with on(TODAY):
        chores(aged, TODAY)
        aged.work()
    with on(RUNS_ON):
        chores(aged, RUNS_ON)
        aged.work()
    for name in ("administrator", "lab"):
        titles = [notice["title"] for notice in inbox(renewed(aged, name), name)]
        assert "Des données arrivent au terme de leur conservation" in titles
        assert "Les données arrivées à leur terme sont effacées" in titles
    assert not [
        notice for notice in inbox(renewed(aged, "alice"), "alice") if notice["kind"].startswith("purge.")
    ]
    body = next(n["body"] for n in inbox(aged, "administrator") if n["kind"] == "purge.announced")
    assert "dimanche 9 avril 2028" in body


def test_a_longer_period_holds_back_what_was_announced(aged: World) -> None:
    chores(aged, TODAY)
    aged.administrator.put("/retention/absences", {"months": 36})
    chores(aged, RUNS_ON)
    assert len(absences(aged)) == 3
    assert purges(aged)[0].items[0]["purged"] == 0


def test_a_shorter_period_takes_no_more_than_was_announced(aged: World) -> None:
    chores(aged, TODAY)
    aged.administrator.put("/retention/absences", {"months": 12})
    chores(aged, RUNS_ON)
    assert absences(aged) == [date(2026, 6, 1)]


def test_two_workers_announce_once(aged: World) -> None:
    barrier = threading.Barrier(2)
    acts: list[int] = []

    def work() -> None:
        barrier.wait()
        acts.append(chores(aged, TODAY))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(acts) == [0, 1]
    assert len(purges(aged)) == 1


def test_two_workers_purge_once(aged: World) -> None:
    chores(aged, TODAY)
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        chores(aged, RUNS_ON)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = purges(aged)[0]
    assert aged.event_types(first.id) == ["purge.announced", "purge.done"]


def test_the_worker_does_it(aged: World) -> None:
    for day in (TODAY, RUNS_ON):
        with on(day):
            main.do_chores(aged.database)
    assert absences(aged) == [date(2026, 6, 1)]


def test_another_authority_keeps_its_own(aged: World) -> None:
    with World.build(aged.app, aged.database, slug="haute-arlene") as other:
        with on(MONDAY):
            away(other, "alice", "2026-03-02")
        chores(aged, TODAY)
        chores(aged, RUNS_ON)
        assert absences(aged) == [date(2026, 3, 2), date(2026, 6, 1)]


def test_a_declined_irritant_loses_its_text_and_its_author(world: World) -> None:
    with on(MONDAY):
        declined = report(world, "alice")
        world.lab.post(f"/irritants/{declined['id']}/decline", {"reason": "Déjà réparé."})
        kept = report(world, "bruno")
    chores(world, TODAY)
    chores(world, RUNS_ON)
    with world.database.session() as session:
        rows = {str(row.id): row for row in session.execute(select(Irritant)).scalars()}
    gone_one = rows[declined["id"]]
    assert (gone_one.title, gone_one.description, gone_one.impact) == ("Irritant effacé", "", "")
    assert (gone_one.reason, gone_one.reporter_id, gone_one.search) == (None, None, "")
    assert gone_one.state == "declined"
    assert rows[kept["id"]].reporter_id == world.bruno.agent.id
    assert "declined_irritants" not in {item["kind"] for item in _due(world, RUNS_ON + timedelta(days=40))}
    renewed(world, "lab").lab.get(f"/irritants/{declined['id']}")


def test_applications_that_came_to_nothing_go_and_others_stay(world: World) -> None:
    with on(MONDAY):
        application(world, by="bruno", state="declined")
        application(world, by="chloe", state="withdrawn")
        application(world, by="david", state="accepted")
    chores(world, TODAY)
    chores(world, RUNS_ON)
    assert [row["state"] for row in dump(world.database)["applications"]] == ["accepted"]


def test_notices_go_in_time(world: World) -> None:
    with on(MONDAY):
        declined = report(world, "alice")
        world.lab.post(f"/irritants/{declined['id']}/decline", {"reason": "Déjà réparé."})
        world.work()
    assert inbox(world, "alice")
    chores(world, TODAY)
    chores(world, RUNS_ON)
    assert inbox(renewed(world, "alice"), "alice") == []


def test_tokens_that_ended_go_and_those_of_machines_stay(world: World) -> None:
    world.machine("hr:read")
    issued = len(dump(world.database)["access_tokens"])
    chores(world, TODAY)
    chores(world, RUNS_ON)
    left = dump(world.database)["access_tokens"]
    assert issued > len(left) == 1
    assert left[0]["agent_id"] is None


def test_who_left_long_ago_is_erased(world: World) -> None:
    eleonore(world)
    gone(world, date(2022, 12, 31))
    chores(world, TODAY)
    assert chores(world, RUNS_ON) == 1
    with world.database.session() as session:
        erasure = session.execute(select(Erasure)).scalar_one()
    assert (erasure.agent_id, erasure.by_id) == (world.eleonore.agent.id, None)
    assert not [row for row in dump(world.database)["agents"] if row["family_name"] == FAMILY]
    later = RUNS_ON + timedelta(days=1)
    assert "leavers" not in {item["kind"] for item in _due(world, later)}


def _due(world: World, day: date) -> list[dict[str, Any]]:
    with within(world.authority.id), world.database.session() as session:
        return due(session, world.authority.id, day)


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
