"""How often somebody who is known may do what costs: counted in each server process, in memory alone.

In memory, because a counter that is stored would say at what instant somebody last wrote, and so who wrote the
protected report of that instant; and because what is counted so is frequent, and a transaction for each would cost more
than it saves. Several processes let through as many times as much. Doors, which are guessed at, count in the database
(`kit.limits`), and so do whole lists.
"""

import math
import time
from collections.abc import Callable
from threading import Lock

from app.kit.limits import Limit, refusal

MAX_KEYS = 50_000
SECOND = 1_000_000_000


class Meter:
    """The generic cell rate algorithm of `kit.limits`, for the keys of one process. `now` is in nanoseconds."""

    def __init__(self, limit: Limit, now: Callable[[], int] = time.monotonic_ns) -> None:
        self._now = now
        self._span = round(limit.seconds * SECOND)
        self._step = self._span // limit.times
        self._restored: dict[str, int] = {}
        self._lock = Lock()

    def take(self, key: str) -> None:
        """Count one under `key`. Raises `TooManyRequests` where none is left."""
        now = self._now()
        with self._lock:
            restored = max(self._restored.get(key, now), now) + self._step
            wait = restored - now - self._span
            if wait <= 0:
                self._restored[key] = restored
                if len(self._restored) > MAX_KEYS:
                    self._restored = {one: until for one, until in self._restored.items() if until > now}
                return
        raise refusal(math.ceil(wait / SECOND))
