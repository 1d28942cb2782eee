"""The one place that asks what time it is, so that a test or a simulation may answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_instant", default=None)
_lot = SystemRandom()
_A_DAY = 86_400_000_000
_file: Path | None = None
_rehearsed_at: datetime | None = None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or _rehearsed() or datetime.now(UTC)


def blurred() -> datetime:
    """Some instant of the last twenty-four hours, drawn by lot: what is dated so cannot be laid beside a log."""
    return now() - timedelta(microseconds=_lot.randrange(_A_DAY))


def frozen() -> datetime | None:
    """The instant that `at` holds here, in UTC; None outside of it."""
    return _frozen.get()


def today(time_zone: str) -> date:
    """The present day in an IANA zone such as `America/Cayenne`."""
    return now().astimezone(ZoneInfo(time_zone)).date()


def follow(file: Path) -> None:
    """Live, in this process, at the instant (RFC 3339) that `file` holds; at the real one while it is not there.

    For rehearsals: whoever writes the file turns the pages of the calendar for every process that follows it. A file
    found empty is being rewritten: the instant it held last goes on.
    """
    global _file, _rehearsed_at
    _file, _rehearsed_at = file, None


def _rehearsed() -> datetime | None:
    global _rehearsed_at  # noqa: PLW0603 one clock a process
    if _file is None:
        return None
    try:
        written = _file.read_text().strip()
    except FileNotFoundError:
        return None
    if written:
        instant = datetime.fromisoformat(written)
        if instant.tzinfo is None:
            raise ValueError(f"{_file}: the instant must be aware")
        _rehearsed_at = instant.astimezone(UTC)
    return _rehearsed_at


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Live at `instant` (aware) inside the block. For tests, the demonstration and simulations."""
    if instant.tzinfo is None:
        raise ValueError("the instant must be aware")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
