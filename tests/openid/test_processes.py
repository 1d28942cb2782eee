"""A server of two processes: the browser leaves by one and may come back by the other."""

import json
from pathlib import Path

import httpx2 as httpx

from tests.openid.doors import SIRET, Doors
from tests.openid.provider import SECRET, Provider, path_of
from tests.support.server import running_server
from tests.support.world import World


def test_out_by_one_and_in_by_another(
    world: World, database_url: str, tmp_path: Path, provider: Provider
) -> None:
    Doors.open(world, provider)
    provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
    log = tmp_path / "server.log"
    secrets = json.dumps({"valmoret/oidc": SECRET})
    unsaid = [SECRET, "bruno@valmoret.test", "sub-bruno"]
    with running_server(database_url, log, "--workers", "2", ESSAIM_OIDC_SECRETS=secrets) as url:
        for _ in range(6):
            # A new connection each time, which either process may take.
            with httpx.Client(base_url=url) as browser:
                away = browser.get("/oidc/depart").headers["location"]
                cookies = browser.cookies
                unsaid += [str(cookie.value) for cookie in cookies.jar]
            back = provider.through(away)
            with httpx.Client(base_url=url, cookies=cookies) as browser:
                response = browser.get(path_of(back))
                assert response.status_code == 303, response.text
                assert "Bruno" in browser.get("/").text
                unsaid += [str(cookie.value) for cookie in browser.cookies.jar]
            unsaid += [*_values(away), *_values(back)]
    said = log.read_text()
    assert '"level": "error"' not in said
    assert [secret for secret in unsaid if secret in said] == []


def _values(url: str) -> list[str]:
    """What a query says that nobody should read in a log: codes, states, nonces, challenges."""
    query = httpx.URL(url).params
    return [query[name] for name in ("code", "state", "nonce", "code_challenge") if name in query]
