"""The whole application on connections that see nothing unless told: a day of two towns, and the worker's round."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import make_url

from app.journal import proof
from app.journal.worker import Worker
from app.kit.bounds import everywhere, within
from app.kit.database import Database
from app.kit.ids import new_id
from app.kit.migrations import upgrade
from app.main import do_chores
from app.people.service import create_authority
from migrations.sealing import SHARED
from tests.half_days.builders import MONDAY, on
from tests.sealing.neighbours import furnish
from tests.support.world import World


@pytest.fixture
def strict(world: World) -> Iterator[Database]:
    with Database(world.database.url.render_as_string(hide_password=False)) as opened:
        yield opened


def test_a_day_of_two_towns(world: World, strict: Database) -> None:
    """Nothing here sees more than it says: requests, reactions, subscribers, chores."""
    with World.build(world.app, world.database, slug="haute-arlene") as other, on(MONDAY):
        world.app.state.database = strict
        for town in (world, other):
            furnish(town)
        worker = Worker(strict, chores=do_chores)
        assert worker.drain() > 0
        for town in (world, other):
            with within(town.authority.id):
                verdict = proof.verify(strict, town.authority.id)
            assert verdict.fault is None
            assert verdict.events > 20
            assert town.lab.get("/notices")["items"], "the worker told people"
            found = town.alice.get("/irritants", params={"q": "portail"})["items"]
            assert found, "the search finds what is theirs"
            text = town.lab.request("GET", "/half-days", headers={"Accept": "application/x-ndjson"}).text
            assert text.count("\n") > 10, "a stream sees what is theirs"


class TestOwner:
    """Who owns the tables need be no superuser."""

    @pytest.fixture
    def owner(self, request: pytest.FixtureRequest) -> Iterator[str]:
        """The URL of a new database whose owner may do nothing else, not even create roles."""
        admin_url = request.getfixturevalue("postgres")
        name = f"owner_{new_id().hex}"
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {name} LOGIN")
            admin.execute(f"CREATE DATABASE {name} OWNER {name}")
            yield make_url(admin_url).set(database=name, username=name).render_as_string(hide_password=False)
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            admin.execute(f"DROP OWNED BY {name}")
            admin.execute(f"DROP ROLE {name}")

    def test_is_told_what_to_ask_for(self, owner: str, postgres: str) -> None:
        role = f"app_{new_id().hex[-12:]}"
        with pytest.raises(RuntimeError, match=f"CREATE ROLE {role} NOLOGIN") as refused:
            upgrade(owner, role=role)
        statements = str(refused.value).partition(" run: ")[2]
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(statements)
        try:
            upgrade(owner, role=role)
            with Database(owner, role=role) as database:
                with everywhere(), database.transaction() as session:
                    ours = create_authority(session, slug="valmoret", name="Valmoret")
                    create_authority(session, slug="haute-arlene", name="Haute-Arlène")
                with within(ours.id), database.read() as connection:
                    rows = connection.exec_driver_sql("SELECT slug FROM authorities").scalars().all()
                assert rows == ["valmoret"]
                upgrade(owner, role=role)
            self._by_a_login_that_owns_nothing(owner, postgres, role, ours.id)
            # A backup is made by the owner, whom no policy holds back.
            with Database(owner, role=None) as owned, owned.read() as connection:
                assert len(connection.exec_driver_sql("SELECT slug FROM authorities").all()) == 2
        finally:
            with psycopg.connect(
                make_url(owner).set(username="postgres").render_as_string(), autocommit=True
            ) as c:
                c.execute(f"DROP OWNED BY {role}, {role}_everywhere")
                c.execute(f"DROP ROLE {role}, {role}_everywhere")

    def _by_a_login_that_owns_nothing(self, owner: str, postgres: str, role: str, ours: UUID) -> None:
        login = f"server_{role}"
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {login} LOGIN NOINHERIT IN ROLE {role}, {role}_everywhere")
        try:
            url = make_url(owner).set(username=login).render_as_string(hide_password=False)
            with Database(url, role=role) as database:
                with within(ours), database.transaction() as session:
                    slugs = (
                        session.connection().exec_driver_sql("SELECT slug FROM authorities").scalars().all()
                    )
                    assert slugs == ["valmoret"]
                with everywhere(), database.read() as connection:
                    assert len(connection.exec_driver_sql("SELECT slug FROM authorities").all()) == 2
        finally:
            with psycopg.connect(postgres, autocommit=True) as admin:
                admin.execute(f"DROP ROLE {login}")

    def test_may_name_another_role_later(self, owner: str, postgres: str) -> None:
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(f"ALTER ROLE {make_url(owner).username} CREATEROLE")
        first, second = (f"app_{new_id().hex[-12:]}" for _ in range(2))
        try:
            for role in (first, second):
                upgrade(owner, role=role)
            with Database(owner, role=None) as owned, owned.read() as connection:
                policies = connection.exec_driver_sql(
                    "SELECT tablename, count(*), array_agg(DISTINCT roles::text) FROM pg_policies GROUP BY 1"
                ).all()
            assert len(policies) > 40
            assert not {table for table, _count, _roles in policies} & set(SHARED)
            for table, count, roles in policies:
                assert (count, sorted(roles)) == (2, sorted([f"{{{second}}}", f"{{{second}_everywhere}}"])), (
                    table
                )
        finally:
            with psycopg.connect(
                make_url(owner).set(username="postgres").render_as_string(), autocommit=True
            ) as c:
                for role in (first, second):
                    c.execute(f"DROP OWNED BY {role}, {role}_everywhere")
                    c.execute(f"DROP ROLE {role}, {role}_everywhere")
