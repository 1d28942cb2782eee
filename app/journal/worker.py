"""The loop that seals, delivers and does what is due: inside the server, or as `essaim worker`, as many as wanted."""

import threading
import time
from collections.abc import Callable

import structlog

from app.journal import checkpoints, persons, service
from app.journal.keys import Keyring
from app.kit.database import Database

log = structlog.get_logger("essaim.worker")


CHORE_SECONDS = 60

Chores = Callable[[Database], int]
"""What is due by the calendar: closing, expiring, calling missed. Idempotent; returns how many acts it did."""


Errands = Callable[[Database], int]
"""What waits for nothing but a worker: mail to be sent. Returns how many acts it did."""


class Worker:
    """Seals, delivers and runs the `errands` until stopped, and does the `chores` each minute; idles `pause` seconds in
    between.

    With `keys`, it signs a checkpoint of each chain that moved, once an hour.
    """

    def __init__(
        self,
        database: Database,
        *,
        chores: Chores | None = None,
        errands: Errands | None = None,
        keys: Keyring | None = None,
        pause: float = 1.0,
    ) -> None:
        self.database = database
        self.chores = chores
        self.errands = errands
        self.keys = keys
        self.pause = pause
        self._chores_due = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run_once(self) -> int:
        """One round: how many acts were done, events sealed, looked at and delivered, checkpoints signed, messages
        sent."""
        done = 0
        is_minute = time.monotonic() >= self._chores_due
        if is_minute:
            self._chores_due = time.monotonic() + CHORE_SECONDS
        if is_minute and self.chores:
            done = self.chores(self.database)
        done += service.seal(self.database) + persons.index(self.database)
        if is_minute and self.keys:
            done += checkpoints.make_due(self.database, self.keys)
        done += service.deliver(self.database)
        return done + (self.errands(self.database) if self.errands else 0)

    def drain(self) -> int:
        """Work until nothing is left that is due."""
        total = 0
        while done := self.run_once():
            total += done
        return total

    def run(self) -> None:
        """Work until `stop`. A round that fails is logged and tried again after a pause."""
        while not self._stop.is_set():
            try:
                done = self.run_once()
            except Exception as error:
                log.error("round failed", exc_info=error)
                done = 0
            if not done:
                self._stop.wait(self.pause)

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="essaim-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=10)
