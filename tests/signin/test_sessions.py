"""Sessions: opened, used, left alone, ended."""

import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from app.access.actor import system
from app.access.capacity import Capacity
from app.journal.models import JournalEvent
from app.journal.service import record
from app.kit import clock
from app.kit.digests import digest
from app.main import do_chores
from app.people.events import AgentLeft
from app.people.models import Agent
from app.signin.models import Method, WebSession
from app.signin.sessions import open_session
from app.signin.sessions import signed_in as who_is
from tests.signin.builders import cookie, signed_in
from tests.support.world import Caller, World

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
        """It ends within a sixth of the time before it is over, never after."""
        visitor, opened = signed_in(world, world.alice, method=method), clock.now()
        used = opened + idle * 5 / 6 - timedelta(seconds=5)
        with clock.at(used):
            assert visitor.is_inside()
        # That very use lets it live on.
        with clock.at(used + idle * 5 / 6 - timedelta(seconds=5)):
            assert visitor.is_inside()
        with clock.at(used + idle * 5 / 6 - timedelta(seconds=5) + idle):
            assert not visitor.is_inside()

    def test_seven_days_whatever_its_use(self, world: World) -> None:
        visitor, opened = signed_in(world, world.alice), clock.now()
        for hours in range(9, 7 * 24, 9):
            with clock.at(opened + timedelta(hours=hours)):
                assert visitor.is_inside(), hours
        with clock.at(opened + timedelta(days=7)):
            assert not visitor.is_inside()

    def test_a_use_is_written_by_steps(self, world: World) -> None:
        """A sixth of the time that it leaves: two hours, or five minutes."""
        start = datetime(2026, 11, 24, 12, 0, 1, tzinfo=UTC)
        with clock.at(start):
            visitor = signed_in(world, world.alice)
        for later, written in ((timedelta(hours=1, minutes=59), 0), (timedelta(hours=2, minutes=1), 1)):
            with clock.at(start + later), world.counted_queries() as seen:
                visitor.get("/")
            assert sum(statement.startswith("UPDATE web_sessions") for statement in seen) == written

    def test_when_it_was_used_is_known_by_day(self, world: World) -> None:
        """What is stored and shown cannot be laid beside a log."""
        start = datetime(2026, 11, 24, 23, 30, 17, tzinfo=UTC)  # in Paris, the day after
        with clock.at(start):
            visitor = signed_in(world, world.alice)
        with clock.at(start + timedelta(hours=9, seconds=41)):
            visitor.get("/")
            [item] = world.alice.get("/me/sessions")["items"]
        assert item["last_used_at"] == "2026-11-24T23:00:00Z"
        assert item["idle_until"] == "2026-11-25T20:00:00Z"

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

    def test_all_of_them(self, world: World) -> None:
        mine, bruno = [signed_in(world, world.alice) for _ in range(3)], signed_in(world, world.bruno)
        world.alice.delete("/me/sessions")
        assert not any(visitor.is_inside() for visitor in mine)
        assert bruno.is_inside()
        world.alice.delete("/me/sessions")

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


class TestOfSomebody:
    """/agents/{id}/sessions, for administrators."""

    @pytest.fixture
    def admin(self, world: World) -> Caller:
        return world.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)

    def test_anonymous_and_strangers(self, world: World, admin: Caller) -> None:
        visitor = signed_in(world, world.alice)
        session_id = world.alice.get("/me/sessions")["items"][0]["id"]
        path = f"/agents/{world.alice.id}/sessions"
        for caller, status in ((world.anonymous, 401), (world.alice, 403), (world.lab, 403), (world.hr, 403)):
            caller.get(path, expect=status)
            caller.delete(path, expect=status)
            caller.delete(f"{path}/{session_id}", expect=status)
        assert visitor.is_inside()

    def test_seen_and_ended(self, world: World, admin: Caller) -> None:
        visitor, other = signed_in(world, world.alice), signed_in(world, world.bruno)
        path = f"/agents/{world.alice.id}/sessions"
        [item] = admin.get(path)["items"]
        assert item["method"] == "link"
        assert "idle_until" not in item
        admin.delete(f"/agents/{world.bruno.id}/sessions/{item['id']}", expect=404)
        assert visitor.is_inside()
        admin.delete(f"{path}/{item['id']}")
        assert not visitor.is_inside()
        assert other.is_inside()
        assert world.event_types(item["id"]) == ["session.opened", "session.closed"]
        world.work()
        [event] = [one for one in world.alice.get("/me/events")["items"] if one["type"] == "session.closed"]
        assert event["payload"] == {"agent_id": world.alice.id, "reason": "administrator"}
        admin.delete(f"{path}/{item['id']}", expect=404)

    def test_all_at_once(self, world: World, admin: Caller) -> None:
        theirs, bruno = [signed_in(world, world.alice) for _ in range(3)], signed_in(world, world.bruno)
        admin.delete(f"/agents/{world.alice.id}/sessions")
        assert not any(visitor.is_inside() for visitor in theirs)
        assert bruno.is_inside()
        assert count(world) == 1

    def test_elsewhere(self, world: World, admin: Caller) -> None:
        visitor = signed_in(world, world.alice)
        session_id = world.alice.get("/me/sessions")["items"][0]["id"]
        path = f"/agents/{world.alice.id}/sessions"
        with World.build(world.app, world.database, slug="ailleurs") as elsewhere:
            other = elsewhere.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)
            other.get(path, expect=404)
            other.delete(path, expect=404)
            other.delete(f"{path}/{session_id}", expect=404)
            other.delete(f"/agents/{other.id}/sessions/{session_id}", expect=404)
        assert visitor.is_inside()
        for method in ("GET", "DELETE"):
            admin.request(method, f"/agents/{UNKNOWN}/sessions", expect=404)


class TestLeaving:
    """Who has left is out already; what is ended here does not come back with them."""

    def leave(self, world: World, days: int) -> None:
        with world.database.transaction() as session:
            agent = session.get_one(Agent, world.alice.agent.id)
            agent.left_on = clock.today("Europe/Paris") + timedelta(days=days)
            session.flush()
            event = AgentLeft(subject_id=agent.id, left_on=agent.left_on)
            record(session, event, by=system(agent.authority_id))

    def test_at_once_where_the_last_day_is_past(self, world: World) -> None:
        signed_in(world, world.alice)
        signed_in(world, world.bruno)
        self.leave(world, -1)
        assert count(world) == 1
        assert world.alice.request("GET", "/me").status_code == 401

    def test_after_the_last_day(self, world: World) -> None:
        evening = datetime(2026, 11, 24, 20, tzinfo=UTC)
        with clock.at(evening):
            visitor = signed_in(world, world.alice)
            self.leave(world, 0)
            do_chores(world.database)
            assert visitor.is_inside()
        with clock.at(evening + timedelta(hours=4)):
            do_chores(world.database)
            do_chores(world.database)
        assert count(world) == 0
        with world.database.read() as connection:
            reasons = connection.execute(
                select(col(JournalEvent.payload)).where(col(JournalEvent.type) == "session.closed")
            ).scalars()
            assert [msgspec.json.decode(one)["reason"] for one in reasons] == ["left"]
