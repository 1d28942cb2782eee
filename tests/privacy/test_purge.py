"""The purge is announced thirty days before it runs."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from app import main
from app.people.models import Agent
from app.privacy import purging
from tests.half_days.builders import MONDAY, on
from tests.notices.builders import inbox
from tests.people.builders import away
from tests.privacy.builders import (
    RUNS_ON,
    TODAY,
    absences,
    chores,
    purges,
    renewed,
)
from tests.support.world import World


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
    aged.administrator.put("/retention/periods/absences", {"months": 36})
    chores(aged, RUNS_ON)
    assert len(absences(aged)) == 3
    assert purges(aged)[0].items[0]["purged"] == 0


def test_a_shorter_period_takes_no_more_than_was_announced(aged: World) -> None:
    chores(aged, TODAY)
    aged.administrator.put("/retention/periods/absences", {"months": 12})
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


def test_the_worker_looks_once_a_day(aged: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[date] = []
    announce = purging.announce

    def noting(session: Any, actor: Any, day: date) -> int:
        looked.append(day)
        return announce(session, actor, day)

    monkeypatch.setattr(purging, "announce", noting)
    before = date(2027, 1, 4)
    for day in (before, before, TODAY, TODAY):
        with on(day):
            main.do_chores(aged.database)
    assert looked == [before, TODAY]


def test_those_who_left_go_some_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    people = [world.people[name].agent.id for name in ("alice", "bruno", "chloe")]
    with world.database.transaction() as session:
        session.execute(update(Agent).where(col(Agent.id).in_(people)).values(left_on=date(2022, 12, 31)))
    chores(world, TODAY)
    chores(world, RUNS_ON)
    first = purges(world)[0]
    assert first.done_at is None
    assert world.event_types(first.id) == ["purge.announced"]
    chores(world, RUNS_ON)
    assert chores(world, RUNS_ON) <= 1
    done = purges(world)[0]
    assert done.done_at is not None
    assert next(item["purged"] for item in done.items if item["kind"] == "leavers") == 3
    assert world.event_types(done.id) == ["purge.announced", "purge.done"]
