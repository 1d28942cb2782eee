"""The instant a rehearsal lives at."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.kit import clock

THEN = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(clock, "_file", None)
    monkeypatch.setattr(clock, "_rehearsed_at", None)
    followed = tmp_path / "clock"
    clock.follow(followed)
    return followed


def test_follows_the_file(file: Path) -> None:
    file.write_text("2026-11-26T10:30:00+01:00\n")
    assert clock.now() == THEN
    file.write_text("2026-11-26T10:30:00Z")
    assert clock.now() == THEN + timedelta(hours=1)


def test_without_the_file_the_real_instant_goes_on(file: Path) -> None:
    assert datetime.now(UTC) - clock.now() < timedelta(minutes=1)


def test_a_file_being_rewritten_changes_nothing(file: Path) -> None:
    file.write_text(THEN.isoformat())
    clock.now()
    file.write_text("")
    assert clock.now() == THEN


def test_an_instant_without_an_offset_is_refused(file: Path) -> None:
    file.write_text("2026-11-26T10:30:00")
    with pytest.raises(ValueError, match="aware"):
        clock.now()
