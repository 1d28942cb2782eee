"""Several server processes: the browser leaves by one and comes back by another, and no log tells what it carried."""

import json
from pathlib import Path

import httpx2 as httpx
from fastapi import FastAPI

from tests.openid.doors import SIRET, Doors
from tests.openid.provider import SECRET, Provider, path_of
from tests.support.server import running_server
from tests.support.world import World


def test_out_by_one_and_in_by_another(
    world: World, own_secrets: FastAPI, database_url: str, tmp_path: Path, provider: Provider
) -> None:
    doors = Doors.open(world, provider)
    provider.recognises("sub-bruno", email="bruno@valmoret.test", siret=SIRET)
    log, secrets = tmp_path / "server.log", json.dumps({"valmoret/oidc": SECRET})
    with running_server(database_url, log, ESSAIM_OIDC_SECRETS=secrets) as url:
        with httpx.Client(base_url=url) as browser:
            away = browser.get("/oidc/depart").headers["location"]
            cookie = browser.cookies["essaim"]
        back = provider.through(away)
        world.http.cookies.set("essaim", cookie)
        assert doors.come_back(back).status_code == 303
        assert doors.me() == "bruno"

        world.http.cookies.clear()
        away_again = doors.leave()
        another = world.http.cookies["essaim"]
        back_again = provider.through(away_again)
        with httpx.Client(base_url=url, headers={"Cookie": f"essaim={another}"}) as browser:
            response = browser.get(path_of(back_again))
        assert response.status_code == 303, response.text
        inside = response.cookies["essaim"]
    unsaid = [SECRET, "bruno@valmoret.test", "sub-bruno", cookie, another, inside]
    unsaid += [value for address in (away, back, away_again, back_again) for value in _values(address)]
    said = log.read_text()
    assert "/oidc/retour" in said
    assert '"level": "error"' not in said
    assert [secret for secret in unsaid if secret in said] == []


def _values(url: str) -> list[str]:
    """What a query says that nobody should read in a log: codes, states, nonces, challenges."""
    query = httpx.URL(url).params
    return [query[name] for name in ("code", "state", "nonce", "code_challenge") if name in query]
