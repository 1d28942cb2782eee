"""Sessions: opened, used, left alone, ended."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from app.kit import clock
from app.kit.digests import digest
from app.main import do_chores
from app.people.models import Agent
from app.signin.models import Method, WebSession
from app.signin.sessions import open_session
from app.signin.sessions import signed_in as who_is
from tests.signin.builders import cookie, signed_in
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def count(world: World) -> int:
    with world.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(WebSession)).scalar_one())


class TestOpen:
    def test_only_a_digest_is_kept(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        with world.database.read() as connection:
            row = connection.execute(select(WebSession)).one()
        assert len(row.token_hash) == 64
        assert cookie(visitor) is not None
        assert str(cookie(visitor)) not in str(row)

    def test_the_one_it_replaces_ends(self, world: World) -> None:
        before = signed_in(world, world.alice)
        with world.database.transaction() as session:
            secret = open_session(
                session,
                world.alice.agent,
                method=Method.CODE,
                address=None,
                user_agent=None,
                replacing=cookie(before),
            )
        assert not before.is_inside()
        assert secret != cookie(before)
        assert count(world) == 1

    def test_is_an_event(self, world: World) -> None:
        signed_in(world, world.alice)
        with world.database.read() as connection:
            session_id = connection.execute(select(col(WebSession.id))).scalar_one()
        assert world.event_types(session_id) == ["session.opened"]

    def test_a_long_name_of_a_browser_is_cut(self, world: World) -> None:
        signed_in(world, world.alice, user_agent="x" * 5000)
        with world.database.read() as connection:
            assert connection.execute(select(func.length(col(WebSession.user_agent)))).scalar() == 300

    def test_a_thousand_at_the_same_instant(self, world: World) -> None:
        """Well, forty: each its own session, each its own secret."""
        secrets: list[str] = []

        def enter() -> None:
            with world.database.transaction() as session:
                secrets.append(
                    open_session(
                        session, world.alice.agent, method=Method.LINK, address=None, user_agent=None
                    )
                )

        threads = [threading.Thread(target=enter) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(secrets)) == count(world) == 40


class TestTime:
    @pytest.mark.parametrize(
        ("method", "idle"), [(Method.LINK, timedelta(hours=12)), (Method.CODE, timedelta(minutes=30))]
    )
    def test_left_alone(self, world: World, method: Method, idle: timedelta) -> None:
        visitor, opened = signed_in(world, world.alice, method=method), clock.now()
        with clock.at(opened + idle - timedelta(seconds=5)):
            assert visitor.is_inside()
        # That very use lets it live on.
        with clock.at(opened + 2 * idle - timedelta(seconds=10)):
            assert visitor.is_inside()
        with clock.at(opened + 3 * idle):
            assert not visitor.is_inside()

    def test_seven_days_whatever_its_use(self, world: World) -> None:
        visitor, opened = signed_in(world, world.alice), clock.now()
        for hours in range(11, 7 * 24, 11):
            with clock.at(opened + timedelta(hours=hours)):
                assert visitor.is_inside(), hours
        with clock.at(opened + timedelta(days=7)):
            assert not visitor.is_inside()

    def test_a_use_is_written_once_a_minute(self, world: World) -> None:
        visitor, opened = signed_in(world, world.alice), clock.now()
        with clock.at(opened + timedelta(seconds=30)), world.counted_queries() as seen:
            visitor.get("/")
        assert not any(statement.startswith("UPDATE") for statement in seen)
        with clock.at(opened + timedelta(seconds=61)), world.counted_queries() as seen:
            visitor.get("/")
        assert [statement.split()[1] for statement in seen if statement.startswith("UPDATE")] == [
            "web_sessions"
        ]

    def test_an_agent_who_has_left(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        yesterday = (clock.now() - timedelta(days=1)).date()
        with world.database.transaction() as session:
            session.execute(
                update(Agent).where(col(Agent.id) == world.alice.agent.id).values(left_on=yesterday)
            )
        assert not visitor.is_inside()

    def test_what_is_over_is_forgotten(self, world: World) -> None:
        signed_in(world, world.alice, method=Method.CODE)
        signed_in(world, world.bruno)
        with clock.at(clock.now() + timedelta(hours=2)):
            do_chores(world.database)
        with world.database.read() as connection:
            assert connection.execute(select(col(WebSession.agent_id))).scalars().all() == [
                world.bruno.agent.id
            ]


def test_an_actor_as_by_a_token(world: World) -> None:
    """The same person, the same capacities, whichever way they came."""
    for name in ("alice", "lab", "elected"):
        visitor = signed_in(world, world.people[name])
        with world.database.read() as connection:
            found = who_is(connection, str(cookie(visitor)))
        assert found is not None
        by_token = world.actor(name)
        assert (found.actor.agent_id, found.actor.name) == (by_token.agent_id, by_token.name)
        assert found.actor.capacities == by_token.capacities
        assert (by_token.method, found.actor.method) == ("token", "link")
        assert found.house == "Ville de Valmoret"


class TestMine:
    """GET and DELETE /me/sessions."""

    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/me/sessions", expect=401)
        world.anonymous.delete(f"/me/sessions/{UNKNOWN}", expect=401)

    def test_a_cookie_opens_no_api(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        assert visitor.http.get("/api/v1/me").status_code == 401

    def test_machine(self, world: World) -> None:
        world.machine("hr:read").get("/me/sessions", expect=403)

    def test_list(self, world: World) -> None:
        signed_in(world, world.alice, method=Method.CODE)
        signed_in(world, world.alice)
        signed_in(world, world.bruno)
        items = world.alice.get("/me/sessions")["items"]
        assert [item["method"] for item in items] == ["link", "code"]
        assert items[0]["address"] == "192.0.2.17"
        assert "token_hash" not in items[0]
        assert len(world.alice.get("/me/sessions?limit=1")["items"]) == 1
        world.alice.get("/me/sessions?limit=0", expect=422)

    def test_list_is_one_statement(self, world: World) -> None:
        for _ in range(3):
            signed_in(world, world.alice)
        world.alice.get("/me/sessions")
        with world.counted_queries() as seen:
            world.alice.get("/me/sessions")
        assert len(seen) == 2  # the token, the list

    def test_elected_members_too(self, world: World) -> None:
        signed_in(world, world.elected)
        assert len(world.elected.get("/me/sessions")["items"]) == 1

    def test_what_has_ended_is_not_listed(self, world: World) -> None:
        signed_in(world, world.alice, method=Method.CODE)
        with world.database.transaction() as session:
            session.execute(update(WebSession).values(idle_until=datetime(2026, 1, 1, tzinfo=UTC)))
        assert world.alice.get("/me/sessions")["items"] == []

    def test_revoke(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        session_id = world.alice.get("/me/sessions")["items"][0]["id"]
        world.alice.delete(f"/me/sessions/{session_id}")
        assert not visitor.is_inside()
        assert world.event_types(session_id) == ["session.opened", "session.closed"]
        world.alice.delete(f"/me/sessions/{session_id}", expect=404)

    def test_not_anybody_elses(self, world: World) -> None:
        visitor = signed_in(world, world.alice)
        session_id = world.alice.get("/me/sessions")["items"][0]["id"]
        for name in ("bruno", "lab", "hr"):
            world.people[name].delete(f"/me/sessions/{session_id}", expect=404)
        with World.build(world.app, world.database, slug="ailleurs") as elsewhere:
            elsewhere.alice.delete(f"/me/sessions/{session_id}", expect=404)
        assert visitor.is_inside()

    def test_bad_ids(self, world: World) -> None:
        world.alice.delete(f"/me/sessions/{UNKNOWN}", expect=404)
        world.alice.delete("/me/sessions/nope", expect=422)

    def test_one_of_two_who_revoke(self, world: World) -> None:
        signed_in(world, world.alice)
        session_id = world.alice.get("/me/sessions")["items"][0]["id"]
        answers: list[int] = []

        def revoke() -> None:
            answers.append(world.alice.request("DELETE", f"/me/sessions/{session_id}").status_code)

        threads = [threading.Thread(target=revoke) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(answers) <= {204, 404}
        assert world.event_types(session_id) == ["session.opened", "session.closed"]


def test_the_digest_is_what_is_looked_up(world: World) -> None:
    visitor = signed_in(world, world.alice)
    with world.database.read() as connection:
        assert who_is(connection, digest(str(cookie(visitor)))) is None
