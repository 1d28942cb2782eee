from datetime import UTC, datetime, timedelta

from app.kit import clock
from app.kit.ids import new_id

TOLD = datetime(2025, 3, 4, 9, 30, 0, 123_456, tzinfo=UTC)


def test_ids_sort_as_they_are_made() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert {one.version for one in made} == {7}


def test_an_id_is_of_the_instant_that_is_told() -> None:
    with clock.at(TOLD):
        made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert {(one.version, one.variant) for one in made} == {(7, new_id().variant)}
    assert {one.int >> 80 for one in made} == {int(TOLD.timestamp() * 1000)}


def test_what_is_told_of_the_past_sorts_there() -> None:
    now = new_id()
    with clock.at(TOLD + timedelta(microseconds=1)):
        later = new_id()
    with clock.at(TOLD):
        earlier = new_id()
    assert earlier < later < now
