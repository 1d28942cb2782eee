"""Follow-ups from the plan to the minutes: anonymous, then the stranger, then the rightful person."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from app.follow_ups.lifecycle import FOLLOW_UPS, FollowUpState
from app.follow_ups.models import FollowUp
from app.follow_ups.service import turn_pages
from tests.follow_ups.builders import (
    FIRST,
    FOURTH,
    SECOND,
    THIRD,
    WHY,
    act,
    first,
    follow_ups,
    held,
    mandate,
    minutes,
    report,
    scheduled,
)
from tests.half_days.builders import START, adopt_charter, on, submitted
from tests.half_days.test_races import together
from tests.mandates.builders import sign_all
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
VERBS = ("schedule", "hold", "miss")


def form_of(town: World, verb: str, day: date = FIRST) -> Any:
    forms = {
        "schedule": {"day": day.isoformat(), "time": "14:00"},
        "hold": minutes(town, day, without_reports=True),
        "miss": WHY,
    }
    return forms[verb]


class TestPlanning:
    def test_every_six_weeks(self, town: World) -> None:
        made = mandate(town)
        planned = follow_ups(town, mandate_id=made["id"])
        assert [date.fromisoformat(item["planned_on"]) for item in planned] == [FIRST, SECOND, THIRD, FOURTH]
        assert [date.fromisoformat(item["theoretical_on"]) for item in planned] == [
            START + timedelta(weeks=6 * n) for n in (1, 2, 3, 4)
        ]
        assert [item["ordinal"] for item in planned] == [1, 2, 3, 4]
        assert {item["state"] for item in planned} == {"planned"}
        assert "mandate.follow_ups_planned" in town.event_types(made["id"])

    def test_from_the_last_signature_when_that_comes_after(self, town: World) -> None:
        waiting = submitted(town)
        with on(date(2026, 2, 2)):
            made = sign_all(town, waiting)
            assert follow_ups(town, mandate_id=made["id"])[0]["planned_on"] == "2026-03-16"

    def test_cadence_of_the_charter(self, town: World) -> None:
        adopt_charter(town, cadence_weeks=4)
        assert len(follow_ups(town, mandate_id=mandate(town)["id"])) == 6


class TestWho:
    def test_anonymous(self, town: World) -> None:
        town.anonymous.get("/follow-ups", expect=401)
        for verb in VERBS:
            town.anonymous.post(f"/follow-ups/{UNKNOWN}/{verb}", {}, expect=401)

    def test_everyone(self, town: World) -> None:
        follow_up = first(town)
        path = f"/follow-ups/{follow_up['id']}"
        for name in ("alice", "bruno", "coach", "head_dsi", "dgs", "lab"):
            town.people[name].get(path)
            assert len(follow_ups(town, by=name)) == 4, name
        for name in ("head_dep", "head_dej", "chloe", "david", "hr", "elected"):
            town.people[name].get(path, expect=404)
            assert follow_ups(town, by=name) == [], name
            town.people[name].post(f"{path}/miss", WHY, expect=404)
        assert town.machine("programme:read").get(path)["id"] == follow_up["id"]
        town.machine("hr:read").get("/follow-ups", expect=403)
        for verb in VERBS:
            for name in ("alice", "head_dsi", "dgs"):
                town.people[name].post(f"{path}/{verb}", form_of(town, verb), expect=403)

    def test_another_authority(self, app: Any, town: World) -> None:
        follow_up = held(town)
        with World.build(app, town.database, slug="haute-arlene") as other:
            other.lab.get(f"/follow-ups/{follow_up['id']}", expect=404)
            other.lab.get(f"/follow-ups/{follow_up['id']}/spiral", expect=404)
            other.lab.get(f"/commitments/{follow_up['commitments'][0]['id']}", expect=404)
            other.lab.post(f"/follow-ups/{follow_up['id']}/miss", WHY, expect=404)
            assert follow_ups(other) == []
            assert other.lab.get("/commitments")["items"] == []


class TestList:
    def test_filters_and_pages(self, town: World) -> None:
        made = mandate(town)
        mandate(town, "chloe")
        assert len(follow_ups(town)) == 8
        assert len(follow_ups(town, team_id=made["team_id"])) == 4
        assert len(follow_ups(town, state=["held", "missed"])) == 0
        assert len(follow_ups(town, from_day="2026-04-02", until_day="2026-05-15")) == 4
        seen = []
        path = "/follow-ups?limit=3&sort=-planned_on"
        while path:
            response = town.lab.request("GET", path, expect=200)
            seen += [item["planned_on"] for item in response.json()["items"]]
            more = response.links.get("next")
            path = more["url"].removeprefix("/api/v1") if more else ""
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == 8
        for query in ("sort=state", "state=lost", "from_day=x"):
            town.lab.get(f"/follow-ups?{query}", expect=422)

    def test_constant_queries(self, town: World) -> None:
        mandate(town)
        with town.counted_queries() as few:
            follow_ups(town, by="alice", limit=1)
        with town.counted_queries() as many:
            follow_ups(town, by="alice", limit=50)
        assert len(few) == len(many) == 2, "who calls, and the page"


class TestLifecycle:
    def test_every_move_and_every_refusal(self, town: World) -> None:
        paths: dict[FollowUpState, tuple[str, ...]] = {
            FollowUpState.PLANNED: (),
            FollowUpState.SCHEDULED: ("schedule",),
            FollowUpState.HELD: ("schedule", "hold"),
            FollowUpState.MISSED: ("miss",),
        }
        for (state, path), member in zip(paths.items(), ("alice", "bruno", "chloe", "david"), strict=True):
            possible = FOLLOW_UPS.possible(state)
            made = mandate(town, member)
            for follow_up, verb in zip(follow_ups(town, mandate_id=made["id"]), VERBS, strict=False):
                day = date.fromisoformat(follow_up["planned_on"])
                with on(day):
                    for step in path:
                        act(town, follow_up, step, form_of(town, step, day))
                    before = town.lab.get(f"/follow-ups/{follow_up['id']}")
                    assert (before["state"], before["possible_moves"]) == (state, list(possible))
                    form, address = form_of(town, verb, day), f"/follow-ups/{follow_up['id']}/{verb}"
                    if verb in possible:
                        assert town.coach.post(address, form)["state"] == FOLLOW_UPS[verb].target
                        continue
                    problem = town.coach.post(address, form, expect=409)
                    assert (problem["state"], problem["possible_moves"]) == (state, list(possible))


class TestSchedule:
    def test_on_the_wall_of_the_authority(self, town: World) -> None:
        follow_up = first(town)
        fixed = act(town, follow_up, "schedule", {"day": "2026-03-30", "time": "09:30", "place": "Annexe"})
        assert (fixed["state"], fixed["held_at"]) == ("scheduled", "2026-03-30T07:30:00Z"), "summer time"
        assert (fixed["place"], fixed["planned_on"]) == ("Annexe", FIRST.isoformat())
        again = act(town, follow_up, "schedule", {"held_at": "2026-02-20T08:00:00+01:00"})
        assert (again["held_at"], again["place"]) == ("2026-02-20T07:00:00Z", None)
        assert town.event_types(follow_up["id"]) == ["follow_up.scheduled", "follow_up.scheduled"]
        assert follow_ups(town)[1]["planned_on"] == SECOND.isoformat(), "those that follow keep their day"

    def test_refused(self, town: World) -> None:
        follow_up = first(town)
        wrong: list[tuple[str, Any]] = [
            ("held_at", {}),
            ("time", {"day": "2026-02-19"}),
            ("held_at", {"time": "09:30"}),
            ("time", {"day": "2026-02-19", "time": "09:30", "held_at": "2026-02-19T09:00:00Z"}),
            ("time", {"day": "2026-02-19", "time": "25:00"}),
            ("held_at", {"held_at": "2026-02-19T09:00:00"}),
            ("held_at", {"held_at": "0001-01-01T00:00:00+14:00"}),
            ("held_at", {"held_at": "9999-12-31T23:59:59-14:00"}),
            ("day", {"day": "2026-02-22", "time": "09:30"}),
            ("day", {"day": "2026-04-02", "time": "09:30"}),
            ("held_at", {"held_at": "2026-01-07T09:00:00Z"}),
            ("place", {"day": "2026-02-19", "time": "09:30", "place": ""}),
        ]
        for field, body in wrong:
            problem = town.coach.post(f"/follow-ups/{follow_up['id']}/schedule", body, expect=422)
            assert problem["errors"][0]["field"] == field, body


class TestReports:
    def test_neither_reads_the_other_before_both_are_in(self, town: World) -> None:
        follow_up = first(town)
        path = f"/follow-ups/{follow_up['id']}"
        report(town, follow_up, "team")
        for name, text in (("alice", "Deux dépôts visités."), ("bruno", "Deux dépôts visités.")):
            assert town.people[name].get(path)["reports"]["team"]["body"] == text
        for name in ("head_dsi", "coach", "lab", "dgs"):
            seen = town.people[name].get(path)["reports"]
            assert seen["team"] == {
                "is_in": True,
                "body": None,
                "author_id": None,
                "updated_at": None,
                "version": None,
            }, name
            assert seen["client_directorate"]["is_in"] is False
        report(town, follow_up, "client_directorate")
        for name in ("alice", "head_dsi", "coach", "lab", "dgs"):
            seen = town.people[name].get(path)["reports"]
            assert seen["team"]["body"] == "Deux dépôts visités."
            assert seen["client_directorate"]["author_id"] == town.head_dsi.id
        assert town.event_types(follow_up["id"]) == ["follow_up.reported", "follow_up.reported"]

    def test_opened_by_the_minutes(self, town: World) -> None:
        follow_up = scheduled(town)
        report(town, follow_up, "team")
        with on(FIRST):
            act(town, follow_up, "hold", minutes(town, without_reports=True))
        seen = town.head_dsi.get(f"/follow-ups/{follow_up['id']}")["reports"]
        assert seen["team"]["body"] == "Deux dépôts visités."
        town.head_dsi.put(
            f"/follow-ups/{follow_up['id']}/reports/client_directorate", {"body": "Tard."}, expect=409
        )

    def test_who(self, town: World) -> None:
        follow_up = first(town)
        path = f"/follow-ups/{follow_up['id']}/reports"
        body = {"body": "Rien à signaler."}
        town.anonymous.put(f"{path}/team", body, expect=401)
        town.chloe.put(f"{path}/team", body, expect=404)
        for name in ("coach", "lab", "head_dsi", "dgs"):
            town.people[name].put(f"{path}/team", body, expect=403)
        for name in ("coach", "lab", "alice", "dgs"):
            town.people[name].put(f"{path}/client_directorate", body, expect=403)
        town.alice.put(f"{path}/sponsor", body, expect=422)
        town.alice.put(f"{path}/team", {"body": " "}, expect=422)

    def test_corrected_with_its_version(self, town: World) -> None:
        follow_up = first(town)
        path = f"/follow-ups/{follow_up['id']}/reports/team"
        made = town.alice.request("PUT", path, json={"body": "Un."}, expect=200)
        town.bruno.put(path, {"body": "Deux."}, expect=428)
        town.bruno.put(path, {"body": "Deux."}, expect=412, headers={"If-Match": '"7"'})
        headers = {"If-Match": made.headers["etag"]}
        corrected = town.bruno.put(path, {"body": "Deux."}, headers=headers)
        assert (corrected["body"], corrected["version"]) == ("Deux.", 2)
        assert corrected["author_id"] == town.bruno.id
        town.alice.put(path, {"body": "Trois."}, expect=412, headers=headers)

    def test_two_of_one_side_at_once(self, town: World) -> None:
        follow_up = first(town)
        path = f"/follow-ups/{follow_up['id']}/reports/team"

        def put(name: str) -> int:
            return town.people[name].request("PUT", path, json={"body": name}).status_code

        answers = together([lambda: put("alice"), lambda: put("bruno")])
        assert answers[0] == 200
        assert answers[1] in {409, 428}


class TestHold:
    def test_minutes(self, town: World) -> None:
        made = held(town)
        assert (made["state"], made["held_on"]) == ("held", FIRST.isoformat())
        assert [one["name"] for one in made["attendees"]] == [
            "Alice ALICE",
            "Bruno BRUNO",
            "Coach COACH",
            "Head_dsi HEAD_DSI",
        ]
        assert made["decisions"] == [
            {
                "body": "L'essai est étendu au dépôt sud.",
                "decided_by_id": town.head_dsi.id,
                "decided_by_name": "Head_dsi HEAD_DSI",
                "agreement_id": None,
            }
        ]
        assert [(one["side"], one["state"], one["owner_name"]) for one in made["commitments"]] == [
            ("client_directorate", "open", "Chloe CHLOE"),
            ("team", "open", "Alice ALICE"),
        ]
        assert made["obstacles"][0]["owner_name"] == "Dgs DGS"
        assert made["open_commitments"] == []
        assert town.event_types(made["id"])[-1] == "follow_up.held"
        assert town.event_types(made["commitments"][0]["id"]) == ["commitment.made"]
        assert [item["state"] for item in follow_ups(town)] == ["held", "planned", "planned", "planned"]

    def test_open_commitments_are_on_the_table(self, town: World) -> None:
        made = held(town)
        theirs, ours = made["commitments"]
        town.alice.post(f"/commitments/{ours['id']}/keep")
        second = held(town, follow_ups(town)[1], commitments=[])
        assert [one["id"] for one in second["open_commitments"]] == [theirs["id"]]
        assert second["commitments"] == []
        assert town.lab.get(f"/follow-ups/{made['id']}")["open_commitments"] == []

    def test_awaits_both_reports(self, town: World) -> None:
        follow_up = scheduled(town)
        report(town, follow_up, "team")
        with on(FIRST):
            path = f"/follow-ups/{follow_up['id']}/hold"
            problem = town.coach.post(path, minutes(town), expect=409)
            assert problem["type"].endswith("reports-awaited")
            assert town.lab.get(f"/follow-ups/{follow_up['id']}")["attendees"] == []
            report(town, follow_up, "client_directorate")
            assert town.coach.post(path, minutes(town))["state"] == "held"

    def test_refused(self, town: World) -> None:
        follow_up = scheduled(town)
        one = minutes(town)["commitments"][0]
        wrong: list[tuple[list[str], dict[str, Any]]] = [
            (["held_on"], {"held_on": "2026-02-20"}),
            (["held_on"], {"held_on": "2026-01-07"}),
            (["attendee_ids"], {"attendee_ids": []}),
            (["attendee_ids.1"], {"attendee_ids": [town.alice.id, UNKNOWN]}),
            (["commitments.0.owner_id"], {"commitments": [{**one, "owner_id": UNKNOWN}]}),
            (["commitments.0.due_on"], {"commitments": [{**one, "due_on": "2026-02-18"}]}),
            (["commitments.0.side"], {"commitments": [{**one, "side": "sponsor"}]}),
            (
                ["decisions.0.decided_by_id", "obstacles.0.owner_id"],
                {
                    "decisions": [{"body": "x", "decided_by_id": UNKNOWN}],
                    "obstacles": [{"body": "x", "owner_id": UNKNOWN, "due_on": "2026-03-01"}],
                },
            ),
        ]
        with on(FIRST):
            for fields, change in wrong:
                body = minutes(town, without_reports=True, **change)
                problem = town.coach.post(f"/follow-ups/{follow_up['id']}/hold", body, expect=422)
                assert [error["field"] for error in problem["errors"]] == fields
        assert town.lab.get("/commitments")["items"] == []

    def test_once(self, town: World) -> None:
        follow_up = scheduled(town)
        body = minutes(town, without_reports=True)
        path = f"/follow-ups/{follow_up['id']}/hold"
        with on(FIRST):
            answers = together(
                [lambda: town.coach.request("POST", path, json=body).status_code for _ in range(4)]
            )
        assert answers == [200, 409, 409, 409]
        assert len(town.lab.get("/commitments")["items"]) == 2


class TestMiss:
    def test_says_why(self, town: World) -> None:
        follow_up = first(town)
        path = f"/follow-ups/{follow_up['id']}/miss"
        assert town.coach.post(path, WHY, expect=409)["type"].endswith("follow-up-to-come")
        with on(FIRST):
            missed = town.coach.post(path, WHY)
        assert (missed["state"], missed["reason"]) == ("missed", WHY["reason"])
        assert [item["state"] for item in follow_ups(town)] == ["missed", "planned", "planned", "planned"]
        assert town.event_types(follow_up["id"]) == ["follow_up.missed"]

    def test_the_next_stands_where_the_term_was_moved(self, town: World) -> None:
        """Six weeks after the plan, not after the slip."""
        follow_up = first(town)
        with town.database.transaction() as session:
            session.execute(delete(FollowUp).where(col(FollowUp.ordinal) > 1))
        with on(FIRST + timedelta(days=9)):
            act(town, follow_up, "miss", WHY)
        assert [item["planned_on"] for item in follow_ups(town)] == [FIRST.isoformat(), SECOND.isoformat()]
        assert town.event_types(follow_ups(town)[1]["id"]) == ["follow_up.planned"]

    def test_by_itself(self, town: World) -> None:
        """After ten days of grace, once, and never before a meeting that is fixed."""
        made = mandate(town)
        planned = follow_ups(town, mandate_id=made["id"])
        actor = town.actor("lab")

        def turn(day: date) -> int:
            with on(day), town.database.transaction() as session:
                return turn_pages(session, actor, day)

        assert turn(FIRST + timedelta(days=10)) == 0
        act(town, planned[0], "schedule", {"day": "2026-03-02", "time": "09:30"})
        assert turn(FIRST + timedelta(days=12)) == 0
        assert turn(date(2026, 3, 12)) == 0
        assert turn(date(2026, 3, 13)) == 1
        assert turn(date(2026, 3, 13)) == 0
        assert turn(SECOND + timedelta(days=11)) == 1
        assert [item["state"] for item in follow_ups(town)] == ["missed", "missed", "planned", "planned"]
        assert town.event_types(planned[1]["id"]) == ["follow_up.missed"]


class TestMandate:
    def test_suspended_resumed_and_terminated(self, town: World) -> None:
        made = mandate(town)
        scheduled(town, follow_ups(town)[1])
        body = {"reason": "La crue mobilise toutes les équipes.", "from_day": "2026-03-30"}
        town.dgs.post(f"/mandates/{made['id']}/suspend", body)
        assert [(item["state"], item["cancelled_for"]) for item in follow_ups(town)] == [
            ("planned", None),
            *[("cancelled", "suspension")] * 3,
        ]
        town.dgs.post(f"/mandates/{made['id']}/resume", {"from_day": "2026-04-15"})
        assert [item["state"] for item in follow_ups(town)] == ["planned", "cancelled", "planned", "planned"]
        third = follow_ups(town)[2]
        assert town.event_types(third["id"]) == ["follow_up.cancelled", "follow_up.restored"]
        body = {"reason": "Réorganisation.", "on_day": "2026-05-14"}
        town.dgs.post(f"/mandates/{made['id']}/terminate", body)
        assert [(item["state"], item["cancelled_for"]) for item in follow_ups(town)] == [
            ("planned", None),
            ("cancelled", "suspension"),
            ("planned", None),
            ("cancelled", "mandate_ended"),
        ]
