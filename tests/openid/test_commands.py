"""`essaim provider` as an operator runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.openid.doors import SIRET
from tests.openid.provider import SECRET, Provider
from tests.support.world import World

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def essaim(world: World) -> Run:
    def run(*arguments: str, secret: str | None = SECRET) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "ESSAIM_DATABASE_URL": _url(world)}
        if secret:
            environment["ESSAIM_OIDC_SECRETS"] = json.dumps({"valmoret/oidc": secret})
        command = [sys.executable, "-m", "app.cli", "provider", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


def test_set_listed_checked_and_closed(essaim: Run, provider: Provider) -> None:
    made = essaim("set", provider.issuer, "--client-id", "essaim", "--siret", SIRET)
    assert made.returncode == 0, made.stderr
    provider_id = made.stdout.strip()
    listed = essaim("list")
    assert listed.stdout == f"{provider_id}\tProConnect\tproconnect\t{provider.issuer}\topen\n"
    checked = essaim("check")
    assert checked.returncode == 0, checked.stderr
    assert "http://127.0.0.1:8000/oidc/retour/valmoret" in checked.stdout
    # Set again, by its issuer: the fields given, and no other.
    again = essaim("set", provider.issuer, "--acr", "eidas2", "--algorithm", "ES256", "--closed")
    assert again.stdout.strip() == provider_id
    assert essaim("list").stdout.endswith("\tclosed\n")
    assert essaim("set", provider.issuer, "--active").returncode == 0
    wrong = essaim("check")
    assert wrong.returncode == 1
    assert "signs with RS256, not ES256" in wrong.stderr


def test_what_is_missing_is_named(essaim: Run, provider: Provider) -> None:
    made = essaim("set", provider.issuer, "--siret", SIRET)
    assert (made.returncode, made.stdout) == (1, "")
    assert "client_id" in made.stderr
    assert "sirets" in essaim("set", provider.issuer, "--client-id", "essaim").stderr
    assert "profile" in essaim("set", provider.issuer, "--client-id", "essaim", "--profile", "saml").stderr
    assert essaim("set", "http://elsewhere.test", "--client-id", "x", "--siret", SIRET).returncode == 1
    essaim("set", provider.issuer, "--client-id", "essaim", "--siret", SIRET)
    assert "issuer" not in essaim("set", provider.issuer, "--profile", "standard").stdout
    assert "profile" in essaim("set", provider.issuer, "--profile", "standard").stderr


def test_checked_without_secret_or_provider(essaim: Run, provider: Provider) -> None:
    essaim("set", provider.issuer, "--client-id", "essaim", "--siret", SIRET)
    unset = essaim("check", secret=None)
    assert (unset.returncode, "no secret under oidc" in unset.stderr) == (1, True)
    essaim("set", "http://127.0.0.1:1", "--client-id", "essaim", "--siret", SIRET)
    gone = essaim("check")
    assert (gone.returncode, "does not answer" in gone.stderr) == (1, True)


def test_no_such_authority(essaim: Run) -> None:
    assert essaim("list", "--authority", "nowhere").returncode == 1


def _url(world: World) -> str:
    return world.database.url.render_as_string(hide_password=False)
