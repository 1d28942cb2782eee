"""Counted in memory: so many at once, and back evenly."""

import threading

import pytest

from app.kit import meters
from app.kit.limits import Limit, TooManyRequests
from app.kit.meters import Meter


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> int:
        return round(self.at * 1_000_000_000)


def meter(times: int = 3, seconds: float = 60) -> tuple[Meter, Hands]:
    hands = Hands()
    return Meter(Limit("writes", times, seconds), hands), hands


def wait_of(taken: Meter, key: str) -> int:
    with pytest.raises(TooManyRequests) as refused:
        taken.take(key)
    return int(refused.value.headers["Retry-After"])


def test_so_many_at_once_then_back_evenly() -> None:
    counted, hands = meter()
    for _ in range(3):
        counted.take("alice")
    assert wait_of(counted, "alice") == 20
    hands.at += 19.5
    assert wait_of(counted, "alice") == 1
    hands.at += 0.5
    counted.take("alice")
    assert wait_of(counted, "alice") == 20
    hands.at += 200
    for _ in range(3):
        counted.take("alice")
    assert wait_of(counted, "alice") == 20


def test_what_it_says_to_wait_is_enough() -> None:
    counted, hands = meter(7, 100)
    for _ in range(7):
        counted.take("alice")
    hands.at += wait_of(counted, "alice")
    counted.take("alice")


def test_each_key_has_its_own() -> None:
    counted, _hands = meter(1)
    counted.take("alice")
    counted.take("bruno")
    assert wait_of(counted, "alice") == 60


def test_a_refusal_takes_nothing() -> None:
    counted, hands = meter(1)
    counted.take("alice")
    for _ in range(5):
        wait_of(counted, "alice")
    hands.at += 60
    counted.take("alice")


def test_of_many_at_once_no_more_get_through() -> None:
    counted, _hands = meter(50)
    passed: list[int] = []

    def try_often() -> None:
        for _ in range(20):
            try:
                counted.take("alice")
            except TooManyRequests:
                continue
            passed.append(1)

    threads = [threading.Thread(target=try_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 50


def test_keys_at_rest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meters, "MAX_KEYS", 10)
    counted, hands = meter()
    for number in range(10):
        counted.take(f"agent {number}")
    hands.at += 21
    for _ in range(2):
        counted.take("agent 9")
    counted.take("agent 11")
    assert len(counted._restored) == 2
    # Whoever was not at rest is not let off.
    counted.take("agent 9")
    assert wait_of(counted, "agent 9") > 0
