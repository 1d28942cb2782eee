"""The door for those who have an address, with a mail server behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from app.main import run_errands
from app.settings import Settings
from tests.support.post_office import PostOffice, post_office
from tests.support.visitor import Visitor
from tests.support.world import World


@pytest.fixture(scope="session")
def counter() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


@dataclass
class Door:
    world: World
    office: PostOffice
    settings: Settings

    def visitor(self) -> Visitor:
        return Visitor(self.world.app)

    def ask(self, email: str, visitor: Visitor | None = None, suite: str = "/") -> Visitor:
        """Somebody asks for a link from a browser."""
        visitor = visitor or self.visitor()
        visitor.get(f"/connexion/lien?suite={suite}")
        visitor.submit("/connexion/lien", email=email, suite=suite)
        return visitor

    def work(self) -> int:
        """The worker's round, until nothing is due."""
        total = 0
        while done := run_errands(self.world.database, self.settings):
            total += done
        return total

    def link(self) -> str:
        """The path that the last mail leads to."""
        body = self.office.messages[-1].get_body(("plain",))
        assert body is not None
        [line] = [line for line in body.get_content().splitlines() if "jeton=" in line]
        return str(line).strip().removeprefix(self.settings.public_url)


@pytest.fixture
def door(world: World, app: FastAPI, counter: PostOffice) -> Iterator[Door]:
    settings = Settings(
        worker="outside",
        smtp_url=counter.url,
        mail_from="Essaim de Valmoret <essaim@valmoret.test>",
        public_url="http://testserver",
    )
    usual, app.state.settings = app.state.settings, settings
    counter.messages.clear()
    counter.answer = "250 OK"
    yield Door(world, counter, settings)
    app.state.settings = usual
