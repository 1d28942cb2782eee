"""A town whose agents have accounts at a provider that runs."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.openid import farewell, pages
from app.openid.discovery import Directory
from tests.openid.doors import Doors
from tests.openid.provider import PUBLIC_URL, SECRET, Provider, running_provider
from tests.support.world import World


@pytest.fixture(scope="session")
def running() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.fresh_browser()
    running.recognises("nobody")
    return running


@pytest.fixture
def own_secrets(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """The application with the secret of the tests' clients, and nothing remembered of any provider."""
    secrets = {"valmoret/oidc": SecretStr(SECRET), "ailleurs/oidc": SecretStr(SECRET)}
    directory = Directory()
    for module in (pages, farewell):
        monkeypatch.setattr(module, "directory", directory)
    before = app.state.settings
    app.state.settings = before.model_copy(update={"oidc_secrets": secrets, "public_url": PUBLIC_URL})
    yield app
    app.state.settings = before


@pytest.fixture
def doors(own_secrets: FastAPI, world: World, provider: Provider) -> Doors:
    """ProConnect's profile, at the provider that runs, for the town."""
    return Doors.open(world, provider)
