"""Schemathesis over the whole contract, on a running server, as the person who may do most, then in every capacity."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.access.capacity import Capacity
from app.signin.scopes import SCOPES
from tests.conftest import ENGINES
from tests.support.server import running_server
from tests.support.world import World, qualified, report

ROOT = Path(__file__).resolve().parent.parent


FULL = "examples,coverage,fuzzing,stateful"
REFUSALS = "examples,coverage"
"""What another capacity may come upon that the widest does not."""


def test_the_lab_finds_nothing(world: World, database_url: str, tmp_path: Path) -> None:
    search(world, database_url, tmp_path, world.lab.token, phases=FULL)


@pytest.mark.parametrize("database_url", ENGINES[-1:], indirect=True)
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
    search(world, database_url, tmp_path, token, phases=REFUSALS)


def search(world: World, database_url: str, folder: Path, token: str | None, *, phases: str) -> None:
    qualified(world)
    report(world)
    log = folder / "server.log"
    header = ("--header", f"Authorization: Bearer {token}") if token else ()
    with running_server(database_url, log) as url:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "--config-file",
            str(ROOT / "schemathesis.toml"),
        ]
        found = subprocess.run(
            [*command, "run", f"{url}/api/v1/openapi.json", *header, "--phases", phases, "--no-color"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
    failures = found.stdout[found.stdout.find(" FAILURES ") :]
    assert found.returncode == 0, failures[:12_000] + found.stderr[-2000:]
    assert '"level": "error"' not in log.read_text()
