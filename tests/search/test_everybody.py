"""In every capacity: what another may come upon that the widest does not."""

from pathlib import Path

import pytest

from app.access.capacity import Capacity
from app.signin.scopes import SCOPES
from tests.conftest import ENGINES
from tests.search.schemathesis import WELL_FORMED, search
from tests.support.world import World


@pytest.mark.parametrize("kept", ENGINES[-1:], indirect=True)
@pytest.mark.parametrize(
    "who", ["alice", "coach", "dgs", "elected", "hr", "trusted", "administrator", "client", "stranger"]
)
def test_nobody_finds_anything(world: World, database_url: str, tmp_path: Path, who: str) -> None:
    world.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)
    world.add_person("trusted", "DSI", capacity=Capacity.TRUSTED)
    match who:
        case "client":
            token = world.machine(*SCOPES).token
        case "stranger":
            token = None
        case _:
            token = world.people[who].token
    search(world, database_url, tmp_path, token, WELL_FORMED)
