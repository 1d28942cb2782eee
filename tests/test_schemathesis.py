"""Schemathesis over the whole contract, on a running server, as the person who may do most and as a stranger."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import running_server
from tests.support.world import World, qualified, report

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("who", ["lab", "alice"])
def test_finds_nothing(world: World, database_url: str, tmp_path: Path, who: str) -> None:
    qualified(world)
    report(world)
    log = tmp_path / "server.log"
    with running_server(database_url, log) as url:
        found = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                "--config-file",
                ROOT / "schemathesis.toml",
                "run",
                f"{url}/api/v1/openapi.json",
                "--header",
                f"Authorization: Bearer {world.people[who].token}",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
    assert found.returncode == 0, found.stdout[-12_000:] + found.stderr[-2000:]
    assert '"level": "error"' not in log.read_text()
