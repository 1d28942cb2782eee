"""Those who act on a half-day at the same instant."""

import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from datetime import date
from typing import Any

from tests.half_days.builders import START, active, encroached, every, moment, on, on_day
from tests.support.world import World


def together(acts: Sequence[Callable[[], int]]) -> list[int]:
    """The status codes of calls that start at the same instant, on the present day of the test."""
    ready = threading.Barrier(len(acts))
    answers: list[int] = []

    def run(act: Callable[[], int]) -> None:
        ready.wait()
        answers.append(act())

    threads = [threading.Thread(target=copy_context().run, args=(run, act)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def posting(town: World, half_day: dict[str, Any], verb: str, body: Any) -> Callable[[], int]:
    path = f"/half-days/{half_day['id']}/{verb}"
    return lambda: town.alice.request("POST", path, json=body).status_code


def test_taken_twice(town: World) -> None:
    active(town)
    half_day = on_day(town, START)
    with on(START):
        assert together([posting(town, half_day, "take", {}) for _ in range(5)]) == [200, 409, 409, 409, 409]
    assert town.event_types(half_day["id"]) == ["half_day.taken"]


def test_given_back_twice(town: World) -> None:
    """On the same morning or on several, one half-day is planned."""
    active(town)
    for lost, days in ((START, (13, 13, 13, 13)), (date(2026, 1, 15), (20, 21, 26, 27))):
        half_day = encroached(town, lost)
        bodies = [moment(date(2026, 1, day)) for day in days]
        answers = together([posting(town, half_day, "make-good", body) for body in bodies])
        assert answers == [200, 409, 409, 409]
        replacing = [item for item in every(town) if item["replaces_id"] == half_day["id"]]
        assert [item["id"] for item in replacing] == [on_day(town, lost)["replaced_by_id"]]


def test_two_moved_to_one_place(town: World) -> None:
    active(town)
    half_days = [on_day(town, day) for day in (START, date(2026, 1, 15), date(2026, 1, 22))]
    body = moment(date(2026, 1, 20))
    assert together([posting(town, half_day, "move", body) for half_day in half_days]) == [200, 409, 409]
    assert len(every(town, agent_id=town.alice.id, from_day="2026-01-20", until_day="2026-01-20")) == 1


def test_taken_while_away(town: World) -> None:
    """Whoever comes first, both are answered, and the half-day is either had or excused."""
    active(town)
    half_day = on_day(town, START)
    absence = {"first_day": START.isoformat(), "last_day": START.isoformat()}
    declare = lambda: town.hr.request("POST", f"/agents/{town.alice.id}/absences", json=absence).status_code  # noqa: E731
    with on(START):
        answers = together([posting(town, half_day, "take", {}), declare])
    state = on_day(town, START)["state"]
    assert (state, answers) in [("taken", [200, 201]), ("excused", [201, 409])]
