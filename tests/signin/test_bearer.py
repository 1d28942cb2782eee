"""Wrong tokens are counted by address; right ones never are."""

from app.kit import clock
from tests.support.client import AppClient
from tests.support.world import World


def statuses(world: World, token: str | None, times: int, address: str = "198.51.100.1") -> list[int]:
    client = AppClient(world.app, address=address)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return [client.get("/api/v1/me", headers=headers).status_code for _ in range(times)]


def test_too_many_wrong_ones(world: World) -> None:
    with clock.at(clock.now()):
        assert statuses(world, "essaim_wrong", 61) == [401] * 60 + [429]
        client = AppClient(world.app, address="198.51.100.1")
        answer = client.get("/api/v1/me", headers={"Authorization": "Bearer essaim_other"})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["type"] == "urn:essaim:problem:too-many-requests"
        # Somebody else behind the same address, and the same one from another.
        assert statuses(world, world.alice.token, 2) == [200, 200]
        assert statuses(world, "essaim_wrong", 1, "198.51.100.2") == [401]


def test_without_a_token_nothing_is_counted(world: World) -> None:
    with clock.at(clock.now()):
        assert set(statuses(world, None, 70)) == {401}
        assert statuses(world, "essaim_wrong", 1) == [401]


def test_a_refused_one_costs_no_write(world: World) -> None:
    with clock.at(clock.now()):
        statuses(world, "essaim_wrong", 61)
        with world.counted_queries() as seen:
            statuses(world, "essaim_wrong", 1)
    assert len(seen) == 2
    assert all(statement.startswith("SELECT") for statement in seen)
