"""How often somebody may knock."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.kit import clock
from app.kit.database import Database
from app.kit.limits import Limit, RateLimit, TooManyRequests, network, purge, take

DOOR = Limit("door", times=3, seconds=60)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def knock(database: Database, times: int, *keys: object, limit: Limit = DOOR) -> None:
    for _ in range(times):
        take(database, limit, *keys)


def refusal(database: Database, *keys: object, limit: Limit = DOOR) -> TooManyRequests:
    with pytest.raises(TooManyRequests) as refused:
        take(database, limit, *keys)
    return refused.value


class TestTake:
    def test_so_many_at_once(self, database: Database) -> None:
        with clock.at(NOON):
            knock(database, 3, "alice")
            problem = refusal(database, "alice")
        assert problem.status == 429
        assert problem.headers["Retry-After"] == "20"
        assert problem.detail.to("fr") == "Trop d'essais en peu de temps : réessayez dans 20 secondes."

    def test_comes_back_evenly(self, database: Database) -> None:
        with clock.at(NOON):
            knock(database, 3, "alice")
        with clock.at(NOON + timedelta(seconds=19)):
            assert refusal(database, "alice").headers["Retry-After"] == "1"
        with clock.at(NOON + timedelta(seconds=20)):
            knock(database, 1, "alice")
            refusal(database, "alice")
        with clock.at(NOON + timedelta(seconds=200)):
            knock(database, 3, "alice")
            refusal(database, "alice")

    def test_what_it_says_to_wait_is_enough(self, database: Database) -> None:
        odd = Limit("odd", times=7, seconds=100)
        with clock.at(NOON):
            knock(database, 7, limit=odd)
            wait = int(refusal(database, limit=odd).headers["Retry-After"])
        with clock.at(NOON + timedelta(seconds=wait)):
            knock(database, 1, limit=odd)

    def test_long_waits_are_said_in_minutes(self, database: Database) -> None:
        slow = Limit("slow", times=1, seconds=900)
        knock(database, 1, limit=slow)
        assert "15 minutes" in refusal(database, limit=slow).detail.to("fr")

    def test_each_key_and_each_limit_for_itself(self, database: Database) -> None:
        knock(database, 3, "alice")
        knock(database, 3, "bruno")
        knock(database, 3, "ali", "ce")
        knock(database, 3, "alice", limit=Limit("window", times=3, seconds=60))
        refusal(database, "alice")

    def test_a_refused_knock_takes_nothing(self, database: Database) -> None:
        with clock.at(NOON):
            knock(database, 3, "alice")
            for _ in range(10):
                refusal(database, "alice")
        with clock.at(NOON + timedelta(seconds=20)):
            knock(database, 1, "alice")

    def test_a_clock_put_back_locks_nobody_out(self, database: Database) -> None:
        with clock.at(NOON + timedelta(days=300)):
            knock(database, 3, "alice")
        with clock.at(NOON):
            knock(database, 3, "alice")
            refusal(database, "alice")

    def test_another_server_s_clock_is_a_little_behind(self, database: Database) -> None:
        """What it finds ahead of it was taken by the others: it gives nothing back."""
        with clock.at(NOON):
            knock(database, 3, "alice")
        for seconds in (0.01, 1, 50):
            with clock.at(NOON - timedelta(seconds=seconds)):
                refusal(database, "alice")

    def test_together(self, database: Database) -> None:
        """Of thirty who knock at the same instant, exactly three are heard."""
        heard: list[bool] = []

        def try_once() -> None:
            with clock.at(NOON):
                try:
                    take(database, DOOR, "alice")
                except TooManyRequests:
                    heard.append(False)
                else:
                    heard.append(True)

        threads = [threading.Thread(target=try_once) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (heard.count(True), heard.count(False)) == (3, 27)


def test_names_nobody(database: Database) -> None:
    take(database, DOOR, "alice@valmoret.test")
    with database.read() as connection:
        assert "alice" not in str(connection.execute(select(RateLimit)).one())


def test_purge(database: Database) -> None:
    with clock.at(NOON):
        take(database, DOOR, "alice")
    with clock.at(NOON + timedelta(hours=2)):
        take(database, DOOR, "bruno")
    with database.transaction() as session:
        assert purge(session, before=NOON + timedelta(hours=1)) == 1
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(RateLimit)).scalar() == 1


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_who_counts_as_one(address: str | None, counted: str) -> None:
    assert network(address) == counted
