"""As the person who may do most: everything on one database, and what needs no chance on the others."""

from pathlib import Path

from tests.conftest import ENGINES
from tests.search.schemathesis import COVERAGE, EVERYTHING, search
from tests.support.world import World


def test_the_lab_finds_nothing(world: World, database_url: str, tmp_path: Path) -> None:
    deep = ENGINES[-1].startswith(world.database.url.get_backend_name())
    search(world, database_url, tmp_path, world.lab.token, EVERYTHING if deep else COVERAGE)
