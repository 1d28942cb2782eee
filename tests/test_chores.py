"""What the worker does by the calendar, in every authority."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app import main
from app.access.actor import Actor
from app.access.rooms import Room
from app.calls.problems import DatesReversed
from app.kit import clock
from tests.calls.builders import call
from tests.support.world import World


@pytest.fixture(autouse=True)
def _settled(world: World) -> None:
    """What the worker does once for a new authority is done."""
    main.do_chores(world.database)


def test_a_call_closes_after_its_last_day(world: World) -> None:
    opened = call(world, state="open")
    assert main.do_chores(world.database) == 0
    last_day = datetime.fromisoformat(opened["closes_on"]).replace(tzinfo=UTC)
    with clock.at(last_day + timedelta(days=1, hours=12)):
        assert main.do_chores(world.database) == 1
        assert main.do_chores(world.database) == 0
    assert world.lab.get(f"/calls/{opened['id']}")["state"] == "selecting"


def test_one_authority_in_trouble_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[UUID] = []

    def chore(_session: Session, actor: Actor, _today: object) -> int:
        if actor.authority_id == world.authority.id:
            raise DatesReversed
        done.append(actor.authority_id)
        return 1

    monkeypatch.setattr(main, "ROOMS", (Room(chores=[chore]),))
    with World.build(world.app, world.database, slug="haute-arlene") as other:
        assert main.do_chores(world.database) == 1
        assert done == [other.authority.id]


def test_idempotency_keys_are_forgotten_in_time(world: World) -> None:
    body = {"title": "T", "description": "D", "directorate_id": world.directorate_id("DEP")}
    world.alice.post("/irritants", body, headers={"Idempotency-Key": "one"})
    main.do_chores(world.database)
    with world.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar() == 1
    with clock.at(clock.now() + timedelta(days=3)):
        main.do_chores(world.database)
    with world.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar() == 0
