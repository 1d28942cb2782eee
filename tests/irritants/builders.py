"""Protected reports, and the people around them."""

from datetime import timedelta
from typing import Any

from app.access.actor import system
from app.access.capacity import Capacity
from app.irritants import announcing, protection
from app.kit import clock
from tests.support.world import World, report


def protected(world: World, by: str = "alice", **fields: Any) -> dict[str, Any]:
    """An irritant just reported under protection, with its `follow_up_key`."""
    return report(world, by, protected=True, **fields)


def with_trusted(world: World) -> None:
    """`world.trusted` is a trusted person, who does not lead the programme."""
    world.add_person("trusted", "DGS", manager="dgs", capacity=Capacity.TRUSTED)


def read(world: World, key: str, *, expect: int = 200, **options: Any) -> dict[str, Any]:
    """The report, as whoever holds the key reads it, without a token."""
    body = {"follow_up_key": key, **options.pop("body", {})}
    seen: dict[str, Any] = world.anonymous.post("/protected-reports/read", body, expect=expect, **options)
    return seen


def write(world: World, key: str, body: str = "C'est le gond du bas.", *, expect: int = 201) -> Any:
    """A message from whoever holds the key."""
    form = {"follow_up_key": key, "body": body}
    return world.anonymous.post("/protected-reports/write", form, expect=expect)


def next_day(world: World) -> int:
    """What the chore of the day after does."""
    with clock.at(clock.now() + timedelta(days=1)), world.database.transaction() as session:
        actor = system(world.authority.id, world.authority.time_zone)
        return announcing.announce_due(session, actor, actor.today())


def much_later(world: World) -> int:
    """What the chore that forgets does, long after."""
    later = clock.now() + protection.KEPT + timedelta(days=1)
    with clock.at(later), world.database.transaction() as session:
        actor = system(world.authority.id, world.authority.time_zone)
        return protection.forget_due(session, actor, actor.today())
