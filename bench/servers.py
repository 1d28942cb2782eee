"""The servers measured: Essaim and the floor, each with its processes and what they hold in memory."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

START_SECONDS = 60
Command = Callable[[int], Sequence[str | Path]]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Server:
    """A running server and how long it took from its command to its first answer."""

    process: "subprocess.Popen[bytes]"
    port: int
    started_in: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """The processes that answer requests."""
        children = [
            int(child)
            for task in Path(f"/proc/{self.process.pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
        serving = [
            child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        return serving or [self.process.pid]


@contextmanager
def essaim(database_url: str, *, workers: int, **settings: str) -> Iterator[Server]:
    """`essaim serve`, quiet, with the journal's worker elsewhere, as in production, and with further `settings`."""
    environment = {
        "ESSAIM_DATABASE_URL": database_url,
        "ESSAIM_LOG_LEVEL": "warning",
        # A few tokens stand for a whole town.
        "ESSAIM_WRITES_PER_MINUTE": "1000000",
        "ESSAIM_SEARCHES_PER_MINUTE": "1000000",
        "ESSAIM_EXPORTS_PER_HOUR": "1000000",
        "ESSAIM_WORKER": "outside",
        **settings,
    }
    with _running(
        lambda port: [BIN / "essaim", "serve", "--port", str(port), "--workers", str(workers)],
        "/healthz",
        environment,
    ) as server:
        yield server


@contextmanager
def floor(*, workers: int) -> Iterator[Server]:
    """The bare routes of `bench.floor`."""
    options = ["--workers", str(workers), "--no-access-log", "--log-level", "warning"]
    with _running(
        lambda port: [BIN / "uvicorn", "bench.floor:app", "--port", str(port), *options], "/async/2", {}
    ) as server:
        yield server


@contextmanager
def _running(command: Command, path: str, environment: dict[str, str]) -> Iterator[Server]:
    port = _free_port()
    started = time.perf_counter()
    process = subprocess.Popen(command(port), env={**os.environ, **environment})
    try:
        _wait(process, f"http://127.0.0.1:{port}{path}")
        yield Server(process, port, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError(f"nothing answers at {url}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory(pid: int, name: str) -> float:
    """A figure of `/proc/PID/status` (VmRSS, VmHWM) or `smaps_rollup` (Pss), in MB."""
    for source in ("status", "smaps_rollup"):
        for line in Path(f"/proc/{pid}/{source}").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
    raise KeyError(name)


def forget_peak(pid: int) -> None:
    """Count VmHWM anew from what the process holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
