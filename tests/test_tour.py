"""docs/tour.md as it stands, run against a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path

from app.kit.database import Database
from tests.support.server import running_server

ROOT = Path(__file__).resolve().parent.parent
TOUR = ROOT / "docs" / "tour.md"


def commands() -> str:
    """Every `sh` block of the tour, in order, each announced by its heading."""
    blocks = re.findall(r"^```sh\n(.*?)^```", TOUR.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) > 10
    return "set -euo pipefail\n" + "\n".join(blocks)


def test_the_tour_runs_as_written(database: Database, database_url: str, tmp_path: Path) -> None:
    log, clock = tmp_path / "server.log", str(tmp_path / "tour.clock")
    with running_server(database_url, log, ESSAIM_CLOCK_FILE=clock) as url:
        environment = {
            **os.environ,
            "API": f"{url}/api/v1",
            "ESSAIM_CLOCK_FILE": clock,
            "ESSAIM_DATABASE_URL": database_url,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }
        walked = subprocess.run(
            ["bash", "-x", "-c", commands()],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert walked.returncode == 0, f"{walked.stdout[-3000:]}\n{walked.stderr[-3000:]}"
    assert '"level": "error"' not in log.read_text()
    for fact in (
        "qualified",
        "open",
        "active",
        "taken",
        "encroached",
        "made_good",
        "held",
        "in_use",
        "whole",
    ):
        assert fact in walked.stdout, f"the tour never said {fact!r}"
