"""Lists, streams, the tally, and who sees what of a half-day."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from app.teams.models import TeamMember
from tests.half_days.builders import (
    START,
    act,
    active,
    encroached,
    every,
    made_good,
    moment,
    on,
    on_day,
    slot,
)
from tests.mandates.builders import team
from tests.support.world import World

NDJSON = {"Accept": "application/x-ndjson"}
CSV = {"Accept": "text/csv"}
HIDDEN = ("asked_by", "reason", "note", "waived_because")


def lines(town: World, by: str = "lab", query: str = "") -> list[dict[str, Any]]:
    """The whole list as NDJSON."""
    response = town.people[by].request("GET", f"/half-days{query}", headers=NDJSON, expect=200)
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


class TestWhoReads:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/half-days", expect=401)
        world.anonymous.request("GET", "/half-days", headers=NDJSON, expect=401)

    def test_everyone(self, town: World) -> None:
        """Alice is of the roads service; the client directorate is another's."""
        town.add_person("neighbour", "DEP", manager="head_dep")
        active(
            town, "alice", "bruno", team_id=team(town, client_directorate_id=town.directorate_id("DSI"))["id"]
        )
        both, alice_only = {town.alice.id, town.bruno.id}, {town.alice.id}
        seen: dict[str, set[str]] = {
            "alice": both,
            "bruno": both,
            "coach": both,
            "head_dsi": both,
            "head_dep": alice_only,
            "head_dej": {town.bruno.id},
            "dgs": both,
            "lab": both,
            "hr": both,
            "neighbour": set(),
            "david": set(),
            "elected": set(),
        }
        half_day = on_day(town, START)
        for name, agents in seen.items():
            assert {item["agent_id"] for item in every(town, by=name)} == agents, name
            assert {item["agent_id"] for item in lines(town, by=name)} == agents, name
            expected = 200 if town.alice.id in agents else 404
            town.people[name].get(f"/half-days/{half_day['id']}", expect=expected)
        assert len(town.machine("hr:read").get("/half-days?limit=200")["items"]) == 52
        machine = town.machine("programme:read")
        machine.get("/half-days", expect=403)
        machine.get(f"/half-days/{half_day['id']}", expect=404)

    def test_manager_of_another_service(self, town: World) -> None:
        town.add_directorate("DEP/voirie", "Voirie", parent="DEP")
        town.add_person("paver", "DEP/voirie", manager="david")
        active(town, "paver", "bruno")
        for name in ("david", "head_dep"):
            assert {item["agent_id"] for item in every(town, by=name)} >= {town.paver.id}, name

    def test_member_who_left(self, town: World) -> None:
        active(town)
        with town.database.transaction() as session:
            session.execute(
                update(TeamMember)
                .where(col(TeamMember.agent_id) == town.bruno.agent.id)
                .values(left_on=START)
            )
        assert {item["agent_id"] for item in every(town, by="bruno")} == {town.alice.id, town.bruno.id}
        with on(START):
            assert {item["agent_id"] for item in every(town, by="bruno")} == {town.bruno.id}

    def test_reasons_stay_close(self, town: World) -> None:
        """Who took it back and why: the agent, the team, the coach, the sponsor and the lab."""
        active(town)
        half_day = encroached(town)
        for name in ("alice", "bruno", "coach", "dgs", "lab"):
            seen = town.people[name].get(f"/half-days/{half_day['id']}")
            assert seen["reason"] == "Rupture de canalisation.", name
            assert _listed(town, name, half_day["id"])["asked_by"] == "Responsable du service voirie", name
        for name in ("head_dep", "hr"):
            seen = town.people[name].get(f"/half-days/{half_day['id']}")
            listed = _listed(town, name, half_day["id"])
            assert all(found[field] is None for found in (seen, listed) for field in HIDDEN), name
            assert seen["make_good_due"] == "2026-01-23"
        (machine,) = town.machine("hr:read").get("/half-days?state=encroached")["items"]
        assert all(machine[field] is None for field in HIDDEN)

    def test_personnel_number(self, town: World) -> None:
        active(town)
        half_day = on_day(town, START)
        shown = {
            name: town.people[name].get(f"/half-days/{half_day['id']}")["hr_id"]
            for name in ("alice", "bruno", "hr", "lab")
        }
        number = town.alice.agent.hr_id
        assert shown == {"alice": None, "bruno": None, "hr": number, "lab": number}


def _listed(town: World, name: str, half_day_id: str) -> dict[str, Any]:
    (found,) = [item for item in lines(town, by=name) if item["id"] == half_day_id]
    return found


class TestList:
    def test_filters(self, town: World) -> None:
        made = active(town)
        other = active(town, "chloe", slots=[slot(town, "chloe", "monday")])
        encroached(town)

        def count(by: str = "lab", **filters: Any) -> int:
            return len(every(town, by=by, **filters))

        assert count(mandate_id=made["id"]) == 52
        assert count(team_id=other["team_id"]) == 26
        assert count(agent_id=[town.alice.id, town.chloe.id]) == 52
        assert count(directorate_id=town.directorate_id("DEJ")) == 26
        assert count(state="encroached") == 1
        assert count(state=["excused"]) == 4
        assert count(from_day="2026-02-02", until_day="2026-02-08") == 3
        assert count(by="alice") == 52
        assert count(by="alice", mine=True) == 26
        assert count(by="alice", mine=False) == 26
        assert count(by="coach", mine=True) == 0

    def test_pages(self, town: World) -> None:
        active(town)
        for sort in ("day", "-day"):
            seen: list[dict[str, Any]] = []
            path = f"/half-days?limit=9&sort={sort}"
            while path:
                response = town.coach.request("GET", path, expect=200)
                seen += response.json()["items"]
                more = response.links.get("next")
                path = more["url"].removeprefix("/api/v1") if more else ""
            assert len({item["id"] for item in seen}) == 52
            assert [item["day"] for item in seen] == sorted(
                (item["day"] for item in seen), reverse=sort == "-day"
            )

    def test_bad_parameter(self, world: World) -> None:
        for query in (
            "limit=0",
            "sort=half",
            "state=lost",
            "from_day=1989-12-31",
            "from_day=x",
            "agent_id=1",
        ):
            problem = world.lab.get(f"/half-days?{query}", expect=422)
            assert problem["errors"][0]["field"].startswith(query.partition("=")[0])

    def test_constant_queries(self, town: World) -> None:
        active(town)
        with town.counted_queries() as few:
            town.alice.get("/half-days?limit=1")
        with town.counted_queries() as many:
            town.alice.get("/half-days?limit=200")
        with town.counted_queries() as streamed:
            lines(town, by="alice")
        assert len(few) == len(many) == 2, "who calls, and the rows"
        assert len(streamed) == 4, "and the limit on exports, read and taken"


class TestStreams:
    def test_ndjson_is_what_the_pages_hold(self, town: World) -> None:
        active(town)
        made_good(town)
        act(town, on_day(town, START + timedelta(weeks=1)), "waive")
        for name in ("lab", "hr", "alice"):
            assert lines(town, by=name) == every(town, by=name)

    def test_csv(self, town: World) -> None:
        active(town)
        half_day = encroached(town)
        response = town.hr.request("GET", "/half-days?state=encroached", headers=CSV, expect=200)
        assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
        assert response.headers["content-disposition"] == 'attachment; filename="demi-journees.csv"'
        assert response.text.endswith("\r\n")
        (row,) = csv.DictReader(io.StringIO(response.text, newline=""))
        (item,) = every(town, by="hr", state="encroached")
        as_text = {
            name: "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in item.items()
        }
        assert row == as_text
        assert row["id"] == half_day["id"]
        assert row["gives_back"] == "false"

    def test_csv_runs_no_formula(self, town: World) -> None:
        active(town)
        form = {"asked_by": '=HYPERLINK("http://x")', "reason": "-1, puis\n« plus rien »"}
        act(town, on_day(town, START), "encroach", form)
        response = town.lab.request("GET", "/half-days?state=encroached", headers=CSV, expect=200)
        (row,) = csv.DictReader(io.StringIO(response.text, newline=""))
        assert row["asked_by"] == '\'=HYPERLINK("http://x")'
        assert row["reason"] == "'-1, puis\n« plus rien »"

    def test_empty(self, town: World) -> None:
        assert lines(town) == []
        response = town.lab.request("GET", "/half-days", headers=CSV, expect=200)
        assert response.text.startswith("id,mandate_id,")
        assert response.text.count("\r\n") == 1

    def test_filters_and_cursor_hold_and_limit_does_not(self, town: World) -> None:
        active(town)
        assert len(lines(town, query="?limit=1&from_day=2026-06-01")) == 10
        page = town.lab.get("/half-days?limit=20")
        assert len(lines(town, query=f"?cursor={page['next_cursor']}")) == 32

    def test_format(self, town: World) -> None:
        active(town)
        wanted = {
            "*/*": "application/json",
            "": "application/json",
            "text/csv;q=0.5, application/x-ndjson;q=0.9": "application/x-ndjson",
            "text/*": "text/csv",
            "application/json;q=0, */*": "application/x-ndjson",
        }
        for accept, media_type in wanted.items():
            response = town.lab.request("GET", "/half-days", headers={"Accept": accept}, expect=200)
            assert response.headers["content-type"].startswith(media_type), accept
        problem = town.lab.get("/half-days", headers={"Accept": "text/html"}, expect=406)
        assert "text/csv" in problem["detail"]

    def test_bad_cursor_is_a_problem(self, world: World) -> None:
        response = world.lab.request("GET", "/half-days?cursor=x", headers=CSV, expect=422)
        assert response.headers["content-type"] == "application/problem+json"


class TestSummary:
    def tally(self, town: World, by: str = "lab", **filters: Any) -> dict[str, Any]:
        found: dict[str, Any] = town.people[by].get("/half-days/summary", params=filters)
        return found

    def test_who(self, town: World) -> None:
        active(town)
        town.anonymous.get("/half-days/summary", expect=401)
        assert self.tally(town, by="david")["planned"] == 0
        assert self.tally(town, by="head_dej")["planned"] == 25
        assert self.tally(town, agent_id=town.alice.id)["planned"] == 25
        town.lab.get("/half-days/summary?limit=3", expect=422)

    def test_nothing_owed_yet(self, town: World) -> None:
        made = active(town)
        found = self.tally(town, mandate_id=made["id"])
        assert (found["planned"], found["excused"]) == (50, 2)
        assert (found["owed"], found["protected"], found["protection_rate"]) == (0, 0, None)

    def test_each_promise_counts_once(self, town: World) -> None:
        active(town, "alice")
        with on(date(2026, 2, 9)):
            act(town, on_day(town, date(2026, 1, 8)), "take")
            act(town, on_day(town, date(2026, 1, 15)), "encroach")
            given = act(town, on_day(town, date(2026, 1, 15)), "make-good", moment(date(2026, 2, 10)))
            act(town, on_day(town, date(2026, 1, 22)), "encroach")
            act(town, on_day(town, date(2026, 1, 29)), "move", moment(date(2026, 1, 30)))
            act(town, on_day(town, date(2026, 2, 5)), "waive")
            found = self.tally(town, team_id=given["team_id"])
        assert {state: found[state] for state in ("taken", "encroached", "made_good", "waived", "moved")} == {
            "taken": 1,
            "encroached": 1,
            "made_good": 1,
            "waived": 1,
            "moved": 1,
        }
        assert (found["owed"], found["protected"], found["unnoted"]) == (5, 2, 1)
        assert found["late"] == 2, "one given back after its day, one still owed after its day"
        assert found["protection_rate"] == 0.4
        with on(date(2026, 2, 11)):
            assert self.tally(town)["protected"] == 1, "given back, and not had"

    def test_one_query(self, town: World) -> None:
        active(town)
        with town.counted_queries() as queries:
            self.tally(town)
        assert len(queries) == 2, "who calls, and the counts"


def test_read_again(town: World) -> None:
    active(town)
    path = f"/half-days/{on_day(town, START)['id']}"
    tag = town.alice.request("GET", path, expect=200).headers["etag"]
    assert town.alice.request("GET", path, headers={"If-None-Match": tag}).status_code == 304
    act(town, {"id": path.rpartition("/")[2]}, "waive")
    assert town.alice.request("GET", path, headers={"If-None-Match": tag}).status_code == 200
