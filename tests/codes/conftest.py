"""The lab prints, agents without email come in."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from pypdf import PdfReader

from app.access.capacity import Capacity
from app.settings import Settings
from tests.support.visitor import Visitor
from tests.support.world import World

TELEPHONE = "01 23 45 67 89"
CODE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}")


@dataclass
class Yard:
    """Alice has no email, nor have Emile and Fatou, of the roads service below her directorate."""

    world: World
    settings: Settings

    def print(self, by: str = "lab", expect: int = 201, **body: Any) -> bytes:
        """The sheet."""
        person = self.world.people[by]
        response = person.request(
            "POST", "/sign-in-codes", json={"telephone": TELEPHONE, **body}, expect=expect
        )
        return bytes(response.content)

    def code_of(self, name: str) -> str:
        """A new code, printed for one agent."""
        return codes_in(self.print(agent_ids=[self.world.people[name].id]))[0]

    def enter(
        self, name: str, code: str, *, expect: int = 303, visitor: Visitor | None = None, **fields: str
    ) -> Visitor:
        visitor = visitor or Visitor(self.world.app)
        visitor.get("/connexion/code")
        hr_id = self.world.people[name].agent.hr_id
        visitor.submit("/connexion/code", hr_id=hr_id, code=code, expect=expect, **fields)
        return visitor

    def codes(self, **query: Any) -> list[dict[str, Any]]:
        """What the lab sees of the codes given."""
        items: list[dict[str, Any]] = self.world.lab.get("/sign-in-codes", params=query)["items"]
        return items


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def codes_in(pdf: bytes) -> list[str]:
    return CODE.findall(text_of(pdf))


@pytest.fixture
def yard(world: World, app: FastAPI) -> Iterator[Yard]:
    world.add_directorate("DEP/voirie", "Voirie", parent="DEP")
    world.add_person("emile", "DEP/voirie", manager="head_dep", email=None)
    world.add_person("fatou", "DEP/voirie", manager="head_dep", email=None)
    world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)
    settings = Settings(worker="outside", code_key=SecretStr("k" * 32), public_url="http://testserver")
    usual, app.state.settings = app.state.settings, settings
    yield Yard(world, settings)
    app.state.settings = usual
