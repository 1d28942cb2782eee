"""What other servers say, remembered: asked for rarely, by one thread at a time, and outliving their absences."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

STALE_SECONDS: Final = 86_400
"""How long what was read last is lived on with, where the server does not answer."""

PATIENCE: Final = 1.0
"""Seconds that a thread waits for another's turn with a server."""

DOWN_SECONDS: Final = 5
"""How long a server that did not answer is not asked again, so that it does not take every thread."""


class Away(Exception):
    """The server does not answer, or what it answers is of no use; and nothing else is remembered."""


@dataclass(slots=True)
class _Memory:
    value: Any
    read_at: float

    def is_younger(self, seconds: float) -> bool:
        return time.monotonic() - self.read_at < seconds


class Remembered:
    """What was read of servers, for one process. A key is (the server, what of it)."""

    def __init__(self) -> None:
        self._known: dict[tuple[Hashable, str], _Memory] = {}
        self._down: dict[Hashable, float] = {}
        self._reading: dict[tuple[Hashable, str], Lock] = {}

    def get(self, key: tuple[Hashable, str], read: Callable[[], Any], *, lasts: float) -> Any:
        """What is known for less than `lasts` seconds, or is read anew by one thread: the others take what was known,
        or wait a moment for it.

        `read` raises `Away`, and so does this where nothing is known either.
        """
        known = self._known.get(key)
        if known is None or not known.is_younger(lasts):
            reading = self._reading.setdefault(key, Lock())
            if reading.acquire(timeout=0 if known else PATIENCE):
                try:
                    self._read_anew(key, read, lasts)
                finally:
                    reading.release()
        known = self._known.get(key)
        if known is None or not known.is_younger(max(lasts, STALE_SECONDS)):
            raise Away
        return known.value

    def _read_anew(self, key: tuple[Hashable, str], read: Callable[[], Any], lasts: float) -> None:
        known, server = self._known.get(key), key[0]
        if (known and known.is_younger(lasts)) or self._down.get(server, 0) > time.monotonic():
            return
        try:
            self._known[key] = _Memory(read(), time.monotonic())
        except Away:
            self._down[server] = time.monotonic() + DOWN_SECONDS
