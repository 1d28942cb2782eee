"""Schemathesis over the whole contract, on a running server, as one caller."""

import subprocess
import sys
from pathlib import Path

from tests.support.server import running_server
from tests.support.world import World, qualified, report

ROOT = Path(__file__).resolve().parent.parent.parent

EVERYTHING = ("--phases", "examples,coverage,fuzzing,stateful")
COVERAGE = ("--phases", "examples,coverage")
WELL_FORMED = (*COVERAGE, "--mode", "positive")
"""What gets as far as who is asking: the rest is refused before, to everybody alike."""


LIMITS = ("WRITES_PER_MINUTE", "CLIENT_WRITES_PER_MINUTE", "SEARCHES_PER_MINUTE", "EXPORTS_PER_HOUR")
UNLIMITED = {f"ESSAIM_{name}": "1000000" for name in LIMITS}
"""Whoever looks for faults asks faster than anybody works. `tests/access/test_inside.py` holds the limits."""


def search(
    world: World, database_url: str, folder: Path, token: str | None, options: tuple[str, ...]
) -> None:
    """Fails where an answer is not what the contract promises, or the server logs a fault of its own."""
    qualified(world)
    report(world)
    log = folder / "server.log"
    header = ("--header", f"Authorization: Bearer {token}") if token else ()
    with running_server(database_url, log, **UNLIMITED) as url:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "--config-file",
            str(ROOT / "schemathesis.toml"),
        ]
        found = subprocess.run(
            [*command, "run", f"{url}/api/v1/openapi.json", *header, *options, "--no-color"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
    failures = found.stdout[found.stdout.find(" FAILURES ") :]
    assert found.returncode == 0, failures[:12_000] + found.stderr[-2000:]
    assert '"level": "error"' not in log.read_text()
