"""An HR export that still names somebody who was erased does not bring them back."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from app.access.actor import system
from app.kit.database import Database
from app.people.erased import digest, erased_among, remember
from app.people.models import Agent, ErasedMatricule
from app.people.service import create_authority
from app.privacy.service import forget
from tests.half_days.builders import on
from tests.people.builders import line
from tests.people.test_hr_import import LEFT, Town

DAY = date(2026, 4, 7)
HEAD = line("100", Service="")


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    """Agent 200 worked, left, and was erased; 300 reported to them."""
    with database.transaction() as session:
        authority = create_authority(session, slug="valmoret", name="Ville de Valmoret")
    made = Town(database, authority)
    with on(DAY):
        made.bring(HEAD, line("200", "100", **LEFT), line("300", "200"))
        with database.transaction() as session:
            forget(session, made.actor, session.get_one(Agent, made.agents()["200"].id))
        yield made


def test_a_leaver_stays_erased(town: Town) -> None:
    plan = town.bring(HEAD, line("200", "100", **LEFT), line("300", "200"))
    assert (plan.erased, plan.returned) == (["200"], [])
    agents = town.agents()
    assert "200" not in agents
    assert agents["300"].manager_id is None
    assert len(agents) == 3


def test_a_second_import_changes_nothing(town: Town) -> None:
    rows = (HEAD, line("200", "100", **LEFT), line("300", "200"))
    town.bring(*rows)
    before = town.events()
    town.bring(*rows)
    assert town.events() == before


def test_who_comes_back_is_somebody_new(town: Town) -> None:
    former = next(agent for hr_id, agent in town.agents().items() if hr_id.startswith("effacee-"))
    plan = town.bring(HEAD, line("200", "100"), line("300", "200"))
    assert (plan.erased, plan.returned) == ([], ["200"])
    agents = town.agents()
    assert agents["200"].id != former.id
    assert agents["300"].manager_id == agents["200"].id
    assert agents[former.hr_id].family_name == "effacée"
    with town.database.transaction() as session:
        gone = agents["200"]
        session.get_one(Agent, gone.id).left_on = date(2026, 4, 1)
        forget(session, system(town.authority.id), session.get_one(Agent, gone.id))
    assert town.bring(HEAD, line("200", "100", **LEFT), line("300", "100")).erased == ["200"]


def test_what_is_kept_leads_to_nobody(town: Town) -> None:
    with town.database.session() as session:
        kept = session.execute(select(ErasedMatricule)).scalars().all()
    assert [row.digest for row in kept] == [digest(town.authority.id, "200")]
    assert {column.name for column in ErasedMatricule.__table__.columns} == {"id", "authority_id", "digest"}  # type: ignore[attr-defined]
    assert kept[0].id.version == 4


def test_a_matricule_is_known_in_its_authority_alone(town: Town) -> None:
    with town.database.transaction() as session:
        other = create_authority(session, slug="haute-arlene", name="Haute-Arlène")
        remember(session, town.authority.id, "200")
        assert erased_among(session, town.authority.id, ["100", "200", "201"]) == {"200"}
        assert erased_among(session, other.id, ["200"]) == set()
        assert len(session.execute(select(ErasedMatricule)).scalars().all()) == 1
