"""A journal alone: an authority, one kind of event, and no subscriber but the test's own."""

from collections import defaultdict

import pytest

from app.access.actor import Actor, system
from app.journal import persons, service
from app.kit.database import Database
from app.people.service import create_authority


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reactions and subscribers of the rooms stay out, and the test's own do not outlive it."""
    monkeypatch.setattr(service, "_reactions", defaultdict(list))
    monkeypatch.setattr(service, "_subscribers", {})
    monkeypatch.setattr(persons, "_relations", defaultdict(list))


@pytest.fixture
def actor(database: Database) -> Actor:
    """Somebody of an authority with an empty journal."""
    with database.transaction() as session:
        authority = create_authority(session, slug="valmoret", name="Ville de Valmoret")
    return system(authority.id)


@pytest.fixture
def neighbour(database: Database) -> Actor:
    """Somebody of another authority."""
    with database.transaction() as session:
        authority = create_authority(session, slug="haute-arlene", name="Haute-Arlène")
    return system(authority.id)
