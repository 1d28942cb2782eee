"""The loop that seals and delivers: inside the server by default, or as `essaim worker`, as many as wanted."""

import threading

import structlog

from app.journal import service
from app.kit.database import Database

log = structlog.get_logger("essaim.worker")


class Worker:
    """Seals and delivers until stopped; idles `pause` seconds when there is nothing to do."""

    def __init__(self, database: Database, *, pause: float = 1.0) -> None:
        self.database = database
        self.pause = pause
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run_once(self) -> int:
        """One round: how many events were sealed or delivered."""
        return service.seal(self.database) + service.deliver(self.database)

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
