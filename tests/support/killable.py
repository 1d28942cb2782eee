"""A real server that is killed over and over."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.kit.vault import new_key

STARTING_SECONDS = 60


@dataclass
class Killable:
    """Servers over one database, one after the other, on one port."""

    url: str
    process: subprocess.Popen[str]
    statements: int = 0
    """How many statements the last server that killed itself had begun."""

    @contextmanager
    def server(self, instant: int = 0) -> Iterator[int]:
        """A server, ready; its process id. It is killed at that instant (`killed_server`), or when the block ends."""
        assert self.process.stdin
        self.process.stdin.write(f"{instant}\n")
        self.process.stdin.flush()
        pid = int(self._said())
        try:
            self._wait()
            yield pid
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            said = self._said()
            if said.startswith("killed after "):
                self.statements = int(said.rpartition(" ")[2])
                said = self._said()
            assert said == f"gone {int(signal.SIGKILL)}"

    def _said(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("the server did not start")


@contextmanager
def killable(database_url: str, log: Path) -> Iterator[Killable]:
    """Servers to kill, over the database; what they say goes to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {"ESSAIM_DATABASE_URL": database_url, "ESSAIM_WORKER": "outside", "KILLABLE_PORT": str(port)}
    settings["ESSAIM_PROTECTION_KEY"] = new_key()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killed_server"],
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
        try:
            yield Killable(f"http://127.0.0.1:{port}", process)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(timeout=20)
            assert process.stdout
            process.stdout.close()
