"""The API of notices: each person reads their own, and nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from app.journal import service as journal
from app.journal.worker import Worker
from app.kit import clock, i18n
from app.notices.models import Notice
from app.people.models import Agent
from tests.calls.builders import application
from tests.journal.stones import at_once
from tests.notices.builders import inbox, last
from tests.support.world import World, qualified, report

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


class TestList:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/notices", expect=401)

    def test_machine(self, world: World) -> None:
        world.machine("programme:read", "events:read").get("/notices", expect=403)

    def test_only_ones_own(self, world: World) -> None:
        irritant = qualified(world)
        (notice,) = inbox(world, "alice")
        assert notice == {
            "id": notice["id"],
            "kind": "irritant.qualified",
            "subject_type": "irritant",
            "subject_id": irritant["id"],
            "title": "Votre irritant est qualifié",
            "body": "« Le portail du dépôt ne s'ouvre plus » est désormais connu de tous les agents, qui peuvent le "
            "soutenir. Votre nom n'y figure pas. Vous n'avez rien à faire.",
            "created_at": notice["created_at"],
            "read_at": None,
        }
        for name in ("bruno", "head_dep", "hr", "elected"):
            assert inbox(world, name) == []

    def test_nothing_before_it_is_sealed(self, world: World) -> None:
        qualified(world)
        assert world.alice.get("/notices")["items"] == []

    def test_dated_when_it_happened(self, world: World) -> None:
        then = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
        with clock.at(then):
            qualified(world)
        assert inbox(world, "alice")[0]["created_at"] == "2026-03-05T09:30:00Z"

    def test_pages(self, world: World) -> None:
        for n in range(5):
            qualified(world, title=f"Irritant {n}")
        world.work()
        seen: list[dict[str, Any]] = []
        path = "/notices?limit=2"
        while True:
            response = world.alice.request("GET", path, expect=200)
            seen += response.json()["items"]
            if "next" not in response.links:
                break
            path = response.links["next"]["url"].removeprefix("/api/v1")
        assert [item["body"].split("»")[0] for item in seen] == [f"« Irritant {n} " for n in (4, 3, 2, 1, 0)]
        oldest = world.alice.get("/notices?sort=created_at&limit=1")["items"]
        assert oldest == seen[-1:]

    @pytest.mark.parametrize("query", ["sort=title", "unread=maybe", "cursor=x", "limit=0", "agent_id=x"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/notices?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    def test_constant_queries(self, world: World) -> None:
        for n in range(3):
            qualified(world, title=f"Irritant {n}")
        world.work()
        with world.counted_queries() as few:
            world.alice.get("/notices?limit=1")
        with world.counted_queries() as many:
            world.alice.get("/notices?unread=true")
        assert len(few) == len(many) == 2, "who calls, and the page"

    def test_in_the_readers_language(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        qualified(world)
        world.work()
        english = {"Votre irritant est qualifié": "Your irritant is qualified"}
        monkeypatch.setattr(i18n, "_catalogue", lambda language: english if language == "en" else {})
        for language, title in (("en", "Your irritant is qualified"), ("fr", "Votre irritant est qualifié")):
            response = world.alice.request("GET", "/notices", headers={"Accept-Language": language})
            assert response.json()["items"][0]["title"] == title
            assert response.headers["content-language"] == language
            assert response.headers["vary"] == "Accept-Language"


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/notices/{UNKNOWN}/read", expect=401)
        world.anonymous.post("/notices/read-all", expect=401)

    def test_machine(self, world: World) -> None:
        machine = world.machine("programme:read", "programme:write")
        machine.post(f"/notices/{UNKNOWN}/read", expect=403)
        machine.post("/notices/read-all", expect=403)

    def test_somebody_elses(self, app: Any, world: World) -> None:
        qualified(world)
        (notice,) = inbox(world, "alice")
        path = f"/notices/{notice['id']}/read"
        for name in ("bruno", "lab", "hr", "head_dep"):
            world.people[name].post(path, expect=404)
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.alice.post(path, expect=404)
        world.alice.post(f"/notices/{UNKNOWN}/read", expect=404)
        assert inbox(world, "alice")[0]["read_at"] is None

    def test_once_is_enough(self, world: World) -> None:
        qualified(world)
        (notice,) = inbox(world, "alice")
        path = f"/notices/{notice['id']}/read"
        first = world.alice.post(path)
        assert first["read_at"] is not None
        assert first == {**notice, "read_at": first["read_at"]}
        assert world.alice.post(path) == first

    def test_filter(self, world: World) -> None:
        for n in range(3):
            qualified(world, title=f"Irritant {n}")
        newest = inbox(world, "alice")[0]
        world.alice.post(f"/notices/{newest['id']}/read")
        assert [item["id"] for item in inbox(world, "alice", unread=False)] == [newest["id"]]
        assert len(inbox(world, "alice", unread=True)) == 2
        assert len(inbox(world, "alice")) == 3

    def test_all(self, world: World) -> None:
        for n in range(3):
            qualified(world, title=f"Irritant {n}")
        waiting = len(inbox(world, "lab"))
        world.alice.post(f"/notices/{inbox(world, 'alice')[0]['id']}/read")
        assert world.alice.post("/notices/read-all") == {"read": 2}
        assert world.alice.post("/notices/read-all") == {"read": 0}
        assert inbox(world, "alice", unread=True) == []
        assert len(inbox(world, "lab", unread=True)) == waiting, "everybody else's stay unread"

    def test_is_no_event(self, world: World) -> None:
        qualified(world)
        (notice,) = inbox(world, "alice")
        world.alice.post(f"/notices/{notice['id']}/read")
        assert world.event_types(notice["id"]) == []


class TestNames:
    def test_a_name_is_read_where_it_stands_today(self, world: World) -> None:
        application(world, by="bruno")
        assert last(world, "head_dej", "application.submitted")["title"] == "Bruno BRUNO se porte volontaire"
        with world.database.transaction() as session:
            session.get_one(Agent, world.bruno.agent.id).family_name = "DURAND"
        assert last(world, "head_dej", "application.submitted")["title"] == "Bruno DURAND se porte volontaire"

    def test_no_name_is_stored(self, world: World) -> None:
        application(world, by="bruno")
        world.work()
        with world.database.read() as connection:
            for row in connection.execute(text("SELECT title, body, facts FROM notices")):
                assert "BRUNO" not in str(row)

    def test_an_elected_member_reads_none(self, world: World) -> None:
        """Whatever the table says: should one be told who, the name stays out."""
        application(world, by="bruno")
        world.work()
        with world.database.transaction() as session:
            statement = select(Notice).where(col(Notice.agent_id) == world.head_dej.agent.id)
            notice = session.execute(statement.limit(1)).scalar_one()
            notice.agent_id = world.elected.agent.id
        (seen,) = inbox(world, "elected")
        assert "BRUNO" not in seen["title"] + seen["body"]
        assert seen["title"] == "une personne de la collectivité se porte volontaire"


class TestDelivery:
    def test_whoever_did_it_is_not_told(self, world: World) -> None:
        irritant = report(world, by="lab")
        world.lab.post(f"/irritants/{irritant['id']}/qualify")
        assert inbox(world, "lab") == []

    def test_whoever_left_is_not_told(self, world: World) -> None:
        irritant = report(world)
        with world.database.transaction() as session:
            leaver = session.get_one(Agent, world.alice.agent.id)
            leaver.left_on = clock.today("Europe/Paris") - timedelta(days=3)
        world.lab.post(f"/irritants/{irritant['id']}/qualify")
        world.work()
        with world.database.read() as connection:
            told = connection.execute(select(col(Notice.agent_id))).scalars().all()
        assert world.alice.agent.id not in told

    def test_once_whatever_the_number_of_workers(self, world: World) -> None:
        for n in range(8):
            qualified(world, title=f"Irritant {n}")

        def work() -> None:
            for _ in range(6):
                Worker(world.database).run_once()

        at_once(work, work, work)
        assert len(inbox(world, "alice")) == 8
        with world.database.read() as connection:
            doubled = connection.execute(
                select(func.count())
                .select_from(Notice)
                .group_by(col(Notice.agent_id), col(Notice.event_id))
                .having(func.count() > 1)
            ).all()
        assert doubled == []

    def test_a_failure_is_made_up_for(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        types, tell = journal._subscribers["notices"]

        def fail_after(session: Any, event: Any) -> None:
            tell(session, event)
            session.flush()
            raise ConnectionError

        qualified(world)
        with monkeypatch.context() as patched:
            patched.setitem(journal._subscribers, "notices", (types, fail_after))
            assert inbox(world, "alice") == []
        with clock.at(clock.now() + timedelta(minutes=5)):
            assert len(inbox(world, "alice")) == 1
