"""Reports under protection: told, followed, opened. What must not be found anywhere is hunted in `test_hunt`."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

from app.access.capacity import Capacity
from app.cli import main
from app.irritants.models import AwaitedFact, Irritant, ProtectedIdentity, ProtectedMessage
from app.journal.models import JournalEvent
from app.kit import clock
from app.kit.idempotency import IdempotencyRecord
from app.kit.vault import new_key
from app.people.models import Directorate
from app.settings import Settings
from tests.irritants.builders import much_later, next_day, protected, read, with_trusted, write
from tests.support.world import World, report

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
KEY = re.compile(r"([2-9A-HJ-NP-Z]{4}-){6}[2-9A-HJ-NP-Z]{4}")


class TestReport:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/irritants", {"protected": True}, expect=401)

    def test_machine(self, world: World) -> None:
        body = {"title": "x", "description": "y", "protected": True, "directorate_id": UNKNOWN}
        problem = world.machine("programme:write").post("/irritants", body, expect=403)
        assert "application" in problem["detail"]

    def test_elected_member(self, world: World) -> None:
        body = {"title": "x", "description": "y", "protected": True, "directorate_id": UNKNOWN}
        world.elected.post("/irritants", body, expect=403)

    def test_nobody_is_named(self, world: World) -> None:
        irritant = protected(world)
        assert irritant["reporter_id"] is None
        assert KEY.fullmatch(irritant["follow_up_key"])
        assert "L.135-6" in irritant["alert_channel"]["notice"]
        assert irritant["protected"] is None
        world.alice.get(f"/irritants/{irritant['id']}", expect=404)
        assert world.alice.get("/irritants?mine=true")["items"] == []
        seen = world.lab.get(f"/irritants/{irritant['id']}")
        assert (seen["protected"], seen["reporter_id"]) == (True, None)

    def test_no_cache_keeps_the_key(self, world: World) -> None:
        body = {"title": "T", "description": "D", "directorate_id": world.directorate_id("DEP")}
        kept = world.alice.request("POST", "/irritants", json={**body, "protected": True}, expect=201)
        assert kept.headers["cache-control"] == "no-store"
        assert "follow_up_key" not in world.alice.post("/irritants", body, expect=201)

    def test_keys_are_not_alike(self, world: World) -> None:
        keys = {protected(world)["follow_up_key"] for _n in range(3)}
        assert len(keys) == 3

    def test_once_qualified_it_is_like_any_other(self, world: World) -> None:
        mine, other = protected(world), report(world, "bruno")
        for irritant in (mine, other):
            world.lab.post(f"/irritants/{irritant['id']}/qualify")
        one, another = (world.chloe.get(f"/irritants/{irritant['id']}") for irritant in (mine, other))
        different = {name for name in one if one[name] != another[name]}
        assert different <= {"id", "created_at", "updated_at"}
        both = [irritant["id"] for irritant in (mine, other)]
        for query in ("", "?mine=false"):
            found = [item["id"] for item in world.chloe.get(f"/irritants{query}")["items"]]
            assert sorted(found) == sorted(both)

    def test_the_reporter_votes_like_anyone(self, world: World) -> None:
        irritant = protected(world)
        world.lab.post(f"/irritants/{irritant['id']}/qualify")
        for _again in range(2):
            world.alice.put(f"/irritants/{irritant['id']}/vote", expect=204)
        assert read(world, irritant["follow_up_key"])["votes"] == 1

    def test_dates_are_blurred(self, world: World) -> None:
        with clock.at(clock.now()):
            now = clock.now()
            seen = [world.lab.get(f"/irritants/{protected(world)['id']}") for _n in range(8)]
        with world.database.read() as connection:
            dates = list(connection.execute(select(col(Irritant.created_at))).scalars())
        assert len(seen) == 8
        assert all(now - timedelta(days=1, minutes=1) <= day <= now + timedelta(minutes=1) for day in dates)
        assert max(dates) - min(dates) > timedelta(minutes=30)

    def test_ids_tell_the_blurred_date(self, world: World) -> None:
        irritant = world.lab.get(f"/irritants/{protected(world)['id']}")
        milliseconds = int(irritant["id"].replace("-", "")[:12], 16)
        with world.database.read() as connection:
            made: Any = connection.execute(select(col(Irritant.created_at))).scalar()
        assert milliseconds == int(made.timestamp() * 1000)

    def test_an_idempotency_key_leaves_no_trace(self, world: World) -> None:
        body = {"title": "T", "description": "D", "directorate_id": world.directorate_id("DEP")}
        headers = {"Idempotency-Key": "one"}
        first = world.alice.post("/irritants", {**body, "protected": True}, headers=headers, expect=201)
        again = world.alice.post("/irritants", {**body, "protected": True}, headers=headers, expect=201)
        assert first["id"] != again["id"]
        with world.database.read() as connection:
            assert connection.execute(select(IdempotencyRecord)).first() is None

    def test_a_bad_field(self, world: World) -> None:
        body = {"title": "T", "description": "D", "protected": "please", "directorate_id": UNKNOWN}
        problem = world.alice.post("/irritants", body, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["protected"]
        problem = world.alice.post("/irritants", {**body, "protected": True}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["directorate_id"]

    def test_another_authoritys_directorate(self, app: Any, world: World) -> None:
        with World.build(app, world.database, slug="haute-arlene") as other:
            body = {"title": "T", "description": "D", "directorate_id": other.directorate_id("DEP")}
            world.alice.post("/irritants", {**body, "protected": True}, expect=422)

    def test_without_a_key_nothing_is_recorded(self, app: Any, world: World) -> None:
        keyring, app.state.keyring = app.state.keyring, None
        try:
            body = {"title": "T", "description": "D", "directorate_id": world.directorate_id("DEP")}
            problem = world.alice.post("/irritants", {**body, "protected": True}, expect=409)
            assert problem["type"].endswith("protection-unavailable")
            read(world, "x", expect=409)
        finally:
            app.state.keyring = keyring
        with world.database.read() as connection:
            assert connection.execute(select(col(Irritant.id))).first() is None

    def test_queries_do_not_grow_with_the_tree(self, world: World) -> None:
        protected(world)
        with world.counted_queries() as before:
            protected(world)
        for number in range(20):
            world.add_directorate(f"DEP/{number}", f"Service {number}", parent="DEP")
        with world.counted_queries() as after:
            protected(world)
        assert len(after) == len(before)


class TestSmallGroups:
    def test_a_small_service_is_replaced_by_its_directorate(self, world: World) -> None:
        service = world.add_directorate("DEP/garage", "Garage municipal", parent="DEP")
        world.add_person("eva", "DEP/garage", manager="head_dep")
        irritant = protected(world, "eva", directorate_id=str(service.id))
        assert irritant["directorate_name"] == "Direction des espaces publics"
        in_service = f"/irritants?directorate_id={service.id}"
        assert world.lab.get(in_service)["items"] == []
        assert report(world, "eva", directorate_id=str(service.id))["directorate_name"] == "Garage municipal"

    def test_a_service_of_three_stays(self, world: World) -> None:
        assert protected(world)["directorate_id"] == world.directorate_id("DEP")

    def test_leavers_do_not_count(self, world: World) -> None:
        with world.database.transaction() as session:
            leaver = session.merge(world.david.agent)
            leaver.left_on = clock.now().date() - timedelta(days=2)
        body = {"title": "T", "description": "D", "protected": True}
        problem = world.alice.post(
            "/irritants", {**body, "directorate_id": world.directorate_id("DEP")}, expect=422
        )
        assert problem["type"].endswith("too-few-to-protect")
        assert [error["field"] for error in problem["errors"]] == ["directorate_id"]

    def test_nothing_above_is_large_enough(self, world: World) -> None:
        body = {"title": "T", "description": "D", "protected": True}
        world.bruno.post("/irritants", {**body, "directorate_id": world.directorate_id("DEJ")}, expect=422)
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DEJ"].id).parent_id = world.directorates[
                "DGS"
            ].id
        made = world.bruno.post(
            "/irritants", {**body, "directorate_id": world.directorate_id("DEJ")}, expect=201
        )
        assert made["directorate_id"] == world.directorate_id("DGS")

    @pytest.mark.parametrize(("who", "said"), [("alice", 3), ("elected", 3), ("lab", 2), ("hr", 2)])
    def test_head_counts(self, world: World, who: str, said: int) -> None:
        seen = world.people[who].get(f"/directorates/{world.directorate_id('DEJ')}")
        assert (seen["agents"], seen["agents_in_all"]) == (said, said)


class TestFollow:
    def test_read(self, world: World) -> None:
        irritant = protected(world)
        seen = read(world, irritant["follow_up_key"])
        assert (seen["id"], seen["state"], seen["messages"]) == (irritant["id"], "submitted", [])
        assert seen["identity_kept"] is True
        world.lab.post(f"/irritants/{irritant['id']}/decline", {"reason": "Déjà commandé."})
        assert read(world, irritant["follow_up_key"])["reason"] == "Déjà commandé."

    def test_case_spaces_and_dashes_do_not_count(self, world: World) -> None:
        key = protected(world)["follow_up_key"]
        for typed in (key.lower(), key.replace("-", " "), key.replace("-", ""), f"  {key} "):
            read(world, typed)

    @pytest.mark.parametrize("key", ["", "7KQF", "7KQF-9M2X-PD4H-WV8C-3RTN-6YJA-BS5E", "éàü", "\x00"])
    def test_unknown(self, world: World, key: str) -> None:
        protected(world)
        assert read(world, key, expect=404)["type"].endswith("unknown-receipt")
        write(world, key, expect=404)

    def test_bad_fields(self, world: World) -> None:
        for body in ({}, {"follow_up_key": "A" * 81}, {"follow_up_key": 1}, {"follow_up_key": "A", "x": 1}):
            world.anonymous.post("/protected-reports/read", body, expect=422)
        world.anonymous.post("/protected-reports/write", {"follow_up_key": "A", "body": " "}, expect=422)
        world.anonymous.request("POST", "/protected-reports/read", content=b"{", expect=415)
        headers = {"Content-Type": "application/json"}
        world.anonymous.request(
            "POST", "/protected-reports/read", content=b'{"follow_up_key": "\\ud800"}', headers=headers
        )

    def test_a_token_sent_along_is_not_read(self, world: World) -> None:
        key = protected(world)["follow_up_key"]
        with world.counted_queries() as asked:
            world.bruno.post("/protected-reports/read", {"follow_up_key": key}, expect=200)
        assert not any("access_tokens" in statement for statement in asked)
        headers = {"Authorization": "Bearer nonsense"}
        world.anonymous.post("/protected-reports/read", {"follow_up_key": key}, expect=200, headers=headers)

    def test_the_dialogue(self, world: World) -> None:
        irritant = protected(world)
        path = f"/irritants/{irritant['id']}/messages"
        world.lab.post(path, {"body": "Depuis quand ?"}, expect=201)
        assert write(world, irritant["follow_up_key"], "Depuis mardi.")["number"] == 2
        heard = world.lab.get(path)["items"]
        assert [(item["side"], item["author_name"], item["body"]) for item in heard] == [
            ("lab", "Lab LAB", "Depuis quand ?"),
            ("reporter", None, "Depuis mardi."),
        ]
        told = read(world, irritant["follow_up_key"])["messages"]
        assert [(item["number"], item["author_name"]) for item in told] == [(1, "Lab LAB"), (2, None)]

    def test_older_messages(self, world: World) -> None:
        irritant = protected(world)
        for number in range(1, 54):
            world.lab.post(f"/irritants/{irritant['id']}/messages", {"body": f"Point {number}"})
        with world.counted_queries() as asked:
            seen = read(world, irritant["follow_up_key"])
        assert [item["number"] for item in seen["messages"]] == list(range(4, 54))
        assert seen["earlier_messages"] is True
        with world.counted_queries() as asked_again:
            older = read(world, irritant["follow_up_key"], body={"before": 4})
        assert [item["number"] for item in older["messages"]] == [1, 2, 3]
        assert older["earlier_messages"] is False
        assert len(asked) == len(asked_again)
        page = world.lab.get(f"/irritants/{irritant['id']}/messages?limit=50&sort=-number")
        assert page["items"][0]["number"] == 53
        assert page["next_cursor"]

    def test_messages_at_once_have_each_their_number(self, world: World) -> None:
        key = protected(world)["follow_up_key"]
        threads = [threading.Thread(target=write, args=(world, key, f"Message {n}")) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [item["number"] for item in read(world, key)["messages"]] == [1, 2, 3, 4, 5, 6]

    def test_too_often(self, world: World) -> None:
        key = protected(world)["follow_up_key"]
        with clock.at(clock.now()):
            statuses = [
                world.anonymous.request("POST", "/protected-reports/read", json={"follow_up_key": key})
                for _n in range(62)
            ]
        assert [response.status_code for response in statuses].count(200) >= 60
        assert statuses[-1].status_code == 429
        assert int(statuses[-1].headers["retry-after"]) > 0
        read(world, protected(world)["follow_up_key"])


class TestMessages:
    def test_who_may(self, world: World) -> None:
        with_trusted(world)
        irritant = protected(world)
        path = f"/irritants/{irritant['id']}/messages"
        world.anonymous.get(path, expect=401)
        world.anonymous.post(path, {"body": "x"}, expect=401)
        for stranger in (world.alice, world.bruno, world.hr, world.head_dep, world.elected):
            stranger.get(path, expect=404)
            stranger.post(path, {"body": "x"}, expect=404)
        world.lab.post(f"/irritants/{irritant['id']}/qualify")
        for stranger in (world.alice, world.bruno):
            stranger.get(path, expect=403)
            stranger.post(path, {"body": "x"}, expect=403)
        for allowed in (world.lab, world.trusted):
            allowed.get(path)
            allowed.post(path, {"body": "x"}, expect=201)
        assert world.event_types(irritant["id"])[-2:] == ["irritant.message_sent"] * 2

    def test_not_protected(self, world: World) -> None:
        path = f"/irritants/{report(world)['id']}/messages"
        assert world.lab.post(path, {"body": "x"}, expect=409)["type"].endswith("not-protected")
        assert world.lab.get(path)["items"] == []

    def test_unknown_and_elsewhere(self, app: Any, world: World) -> None:
        with World.build(app, world.database, slug="haute-arlene") as other:
            elsewhere = protected(other)["id"]
            for irritant_id in (UNKNOWN, elsewhere):
                for path in ("messages", "openings"):
                    world.lab.get(f"/irritants/{irritant_id}/{path}", expect=404)
                world.lab.post(f"/irritants/{irritant_id}/messages", {"body": "x"}, expect=404)


class TestOpenIdentity:
    REASON = {"reason": "Proposer un entretien."}  # noqa: RUF012

    def test_who_may(self, world: World) -> None:
        with_trusted(world)
        irritant = protected(world)
        path = f"/irritants/{irritant['id']}/open-identity"
        world.anonymous.post(path, self.REASON, expect=401)
        world.bruno.post(path, self.REASON, expect=404)
        world.lab.post(f"/irritants/{irritant['id']}/qualify")
        for stranger in (world.alice, world.bruno, world.lab, world.hr, world.head_dep):
            stranger.post(path, self.REASON, expect=403)
            stranger.get(f"/irritants/{irritant['id']}/openings", expect=403)
        world.machine("programme:read", "programme:write").post(path, self.REASON, expect=403)
        opened = world.trusted.post(path, self.REASON, expect=200)
        assert opened["agent_id"] == world.alice.id
        assert (opened["hr_id"], opened["family_name"]) == (world.alice.agent.hr_id, "ALICE")

    def test_each_look_is_an_event_that_the_reporter_sees(self, world: World) -> None:
        with_trusted(world)
        irritant = protected(world)
        path = f"/irritants/{irritant['id']}/open-identity"
        headers = {"Idempotency-Key": "once"}
        for _again in range(2):
            world.trusted.post(path, self.REASON, expect=200, headers=headers)
        assert world.event_types(irritant["id"]) == ["irritant.reported", *["irritant.identity_opened"] * 2]
        seen = read(world, irritant["follow_up_key"])["openings"]
        assert [(look["agent_name"], look["reason"]) for look in seen] == [
            ("Trusted TRUSTED", "Proposer un entretien.")
        ] * 2
        listed = world.trusted.get(f"/irritants/{irritant['id']}/openings")["items"]
        assert [look["agent_id"] for look in listed] == [world.trusted.id] * 2

    def test_a_reason_is_needed(self, world: World) -> None:
        with_trusted(world)
        path = f"/irritants/{protected(world)['id']}/open-identity"
        for body in ({}, {"reason": ""}, {"reason": "  "}):
            problem = world.trusted.post(path, body, expect=422)
            assert [error["field"] for error in problem["errors"]] == ["reason"]

    def test_not_protected(self, world: World) -> None:
        world.add_person("both", "DGS", capacity=Capacity.TRUSTED)
        irritant = report(world)
        world.both.post(f"/irritants/{irritant['id']}/open-identity", self.REASON, expect=404)
        world.lab.post(f"/irritants/{irritant['id']}/qualify")
        problem = world.both.post(f"/irritants/{irritant['id']}/open-identity", self.REASON, expect=409)
        assert problem["type"].endswith("not-protected")

    def test_an_old_sign_in_is_not_enough(self, world: World) -> None:
        with_trusted(world)
        path = f"/irritants/{protected(world)['id']}/open-identity"
        with clock.at(clock.now() + timedelta(minutes=20)):
            answer = world.trusted.request("POST", path, json=self.REASON, expect=401)
        assert "insufficient_user_authentication" in answer.headers["www-authenticate"]

    def test_another_authority(self, app: Any, world: World) -> None:
        with_trusted(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            elsewhere = protected(other)["id"]
        for irritant_id in (elsewhere, UNKNOWN):
            world.trusted.post(f"/irritants/{irritant_id}/open-identity", self.REASON, expect=404)

    def test_a_lock_moved_to_another_irritant_opens_nothing(self, world: World) -> None:
        with_trusted(world)
        one, other = protected(world), protected(world, "david")
        with world.database.transaction() as session:
            first, second = session.execute(select(ProtectedIdentity)).scalars().all()
            first.ciphertext, second.ciphertext = second.ciphertext, first.ciphertext
            first.wrapped_key, second.wrapped_key = second.wrapped_key, first.wrapped_key
        for irritant in (one, other):
            problem = world.trusted.post(
                f"/irritants/{irritant['id']}/open-identity", self.REASON, expect=409
            )
            assert problem["type"].endswith("protection-unavailable")
        assert "irritant.identity_opened" not in world.event_types(one["id"])

    def test_trusted_persons_are_told(self, world: World) -> None:
        with_trusted(world)
        world.add_person("second", "DGS", capacity=Capacity.TRUSTED)
        irritant = protected(world)
        world.trusted.post(f"/irritants/{irritant['id']}/open-identity", self.REASON, expect=200)
        world.work()
        told = [notice["kind"] for notice in world.second.get("/notices")["items"]]
        assert "irritant.identity_opened" in told
        assert "irritant.identity_opened" not in [
            notice["kind"] for notice in world.lab.get("/notices")["items"]
        ]


class TestTrustedPersons:
    def test_they_read_protected_irritants_and_no_other_before_its_time(self, world: World) -> None:
        with_trusted(world)
        mine, other = protected(world), report(world, "bruno")
        seen = world.trusted.get(f"/irritants/{mine['id']}")
        assert (seen["protected"], seen["reporter_id"]) == (True, None)
        world.trusted.get(f"/irritants/{other['id']}", expect=404)
        assert [item["id"] for item in world.trusted.get("/irritants")["items"]] == [mine["id"]]

    def test_the_capacity_is_granted_by_the_command(self, world: World, monkeypatch: Any) -> None:
        monkeypatch.setenv("ESSAIM_DATABASE_URL", world.database.url.render_as_string(hide_password=False))
        from app.settings import get_settings  # noqa: PLC0415 the cache is what the test is about

        get_settings.cache_clear()
        try:
            done = CliRunner().invoke(main, ["grant", "--agent", world.david.agent.hr_id, "trusted"])
        finally:
            get_settings.cache_clear()
        assert done.exit_code == 0, done.output
        assert "trusted" in world.david.get("/me")["capacities"]


class TestJournal:
    def test_not_before_the_day_is_over(self, world: World) -> None:
        irritant = protected(world)
        write(world, irritant["follow_up_key"])
        world.work()
        assert world.event_types(irritant["id"]) == []
        assert next_day(world) == 2
        assert next_day(world) == 0
        assert world.event_types(irritant["id"]) == ["irritant.reported", "irritant.message_received"]
        with world.database.read() as connection:
            about = select(
                col(JournalEvent.agent_id), col(JournalEvent.client_id), col(JournalEvent.request_id)
            )
            assert {tuple(row) for row in connection.execute(about)} == {(None, None, None)}
            assert connection.execute(select(AwaitedFact)).first() is None

    def test_before_anybody_acts_on_it(self, world: World) -> None:
        irritant = protected(world)
        world.lab.post(f"/irritants/{irritant['id']}/qualify")
        assert world.event_types(irritant["id"]) == ["irritant.reported", "irritant.qualified"]
        assert next_day(world) == 0
        with world.database.read() as connection:
            first = select(col(JournalEvent.request_id)).where(col(JournalEvent.type) == "irritant.reported")
            assert connection.execute(first).scalar_one() is None

    @pytest.mark.parametrize("verb", ["edit", "decline", "merge", "message"])
    def test_whatever_the_act(self, world: World, verb: str) -> None:
        irritant, other = protected(world), report(world, "bruno")
        world.lab.post(f"/irritants/{other['id']}/qualify")
        path = f"/irritants/{irritant['id']}"
        match verb:
            case "edit":
                world.lab.patch(path, {"title": "Le portail"})
            case "decline":
                world.lab.post(f"{path}/decline", {"reason": "x"})
            case "merge":
                world.lab.post(f"{path}/merge", {"into_id": other["id"]})
            case _:
                world.lab.post(f"{path}/messages", {"body": "x"})
        told = world.event_types(irritant["id"])
        assert told[0] == "irritant.reported"
        assert len(told) == 2

    def test_in_no_order_that_tells(self, world: World) -> None:
        made = [protected(world)["id"] for _n in range(12)]
        assert next_day(world) == 12
        with world.database.read() as connection:
            told = connection.execute(select(col(JournalEvent.subject_id)).order_by(col(JournalEvent.id)))
            order = [str(subject) for subject in told.scalars()]
        assert sorted(order) == sorted(made)
        # One chance in 479 million that the lot draws the order of the reports.
        assert order != made

    def test_two_workers(self, world: World) -> None:
        for _n in range(4):
            protected(world)
        done: list[int] = []
        threads = [threading.Thread(target=lambda: done.append(next_day(world))) for _n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(done) == 4

    def test_the_lab_and_trusted_persons_are_told(self, world: World) -> None:
        with_trusted(world)
        irritant = protected(world)
        write(world, irritant["follow_up_key"])
        next_day(world)
        world.work()
        for person in (world.lab, world.trusted):
            told = {notice["kind"] for notice in person.get("/notices")["items"]}
            assert told == {"irritant.reported", "irritant.message_received"}
        assert world.alice.get("/notices")["items"] == []


class TestForgetting:
    def test_two_months_after_the_end(self, world: World) -> None:
        with_trusted(world)
        over, open_one = protected(world), protected(world)
        world.lab.post(f"/irritants/{over['id']}/decline", {"reason": "x"})
        assert much_later(world) == 1
        assert much_later(world) == 0
        assert world.event_types(over["id"])[-1] == "irritant.identity_forgotten"
        assert read(world, over["follow_up_key"])["identity_kept"] is False
        assert read(world, open_one["follow_up_key"])["identity_kept"] is True
        path = f"/irritants/{over['id']}/open-identity"
        problem = world.trusted.post(path, {"reason": "x"}, expect=409)
        assert problem["type"].endswith("identity-forgotten")


class TestKeys:
    def run(self, world: World, monkeypatch: Any, *keys: str) -> Any:
        from app.settings import get_settings  # noqa: PLC0415 the cache is what the test is about

        monkeypatch.setenv("ESSAIM_DATABASE_URL", world.database.url.render_as_string(hide_password=False))
        monkeypatch.setenv("ESSAIM_PROTECTION_KEY", " ".join(keys))
        get_settings.cache_clear()
        try:
            return CliRunner().invoke(main, ["protection", "rotate"])
        finally:
            get_settings.cache_clear()

    def test_rotation(self, app: Any, world: World, monkeypatch: Any) -> None:
        with_trusted(world)
        old, new = new_key(), new_key()
        path = "/irritants/{}/open-identity"
        keyring = app.state.keyring
        try:
            app.state.keyring = Settings(protection_key=SecretStr(old)).keyring()
            irritant = protected(world)
            assert self.run(world, monkeypatch).exit_code == 1
            assert self.run(world, monkeypatch, new).exit_code == 1
            done = self.run(world, monkeypatch, new, old)
            assert done.exit_code == 0, done.output
            world.trusted.post(path.format(irritant["id"]), {"reason": "x"}, expect=409)
            app.state.keyring = Settings(protection_key=SecretStr(new)).keyring()
            opened = world.trusted.post(path.format(irritant["id"]), {"reason": "x"}, expect=200)
            assert opened["agent_id"] == world.alice.id
        finally:
            app.state.keyring = keyring

    def test_a_file_of_keys(self, tmp_path: Any) -> None:
        old, new = new_key(), new_key()
        file = tmp_path / "keys"
        file.write_text(f"{new}\n{old}\n")
        ring = Settings(protection_key_file=file).keyring()
        assert ring is not None
        sealed = ring.seal(b"x", b"y")
        of_new = Settings(protection_key=SecretStr(new)).keyring()
        assert of_new is not None
        assert of_new.open(sealed, b"y") == b"x"

    def test_no_key(self) -> None:
        assert Settings(protection_key=SecretStr("")).keyring() is None

    def test_new_key(self) -> None:
        made = CliRunner().invoke(main, ["protection", "new-key"]).stdout.strip()
        assert Settings(protection_key=SecretStr(made)).keyring() is not None
        assert made not in repr(Settings(protection_key=SecretStr(made)))


class TestAlertChannel:
    OWN = {  # noqa: RUF012
        "text": "Écrivez à la cellule d'écoute.",
        "contact": "01 23 45 67 89",
        "url": "https://cdg.example/signalement",
    }

    def test_every_authority_points_to_the_law(self, world: World) -> None:
        seen = world.alice.get(f"/authorities/{world.authority.id}")["alert_channel"]
        assert "2022-401" in seen["notice"]
        assert seen["text"] is None
        headers = {"Accept-Language": "en"}
        english = world.alice.get(f"/authorities/{world.authority.id}", headers=headers)["alert_channel"]
        assert english["notice"].startswith("An irritant is not an alert")

    def test_set_by_the_administrator(self, world: World) -> None:
        path = f"/authorities/{world.authority.id}"
        world.add_person("admin", "DGS", capacity=Capacity.ADMINISTRATOR)
        world.lab.patch(path, {"alert_channel": self.OWN}, expect=403)
        told = world.admin.patch(path, {"alert_channel": self.OWN})["alert_channel"]
        assert {name: told[name] for name in self.OWN} == self.OWN
        assert protected(world)["alert_channel"] == told
        assert world.event_types(world.authority.id) == ["authority.edited"]
        assert world.admin.patch(path, {"alert_channel": None})["alert_channel"]["text"] is None

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"text": ""}, "alert_channel.text"),
            ({"text": "x", "url": "javascript:alert(1)"}, "alert_channel.url"),
            ({"text": "x", "phone": "1"}, "alert_channel.phone"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        world.add_person("admin", "DGS", capacity=Capacity.ADMINISTRATOR)
        problem = world.admin.patch(
            f"/authorities/{world.authority.id}", {"alert_channel": change}, expect=422
        )
        assert [error["field"] for error in problem["errors"]] == [field]


def test_messages_keep_their_day_and_no_more(world: World) -> None:
    irritant = protected(world)
    write(world, irritant["follow_up_key"])
    with world.database.read() as connection:
        row = connection.execute(select(ProtectedMessage)).one()
    assert row.author_id is None
    assert row.written_on == clock.today(world.authority.time_zone)
