"""A town with things of two years ago."""

import pytest

from tests.half_days.builders import MONDAY, on
from tests.people.builders import away
from tests.privacy.builders import administrator
from tests.support.world import World


@pytest.fixture
def aged(world: World) -> World:
    """Absences of two years ago: one old enough, one old enough in a month, one not."""
    administrator(world)
    with on(MONDAY):
        for day in ("2026-03-02", "2026-04-01", "2026-06-01"):
            away(world, "alice", day)
    return world
