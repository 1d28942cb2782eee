"""`essaim codes print`."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from app.cli import main
from app.settings import get_settings
from tests.codes.conftest import TELEPHONE, Yard, codes_in


@pytest.fixture
def run(yard: Yard, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    monkeypatch.setenv("ESSAIM_DATABASE_URL", database_url)
    monkeypatch.setenv("ESSAIM_CODE_KEY", "k" * 32)
    get_settings.cache_clear()
    yield CliRunner()
    get_settings.cache_clear()


def test_a_directorate(yard: Yard, run: CliRunner) -> None:
    done = run.invoke(main, ["codes", "print", "--directorate", "DEP", "--telephone", TELEPHONE])
    assert done.exit_code == 0
    assert done.stderr == ""
    assert len(codes_in(done.stdout_bytes)) == 3
    assert {code["issued_by_id"] for code in yard.codes()} == {None}


def test_an_agent_who_then_comes_in(yard: Yard, run: CliRunner) -> None:
    hr_id = yard.world.alice.agent.hr_id
    done = run.invoke(main, ["codes", "print", "--agent", hr_id, "--telephone", TELEPHONE])
    [code] = codes_in(done.stdout_bytes)
    yard.enter("alice", code)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--directorate", "NOWHERE", "--telephone", TELEPHONE], "directorate"),
        (["--agent", "NOBODY", "--telephone", TELEPHONE], "authority"),
        (["--telephone", TELEPHONE], "Say for whom"),
        (["--directorate", "DEP", "--telephone", "x"], "--telephone"),
        (["--directorate", "DEP", "--telephone", TELEPHONE, "--authority", "nowhere"], "authority"),
    ],
)
def test_refusals(run: CliRunner, options: list[str], said: str) -> None:
    done = run.invoke(main, ["codes", "print", *options])
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stdout_bytes == b""
