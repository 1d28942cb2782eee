"""`essaim import hr`, as an HR officer runs it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col
from typer.testing import CliRunner, Result

from app.cli import main
from app.journal.models import JournalEvent
from app.kit.database import Database
from app.people.models import Agent
from app.people.service import create_authority
from app.settings import get_settings
from tests.people.builders import EXPORT, export, line, small_town

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`run("import", "hr", FILE)` on a database with one authority."""
    with database.transaction() as session:
        create_authority(session, slug="valmoret", name="Ville de Valmoret")
    monkeypatch.setenv("ESSAIM_DATABASE_URL", database_url)
    get_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])
    get_settings.cache_clear()


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(Agent)).scalar_one())


def put(folder: Path, *lines: dict[str, str]) -> Path:
    file = folder / "export.csv"
    file.write_bytes(export(*lines))
    return file


def numbers(output: str, kind: str) -> list[int]:
    (row,) = [text for text in output.splitlines() if re.match(rf"│ {kind}\s", text)]
    return [int(number) for number in re.findall(r"\d+", row)]


def test_the_real_export_twice(run: Run, database: Database) -> None:
    first = run("import", "hr", EXPORT)
    assert (first.exit_code, first.stderr) == (0, "")
    assert numbers(first.stdout, "Agent") == [2384, 0, 0, 0, 0]
    assert count(database) == 2384
    again = run("import", "hr", EXPORT, "--authority", "valmoret")
    assert numbers(again.stdout, "Agent") == [0, 0, 0, 0, 2384]
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(JournalEvent)).scalar_one() == 1


def test_dry_run_says_what_would_change(run: Run, database: Database, tmp_path: Path) -> None:
    run("import", "hr", put(tmp_path, *small_town()))
    changed = [
        {**row, "Quotité": "50,00", "Téléphone": "0412345678"} if row["Matricule"] == "4" else row
        for row in small_town()
    ]
    result = run("import", "hr", put(tmp_path, *changed), "--dry-run")
    assert result.exit_code == 0
    assert "Quotité : 100.00 → 50.00" in result.stdout
    assert "Téléphone : rien → 0412345678" in result.stdout
    assert "rien n'a été écrit" in result.stdout
    assert numbers(result.stdout, "Agent") == [0, 1, 0, 0, 7]
    again = run("import", "hr", put(tmp_path, *changed))
    assert numbers(again.stdout, "Agent") == [0, 1, 0, 0, 7]


def test_absent_agents(run: Run, database: Database, tmp_path: Path) -> None:
    run("import", "hr", put(tmp_path, *small_town()))
    fewer = put(tmp_path, *(row for row in small_town() if row["Matricule"] != "8"))
    result = run("import", "hr", fewer)
    assert "laissés en l'état (agent) : 1. 8" in result.stdout
    assert "--close-missing" in result.stdout
    result = run("import", "hr", fewer, "--close-missing")
    assert numbers(result.stdout, "Agent") == [0, 0, 1, 0, 7]
    with database.read() as connection:
        left_on = select(col(Agent.left_on)).where(col(Agent.hr_id) == "8")
        assert connection.execute(left_on).scalar_one() is not None


def test_wrong_lines(run: Run, database: Database, tmp_path: Path) -> None:
    result = run("import", "hr", put(tmp_path, line("1", Quotité="0"), line("2", "7")))
    assert result.exit_code == 1
    assert result.stdout == ""
    first, second, last = result.stderr.splitlines()
    assert first.startswith("ligne 2, colonne Quotité : « 0 »")
    assert (
        second == "ligne 3, colonne Matricule N+1 : Le matricule 7 n'est celui d'aucune ligne de ce fichier."
    )
    assert last.startswith("Rien n'a été importé")
    assert count(database) == 0


def test_many_wrong_lines_are_counted(run: Run, tmp_path: Path) -> None:
    result = run("import", "hr", put(tmp_path, *(line(str(number), Quotité="0") for number in range(250))))
    assert len(result.stderr.splitlines()) == 202
    assert "… et 50 autres erreurs." in result.stderr


def test_no_such_file(run: Run, tmp_path: Path) -> None:
    for file, said in ((tmp_path / "absent.csv", "n'existe pas"), (tmp_path, "dossier")):
        result = run("import", "hr", file)
        assert result.exit_code == 2
        assert said in result.stderr


def test_file_that_may_not_be_read(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise PermissionError

    file = put(tmp_path, line("1"))
    monkeypatch.setattr(Path, "open", refuse)
    result = run("import", "hr", file)
    assert result.exit_code == 2
    assert "droits" in result.stderr


def test_no_such_authority(run: Run, database: Database, tmp_path: Path) -> None:
    file = put(tmp_path, line("1"))
    assert run("import", "hr", file, "--authority", "ailleurs").exit_code == 2
    with database.transaction() as session:
        create_authority(session, slug="haute-arlene", name="Haute-Arlène")
    assert run("import", "hr", file).exit_code == 2
    assert run("import", "hr", file, "--authority", "haute-arlene").exit_code == 0


def test_database_without_tables(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAIM_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    get_settings.cache_clear()
    result = run("import", "hr", put(tmp_path, line("1")))
    assert result.exit_code == 2
    assert "essaim migrate" in result.stderr


def test_journal_says_how_many(run: Run, database: Database, tmp_path: Path) -> None:
    run("import", "hr", put(tmp_path, *small_town()))
    with database.read() as connection:
        payload = json.loads(connection.execute(select(col(JournalEvent.payload))).scalar_one())
    assert payload["agents"]["created"] == 8
    assert payload["services"]["created"] == 2
