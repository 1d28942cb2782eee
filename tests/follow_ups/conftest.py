"""The tests of this room live on Monday 5 January 2026."""

from collections.abc import Iterator

import pytest

from tests.half_days.builders import MONDAY, on
from tests.support.world import World


@pytest.fixture
def town(world: World) -> Iterator[World]:
    """The town, on the day when everything begins."""
    with on(MONDAY):
        yield world
