"""Signing in by a provider, step by step."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
from sqlalchemy import func, select
from sqlmodel import col

from app.access.actor import system
from app.journal.models import JournalEvent
from app.openid import service
from app.openid.models import IdentityProvider
from app.openid.schemas import ProviderCreate
from app.signin.models import WebSession
from tests.openid.provider import Provider, path_of
from tests.support.world import World

SIRET = "21350238800019"


@dataclass
class Doors:
    """The town, its provider, and its provider as the town has set it."""

    world: World
    provider: Provider
    row: IdentityProvider

    @classmethod
    def open(cls, world: World, provider: Provider, **fields: Any) -> "Doors":
        with world.database.transaction() as session:
            form = {
                "name": "ProConnect",
                "profile": "proconnect",
                "issuer": provider.issuer,
                "client_id": "essaim",
                "sirets": [SIRET],
                **fields,
            }
            actor = system(world.authority.id)
            row = service.create(session, actor, ProviderCreate.model_validate(form))
        return cls(world, provider, row)

    def set(self, **fields: Any) -> None:
        """Change fields of the provider's row."""
        with self.world.database.transaction() as session:
            row = session.get_one(IdentityProvider, self.row.id)
            service.edit(session, system(self.world.authority.id), row, fields)

    def leave(self, **query: Any) -> str:
        """Where the browser is sent to."""
        response = self.world.http.get("/oidc/depart", params=query, follow_redirects=False)
        assert response.status_code == 303, response.text
        return response.headers["location"]

    def asked(self, **query: Any) -> dict[str, str]:
        """What the authorization request asks for."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.leave(**query)).query).items()}

    def come_back(self, url: str) -> httpx.Response:
        """The browser, sent back by the provider."""
        response: httpx.Response = self.world.http.get(path_of(url), follow_redirects=False)
        return response

    def sign_in(
        self,
        account: str = "sub-bruno",
        email: str | None = "bruno@valmoret.test",
        *,
        acr: str = "eidas1",
        fault: str | None = None,
        query: dict[str, Any] | None = None,
        same_browser: bool = False,
        **claims: Any,
    ) -> httpx.Response:
        """From the town's door to the provider and back; the last answer. `siret` and `uid` are Bruno's by default.

        `same_browser`: the provider may remember a session of an earlier sign-in.
        """
        if not same_browser:
            self.provider.fresh_browser()
        known = {"email": email, "uid": "00010005", "siret": SIRET, **claims}
        told = {name: value for name, value in known.items() if value is not None}
        self.provider.recognises(account, acr=acr, fault=fault, **told)
        return self.come_back(self.provider.through(self.leave(**(query or {}))))

    def me(self) -> str | None:
        """The name of whoever is signed in with the browser, as the first page greets them."""
        response = self.world.http.get("/", follow_redirects=False)
        if response.status_code == 303:
            return None
        for person in self.world.people.values():
            if person.agent.name in response.text:
                return person.agent.given_name.lower()
        raise AssertionError(response.text)

    def sessions(self) -> int:
        with self.world.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(WebSession)).scalar_one())

    def events(self, *types: str) -> list[tuple[str, dict[str, Any]]]:
        """The facts of these types, in order."""
        with self.world.database.read() as connection:
            statement = (
                select(col(JournalEvent.type), col(JournalEvent.payload))
                .where(col(JournalEvent.type).in_(types))
                .order_by(col(JournalEvent.id))
            )
            return [(kind, json.loads(payload)) for kind, payload in connection.execute(statement)]
