"""`essaim client`, and what docs/hr.md says to a machine's makers, run as it is written."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.access.capacity import Capacity
from app.cli import main
from app.settings import get_settings
from tests.clients.conftest import Desk
from tests.support.server import running_server
from tests.support.world import Caller, World, contract_of

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ESSAIM_DATABASE_URL", database_url)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def essaim(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, ["client", *arguments])
    assert result.exit_code == status, result.output
    return result.output.strip()


def test_a_client_and_its_token(world: World) -> None:
    token = essaim("create", "SIRH", "--scope", "hr:read")
    machine = Caller(world.http, contract_of(world.app), token)
    assert machine.get("/me")["name"] == "SIRH"
    assert (
        essaim("create", "SIRH", "--scope", "hr:read", status=1) == "An API client already bears this name."
    )
    assert essaim("create", "Paie", "--scope", "hr:rule", status=1).startswith("Known scopes: ")
    assert essaim("create", "", "--scope", "hr:read", status=1).startswith("name: ")
    client_id = machine.get("/me")["id"]
    assert world.event_types(client_id) == ["api_client.created", "api_client.token_issued"]


def test_secrets(desk: Desk) -> None:
    given = [essaim("secret", "SIRH", "--scope", "hr:read"), essaim("secret", "SIRH")]
    for pair in given:
        client_id, _colon, secret = pair.partition(":")
        assert desk.ask({"id": client_id, "secret": secret}).status_code == 200
    assert given[0].partition(":")[0] == given[1].partition(":")[0]
    assert essaim("secret", "SIRH", status=1).startswith("Two secrets are valid already")
    assert essaim("secret", "Paie", status=1) == "No API client bears this name."
    taken = essaim("secret", "SIRH", "--scope", "hr:read", status=1)
    assert taken == "An API client already bears this name."
    assert essaim("secret", "Paie", "--scope", "root", status=1).startswith("Known scopes: ")
    assert essaim("secret", "", "--scope", "hr:read", status=1).startswith("name: ")


def commands() -> str:
    """What the two sections on machines have typed, in order."""
    text = (ROOT / "docs" / "hr.md").read_text(encoding="utf-8")
    sections = text[text.index("### With a secret") : text.index("### What it calls")]
    blocks = re.findall(r"^```console\n(.*?)^```", sections, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    return "set -euo pipefail\n" + re.sub(r"^\$ ", "", "\n".join(blocks), flags=re.MULTILINE)


def test_the_documentation_runs_as_written(world: World, database_url: str, tmp_path: Path) -> None:
    admin = world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)
    with running_server(database_url, tmp_path / "server.log") as url:
        environment = {
            **os.environ,
            "ADMIN": str(admin.token),
            "ESSAIM": url,
            "ESSAIM_DATABASE_URL": database_url,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }
        walked = subprocess.run(
            ["bash", "-c", commands()],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert walked.returncode == 0, f"{walked.stdout[-3000:]}\n{walked.stderr[-3000:]}"
    callers = re.findall(r'"name":"(SIRH|Paie)"', walked.stdout)
    assert callers == ["SIRH", "Paie"], walked.stdout
