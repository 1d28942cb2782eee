"""A real Essaim in a process of its own, on a free loopback port."""

import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTING_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(database_url: str, log: Path, *arguments: str, **environment: str) -> Iterator[str]:
    """The base URL of `essaim serve` over the database, whose certificate is trusted; its log goes to `log`."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), *arguments]
    settings = {
        "ESSAIM_DATABASE_URL": database_url,
        "ESSAIM_LOG_FORMAT": "json",
        # The PostgreSQL of the tests may be the one that a pipeline has beside it.
        "ESSAIM_CLEARTEXT_TO": "database",
        **environment,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=output, stderr=output)
        try:
            by_tls = "--tls-certificate" in arguments
            url = f"http{'s' if by_tls else ''}://127.0.0.1:{port}"
            trusted = arguments[arguments.index("--tls-certificate") + 1] if by_tls else None
            _wait(url, process, log, ssl.create_default_context(cafile=trusted) if trusted else None)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path, context: ssl.SSLContext | None) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=5, context=context).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-3000:]}")
