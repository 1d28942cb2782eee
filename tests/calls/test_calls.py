"""The API of calls: anonymous, then the stranger, then the rightful person."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from app.access.actor import system
from app.calls import service
from app.calls.lifecycle import CALLS, CallState
from tests.calls.builders import application, call, in_days, programme_id, today
from tests.support.world import World, qualified, report

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
REASON = {"reason": "Le budget n'est pas voté."}
FORMS: dict[str, Any] = {"cancel": REASON}


class TestDraft:
    def body(self, world: World, **fields: Any) -> dict[str, Any]:
        return {
            "programme_id": programme_id(world),
            "title": "Appel",
            "text": "Texte",
            "irritant_ids": [],
            "opens_on": in_days(1),
            "closes_on": in_days(20),
            **fields,
        }

    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/calls", {}, expect=401)

    def test_agents(self, world: World) -> None:
        for name in ("alice", "head_dep", "coach", "hr", "elected"):
            problem = world.people[name].post("/calls", self.body(world), expect=403)
            assert "laboratoire" in problem["detail"]

    def test_lab(self, world: World) -> None:
        irritants = [qualified(world, title="A"), qualified(world, title="B")]
        ids = [irritant["id"] for irritant in irritants]
        body = self.body(world, irritant_ids=[*ids, ids[0]])
        response = world.lab.request("POST", "/calls", json=body, expect=201)
        made = response.json()
        assert made["state"] == "draft"
        assert [one["title"] for one in made["irritants"]] == ["A", "B"]
        assert made["irritants_count"] == 2
        assert made["possible_moves"] == ["open", "cancel"]
        assert made["accepts_applications"] is False
        read = world.lab.request("GET", response.headers["location"].removeprefix("/api/v1"), expect=200)
        assert read.json() == made
        assert world.event_types(made["id"]) == ["call.drafted"]
        # A draft retains nothing.
        assert world.lab.get(f"/irritants/{ids[0]}")["state"] == "qualified"

    def test_machine(self, world: World) -> None:
        world.machine("programme:read").post("/calls", self.body(world), expect=403)
        world.machine("programme:read", "programme:write").post("/calls", self.body(world), expect=201)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"title": " "}, "title"),
            ({"text": ""}, "text"),
            ({"programme_id": UNKNOWN}, "programme_id"),
            ({"irritant_ids": [UNKNOWN]}, "irritant_ids"),
            ({"irritant_ids": ["x"]}, "irritant_ids.0"),
            ({"irritant_ids": [UNKNOWN] * 51}, "irritant_ids"),
            ({"opens_on": "1789-07-14"}, "opens_on"),
            ({"closes_on": "9999-12-31"}, "closes_on"),
            ({"closes_on": "demain"}, "closes_on"),
            ({"opens_on": "2026-05-02", "closes_on": "2026-05-01"}, "closes_on"),
            ({"state": "open"}, "state"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        problem = world.lab.post("/calls", self.body(world, **change), expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_another_authority(self, app: Any, world: World) -> None:
        irritant = qualified(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.lab.post("/calls", self.body(world), expect=422)
            body = self.body(other, irritant_ids=[irritant["id"]])
            problem = other.lab.post("/calls", body, expect=422)
            assert problem["errors"][0]["field"] == "irritant_ids"


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/calls/{UNKNOWN}", expect=401)
        world.anonymous.get("/calls", expect=401)

    def test_draft_is_known_to_the_lab_alone(self, world: World) -> None:
        made = call(world)
        for name in ("alice", "head_dep", "hr", "elected"):
            world.people[name].get(f"/calls/{made['id']}", expect=404)
            assert world.people[name].get("/calls")["items"] == []
        world.lab.get(f"/calls/{made['id']}")
        assert [one["id"] for one in world.lab.get("/calls")["items"]] == [made["id"]]

    def test_opened(self, world: World) -> None:
        made = call(world, "open")
        for name in ("alice", "head_dep", "hr", "elected"):
            seen = world.people[name].get(f"/calls/{made['id']}")
            assert seen["accepts_applications"] is True
        world.machine("programme:read").get(f"/calls/{made['id']}")
        stranger = world.machine("hr:read")
        stranger.get(f"/calls/{made['id']}", expect=403)
        stranger.get("/calls", expect=403)

    def test_draft_cancelled_stays_unknown(self, world: World) -> None:
        made = call(world)
        world.lab.post(f"/calls/{made['id']}/cancel", REASON)
        world.alice.get(f"/calls/{made['id']}", expect=404)

    def test_cancelled_says_why(self, world: World) -> None:
        made = call(world, "cancelled")
        assert world.alice.get(f"/calls/{made['id']}")["reason"] == REASON["reason"]

    def test_another_authority(self, app: Any, world: World) -> None:
        made = call(world, "open")
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.lab.get(f"/calls/{made['id']}", expect=404)
            other.alice.get(f"/calls/{made['id']}", expect=404)
            assert other.lab.get("/calls")["items"] == []
            for verb in ("open", "close", "conclude"):
                other.lab.post(f"/calls/{made['id']}/{verb}", expect=404)
            other.lab.post(f"/calls/{made['id']}/cancel", REASON, expect=404)
            other.lab.patch(f"/calls/{made['id']}", {"title": "x"}, expect=404)


class TestList:
    def test_filters_and_pages(self, world: World) -> None:
        programme = programme_id(world)
        drafts = [
            call(world, irritants=[], programme_id=programme, closes_on=in_days(9 - n)) for n in range(3)
        ]
        opened = call(world, "open")
        assert {one["id"] for one in world.lab.get("/calls?state=open")["items"]} == {opened["id"]}
        found = world.lab.get(f"/calls?programme_id={programme}&sort=closes_on")["items"]
        assert [one["id"] for one in found] == [one["id"] for one in reversed(drafts)]
        first = world.lab.get("/calls?limit=3")
        rest = world.lab.get("/calls", params={"limit": 3, "cursor": first["next_cursor"]})
        assert [one["id"] for one in first["items"] + rest["items"]] == [
            opened["id"], *(one["id"] for one in reversed(drafts))
        ]  # fmt: skip

    def test_pages_by_date(self, world: World) -> None:
        for n in (3, 1, 2):
            call(world, irritants=[], closes_on=in_days(n))
        seen: list[str] = []
        cursor = None
        while True:
            page = world.lab.get(
                "/calls", params={"limit": 1, "sort": "-closes_on", **({"cursor": cursor} if cursor else {})}
            )
            seen += [one["closes_on"] for one in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == [in_days(3), in_days(2), in_days(1)]

    @pytest.mark.parametrize("query", ["sort=title", "state=lost", "programme_id=x", "cursor=x", "q=x"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        problem = world.alice.get(f"/calls?{query}", expect=422)
        assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    def test_constant_queries(self, world: World) -> None:
        for _ in range(3):
            call(world, "open")
        world.bruno.get("/calls")
        with world.counted_queries() as few:
            world.bruno.get("/calls?limit=1")
        with world.counted_queries() as many:
            world.bruno.get("/calls?limit=50")
        assert len(few) == len(many) <= 2


class TestEdit:
    def test_refused(self, world: World) -> None:
        made = call(world)
        path = f"/calls/{made['id']}"
        world.anonymous.patch(path, {"title": "x"}, expect=401)
        world.alice.patch(path, {"title": "x"}, expect=404)
        opened = call(world, "open")
        world.alice.patch(f"/calls/{opened['id']}", {"title": "x"}, expect=403)

    def test_lab(self, world: World) -> None:
        made = call(world)
        path = f"/calls/{made['id']}"
        world.lab.request("PATCH", path, json={"title": "x"}, expect=428)
        edited = world.lab.patch(path, {"title": "Appel d'été"}, version=1)
        assert (edited["title"], edited["text"], edited["version"]) == ("Appel d'été", made["text"], 2)
        world.lab.patch(path, {"title": "x"}, version=1, expect=412)
        other = qualified(world, title="Autre")
        edited = world.lab.patch(path, {"irritant_ids": [other["id"]]})
        assert [one["id"] for one in edited["irritants"]] == [other["id"]]
        assert world.event_types(made["id"]) == ["call.drafted", "call.edited", "call.edited"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"title": None}, "title"),
            ({"irritant_ids": None}, "irritant_ids"),
            ({"irritant_ids": [UNKNOWN]}, "irritant_ids"),
            ({"opens_on": "2099-01-01"}, "closes_on"),
            ({"closes_on": "2020-01-01"}, "closes_on"),
            ({"programme_id": UNKNOWN}, "programme_id"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        problem = world.lab.patch(f"/calls/{call(world)['id']}", change, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_once_open_only_the_closing_date_moves(self, world: World) -> None:
        made = call(world, "open")
        path = f"/calls/{made['id']}"
        problem = world.lab.patch(path, {"title": "x", "closes_on": in_days(40)}, expect=409)
        assert problem["type"].endswith("call-not-editable")
        assert world.lab.patch(path, {"closes_on": in_days(40)})["closes_on"] == in_days(40)

    @pytest.mark.parametrize("state", ["selecting", "concluded", "cancelled"])
    def test_too_late(self, world: World, state: str) -> None:
        made = call(world, state)
        world.lab.patch(f"/calls/{made['id']}", {"closes_on": in_days(40)}, expect=409)


class TestLifeCycle:
    @pytest.mark.parametrize("state", CallState)
    def test_every_move(self, world: World, state: CallState) -> None:
        for move in CALLS.moves:
            path = f"/calls/{call(world, state.value)['id']}/{move.verb}"
            if state in move.sources:
                moved = world.lab.post(path, FORMS.get(move.verb), expect=200)
                assert moved["state"] == move.target
                assert moved["possible_moves"] == list(CALLS.possible(move.target))
            else:
                problem = world.lab.post(path, FORMS.get(move.verb), expect=409)
                assert problem["state"] == state
                assert problem["possible_moves"] == list(CALLS.possible(state))

    @pytest.mark.parametrize("move", CALLS.moves, ids=lambda move: move.verb)
    def test_lab_only(self, world: World, move: Any) -> None:
        draft, opened = call(world), call(world, "open")
        form = FORMS.get(move.verb)
        world.anonymous.post(f"/calls/{opened['id']}/{move.verb}", form, expect=401)
        for name in ("alice", "coach", "hr", "elected"):
            world.people[name].post(f"/calls/{draft['id']}/{move.verb}", form, expect=404)
            world.people[name].post(f"/calls/{opened['id']}/{move.verb}", form, expect=403)

    def test_cancel_needs_a_reason(self, world: World) -> None:
        made = call(world)
        problem = world.lab.post(f"/calls/{made['id']}/cancel", {}, expect=422)
        assert problem["errors"][0]["field"] == "reason"

    def test_one_of_two_racers_wins(self, world: World) -> None:
        made = call(world)
        answers: list[int] = []

        def open_it() -> None:
            answers.append(world.lab.request("POST", f"/calls/{made['id']}/open").status_code)

        threads = [threading.Thread(target=open_it) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409, 409, 409, 409]


class TestOpen:
    def test_retains_its_irritants(self, world: World) -> None:
        irritants = [qualified(world, title="A"), qualified(world, title="B")]
        opened = call(world, "open", irritants)
        assert {one["state"] for one in opened["irritants"]} == {"selected"}
        assert opened["opened_at"] is not None
        assert world.event_types(opened["id"]) == ["call.drafted", "call.opened"]
        assert world.event_types(irritants[0]["id"])[-1] == "irritant.selected"

    def test_names_the_irritants_that_are_not_ready(self, world: World) -> None:
        ready, raw, held = qualified(world), report(world, title="Brut"), qualified(world, title="Pris")
        call(world, "open", [held])
        made = call(world, irritants=[ready, raw, held])
        problem = world.lab.post(f"/calls/{made['id']}/open", expect=409)
        assert problem["type"].endswith("irritants-not-qualified")
        assert "« Brut » (signalé)" in problem["detail"]
        assert "« Pris » (retenu)" in problem["detail"]
        assert set(problem["irritant_ids"]) == {raw["id"], held["id"]}
        assert world.lab.get(f"/calls/{made['id']}")["state"] == "draft"
        assert world.lab.get(f"/irritants/{ready['id']}")["state"] == "qualified"

    def test_needs_an_irritant(self, world: World) -> None:
        made = call(world, irritants=[])
        problem = world.lab.post(f"/calls/{made['id']}/open", expect=409)
        assert problem["type"].endswith("call-without-irritant")

    def test_too_late(self, world: World) -> None:
        made = call(world, opens_on=in_days(-9), closes_on=in_days(-2))
        problem = world.lab.post(f"/calls/{made['id']}/open", expect=409)
        assert problem["type"].endswith("call-already-past")


class TestConclude:
    def test_answers_first(self, world: World) -> None:
        made = call(world, "open")
        first = application(world, "bruno", to=made)
        application(world, "chloe", to=made)
        application(world, "david", "accepted", to=made)
        world.lab.post(f"/calls/{made['id']}/close")
        problem = world.lab.post(f"/calls/{made['id']}/conclude", expect=409)
        assert problem["unanswered"] == 2
        assert "2" in problem["detail"]
        world.lab.post(f"/applications/{first['id']}/accept")
        assert world.lab.post(f"/calls/{made['id']}/conclude", expect=409)["unanswered"] == 1

    def test_frees_what_nobody_took(self, world: World) -> None:
        made = call(world, "concluded")
        assert [one["state"] for one in made["irritants"]] == ["qualified"]
        assert world.event_types(made["irritants"][0]["id"])[-2:] == [
            "irritant.selected",
            "irritant.released",
        ]


class TestCancel:
    def test_answers_whoever_waits(self, world: World) -> None:
        made = call(world, "open")
        waiting = application(world, "bruno", to=made)
        accepted = application(world, "chloe", "accepted", to=made)
        withdrawn = application(world, "david", "withdrawn", to=made)
        cancelled = world.lab.post(f"/calls/{made['id']}/cancel", REASON)
        assert cancelled["reason"] == REASON["reason"]
        assert [one["state"] for one in cancelled["irritants"]] == ["qualified"]
        seen = world.bruno.get(f"/applications/{waiting['id']}")
        assert (seen["state"], seen["reason"]) == ("declined", REASON["reason"])
        assert world.event_types(waiting["id"])[-1] == "application.declined"
        assert world.chloe.get(f"/applications/{accepted['id']}")["state"] == "accepted"
        assert world.david.get(f"/applications/{withdrawn['id']}")["state"] == "withdrawn"

    def test_leaves_the_irritants_of_other_calls(self, world: World) -> None:
        irritant = qualified(world)
        draft = call(world, irritants=[irritant])
        opened = call(world, "open", [irritant])
        world.lab.post(f"/calls/{draft['id']}/cancel", REASON)
        assert world.lab.get(f"/irritants/{irritant['id']}")["state"] == "selected"
        world.lab.post(f"/calls/{opened['id']}/cancel", REASON)
        assert world.lab.get(f"/irritants/{irritant['id']}")["state"] == "qualified"


class TestTurnPages:
    def turn(self, world: World, day: date) -> int:
        with world.database.transaction() as session:
            return service.turn_pages(session, system(world.authority.id), day)

    def test_closes_once_what_is_over(self, world: World) -> None:
        over = call(world, "open", closes_on=in_days(0))
        lasting = call(world, "open", closes_on=in_days(1))
        draft = call(world, closes_on=in_days(0))
        assert self.turn(world, today()) == 0
        tomorrow = today() + timedelta(days=1)
        assert self.turn(world, tomorrow) == 1
        assert self.turn(world, tomorrow) == 0
        states = [world.lab.get(f"/calls/{one['id']}")["state"] for one in (over, lasting, draft)]
        assert states == ["selecting", "open", "draft"]
        assert world.event_types(over["id"])[-1] == "call.closed"

    def test_each_authority_by_itself(self, app: Any, world: World) -> None:
        call(world, "open", closes_on=in_days(0))
        with World.build(app, world.database, slug="haute-arlene") as other:
            assert self.turn(other, today() + timedelta(days=9)) == 0
