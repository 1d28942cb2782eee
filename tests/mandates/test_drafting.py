"""Draft a mandate, edit it, have the workload relief written."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.mandates.model_mandate import PLACEHOLDERS, model
from app.mandates.service.drafting import months_after
from app.people.models import Agent
from tests.mandates.builders import RELIEF, START, charter, form, mandate, slots, submitted, team
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def fields(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


class TestDraft:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/mandates", {}, expect=401)

    @pytest.mark.parametrize("name", ["chloe", "head_dep", "hr", "elected", "dgs", "alice"])
    def test_stranger(self, world: World, name: str) -> None:
        problem = world.people[name].post("/mandates", form(world), expect=403)
        assert "coach" in problem["detail"]

    @pytest.mark.parametrize("name", ["lab", "coach"])
    def test_defaults(self, world: World, name: str) -> None:
        body = form(world)
        made = world.people[name].post("/mandates", body, expect=201)
        assert (made["state"], made["version"], made["submission"]) == ("draft", 1, 0)
        assert made["ends_on"] == months_after(START, 6).isoformat()
        assert made["cadence_weeks"] == 6
        assert made["client_directorate_name"] == "Direction des espaces publics"
        assert made["problem"].startswith("Chaque matin")
        assert [clause["key"] for clause in made["clauses"]] == [clause.key for clause in model().clauses]
        assert made["possible_moves"] == ["relieve", "submit"]
        assert made["parties"] == []
        assert world.event_types(made["id"]) == ["mandate.drafted"]

    def test_charter_sets_the_parameters(self, world: World) -> None:
        charter(world, cadence_weeks=4, half_days_per_week=2, mandate_months=3)
        made = mandate(world)
        assert (made["cadence_weeks"], made["half_days_per_week"]) == (4, 2)
        assert made["ends_on"] == months_after(START, 3).isoformat()

    def test_without_a_charter(self, world: World) -> None:
        body = {"team_id": team(world)["id"], "sponsor_id": world.dgs.id, "starts_on": START.isoformat()}
        assert world.lab.post("/mandates", body, expect=409)["type"].endswith("no-charter")

    def test_api_client(self, world: World) -> None:
        world.machine("programme:read").post("/mandates", form(world), expect=403)
        made = world.machine("programme:write").post("/mandates", form(world), expect=201)
        assert world.lab.get(f"/mandates/{made['id']}")["id"] == made["id"]

    def test_location_and_etag(self, world: World) -> None:
        response = world.lab.request("POST", "/mandates", json=form(world), expect=201)
        read = world.lab.request("GET", response.headers["location"].removeprefix("/api/v1"), expect=200)
        assert read.json() == response.json()
        assert read.headers["etag"] == response.headers["etag"]

    def test_one_in_preparation_for_a_team(self, world: World) -> None:
        made = mandate(world)
        problem = world.lab.post("/mandates", form(world, team_id=made["team_id"]), expect=409)
        assert problem["type"].endswith("mandate-in-preparation")

    def test_of_a_concluded_team(self, world: World) -> None:
        concluded = team(world)
        body = {"outcome": "stopped", "learned": "Le portail est neuf."}
        world.lab.post(f"/teams/{concluded['id']}/conclude", body)
        world.lab.post("/mandates", form(world, team_id=concluded["id"]), expect=409)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"team_id": UNKNOWN}, "team_id"),
            ({"team_id": None}, "team_id"),
            ({"sponsor_id": UNKNOWN}, "sponsor_id"),
            ({"starts_on": "demain"}, "starts_on"),
            ({"starts_on": "1989-01-01"}, "starts_on"),
            ({"starts_on": "2100-12-31"}, "ends_on"),
            ({"ends_on": (START - timedelta(days=1)).isoformat()}, "ends_on"),
            ({"ends_on": (START + timedelta(days=900)).isoformat()}, "ends_on"),
            ({"budget_euros": -1}, "budget_euros"),
            ({"budget_euros": 10**9}, "budget_euros"),
            ({"purpose": " "}, "purpose"),
            ({"clauses": []}, "clauses"),
            ({"unknown": 1}, "unknown"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        assert fields(world.lab.post("/mandates", {**form(world), **change}, expect=422)) == [field]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"weekday": "saturday"}, "slots.0.weekday"),
            ({"half": "night"}, "slots.0.half"),
            ({"agent_id": UNKNOWN}, "slots.0.agent_id"),
            ({"relief": ""}, "slots.0.relief"),
        ],
    )
    def test_bad_slot(self, world: World, change: dict[str, Any], field: str) -> None:
        body = form(world)
        body["slots"][0] |= change
        assert fields(world.lab.post("/mandates", body, expect=422)) == [field]

    def test_slot_of_somebody_else(self, world: World) -> None:
        body = form(world)
        body["slots"] += slots(world, "chloe")
        problem = world.lab.post("/mandates", body, expect=422)
        assert fields(problem) == ["slots.2.agent_id"]
        assert "membre de l'équipe" in problem["errors"][0]["detail"]

    def test_same_slot_twice_and_too_many(self, world: World) -> None:
        body = form(world)
        friday = {**body["slots"][0], "weekday": "friday"}
        body["slots"] += [body["slots"][0], friday]
        problem = world.lab.post("/mandates", body, expect=422)
        assert fields(problem) == ["slots.2.weekday", "slots.3.agent_id"]
        assert "Alice ALICE" in problem["errors"][0]["detail"]
        assert "1 demi-journée" in problem["errors"][1]["detail"]

    def test_slot_on_a_half_that_the_agent_does_not_work(self, world: World) -> None:
        with world.database.transaction() as session:
            agent = session.merge(world.alice.agent)
            agent.off_halves = ["thursday:morning", "friday:afternoon:odd"]
        problem = world.lab.post("/mandates", form(world), expect=422)
        assert fields(problem) == ["slots.0.weekday"]
        body = form(world)
        body["slots"][0] |= {"weekday": "friday", "half": "afternoon"}
        world.lab.post("/mandates", body, expect=201)

    def test_another_authority(self, app: Any, world: World) -> None:
        body = form(world)
        made = mandate(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            assert fields(other.lab.post("/mandates", body, expect=422)) == ["team_id"]
            mine = form(other)
            assert fields(other.lab.post("/mandates", {**mine, "sponsor_id": world.dgs.id}, expect=422)) == [
                "sponsor_id"
            ]
            other.lab.get(f"/mandates/{made['id']}", expect=404)
            other.lab.patch(f"/mandates/{made['id']}", {"budget_euros": 1}, expect=404)
            other.lab.post(f"/mandates/{made['id']}/submit", expect=404)
            assert other.lab.get("/mandates")["items"] == []


class TestClauses:
    def test_placeholders_are_filled(self, world: World) -> None:
        made = mandate(world, budget_euros=800, purpose="ouvrir sans attendre, {team_name}.")
        filled = {clause["key"]: clause for clause in made["clauses"]}
        assert "ouvrir sans attendre, {team_name}." in filled["mission"]["filled_text"]
        assert "{purpose}" in filled["mission"]["text"]
        assert "une demi-journée par semaine, le jeudi matin" in filled["demi-journees"]["filled_text"]
        assert f"pour Alice ALICE\N{NO-BREAK SPACE}: {RELIEF}" in filled["allegement"]["filled_text"]
        assert "800\N{NO-BREAK SPACE}€" in filled["moyens"]["filled_plain"]
        assert "Alice ALICE (Direction des espaces publics)" in filled["parties"]["filled_text"]
        assert made["title"] == "Mandat de l’équipe «\N{NO-BREAK SPACE}Les Portiers\N{NO-BREAK SPACE}»"
        for clause in made["clauses"]:
            read = clause["filled_text"] + clause["filled_plain"]
            assert not any(f"{{{name}}}" in read for name in PLACEHOLDERS if name != "team_name"), clause

    def test_different_half_days_are_told_apart(self, world: World) -> None:
        body = form(world)
        body["slots"][1] |= {"weekday": "tuesday", "half": "afternoon"}
        made = world.lab.post("/mandates", body, expect=201)
        text = next(clause["filled_text"] for clause in made["clauses"] if clause["key"] == "demi-journees")
        assert "Alice ALICE\N{NO-BREAK SPACE}: le jeudi matin" in text
        assert "Bruno BRUNO\N{NO-BREAK SPACE}: le mardi après-midi" in text

    def test_one_of_our_own_between_those_of_the_model(self, world: World) -> None:
        own = {"key": "cle", "title": "Les clés", "text": "{team_name} garde les clés.", "plain": "Les clés."}
        made = mandate(world, clauses=[own, *written()])
        first = made["clauses"][0]
        assert (first["key"], first["kind"], first["mandatory"]) == ("cle", "other", False)
        assert first["filled_text"] == "Les Portiers garde les clés."

    def test_what_protects_cannot_be_removed(self, world: World) -> None:
        made = mandate(world)
        kept = [clause for clause in written() if clause["key"] not in {"aucun-prejudice", "publication"}]
        problem = world.lab.patch(f"/mandates/{made['id']}", {"clauses": kept}, expect=422)
        assert fields(problem) == ["clauses"]
        assert "Aucun préjudice" in problem["errors"][0]["detail"]
        optional = [clause for clause in written() if clause["key"] != "publication"]
        edited = world.lab.patch(f"/mandates/{made['id']}", {"clauses": optional})
        assert "publication" not in {clause["key"] for clause in edited["clauses"]}

    def test_wrong_clauses_are_named(self, world: World) -> None:
        articles = written()
        articles[1] |= {"text": "Pour {team} et {sponsor}.", "plain": "{x} {1} { }"}
        articles.append(articles[0])
        problem = world.lab.post("/mandates", form(world, clauses=articles), expect=422)
        assert fields(problem) == ["clauses.1.text", "clauses.1.plain", f"clauses.{len(articles) - 1}.key"]
        assert "{team}" in problem["errors"][0]["detail"]
        assert "{team_name}" not in problem["errors"][0]["detail"].partition("{team}")[0]

    def test_a_model_clause_keeps_its_kind(self, world: World) -> None:
        articles = written()
        articles[0] |= {"kind": "other"}
        made = mandate(world, clauses=articles)
        assert (made["clauses"][0]["kind"], made["clauses"][0]["mandatory"]) == ("purpose", True)


def written() -> list[dict[str, Any]]:
    """The model's clauses, as one sends them."""
    return [
        {"key": clause.key, "title": clause.title, "text": clause.text, "plain": clause.plain}
        for clause in model().clauses
    ]


class TestEdit:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.patch(f"/mandates/{UNKNOWN}", {}, expect=401)

    @pytest.mark.parametrize(
        ("name", "status"),
        [("chloe", 404), ("elected", 404), ("alice", 403), ("head_dep", 403), ("dgs", 403)],
    )
    def test_others(self, world: World, name: str, status: int) -> None:
        made = mandate(world)
        world.people[name].patch(f"/mandates/{made['id']}", {"budget_euros": 800}, expect=status)

    @pytest.mark.parametrize("name", ["lab", "coach"])
    def test_needs_the_version(self, world: World, name: str) -> None:
        made = mandate(world)
        path = f"/mandates/{made['id']}"
        caller = world.people[name]
        caller.request("PATCH", path, json={"budget_euros": 800}, expect=428)
        caller.patch(path, {"budget_euros": 800}, version=7, expect=412)
        edited = caller.patch(path, {"budget_euros": 800}, version=1)
        assert (edited["budget_euros"], edited["version"]) == (800, 2)
        assert edited["clauses"] == [
            {**clause, "filled_text": new["filled_text"], "filled_plain": new["filled_plain"]}
            for clause, new in zip(made["clauses"], edited["clauses"], strict=True)
        ]
        assert world.event_types(made["id"]) == ["mandate.drafted", "mandate.edited"]

    def test_slots_keep_the_relief_written(self, world: World) -> None:
        made = mandate(world)
        moved = [{**slot, "weekday": "monday"} for slot in slots(world, "alice", "bruno", relief=None)]
        edited = world.lab.patch(f"/mandates/{made['id']}", {"slots": moved})
        assert [(slot["weekday"], slot["relief"]) for slot in edited["slots"]] == [("monday", RELIEF)] * 2

    def test_dates_and_sponsor(self, world: World) -> None:
        made = mandate(world)
        path = f"/mandates/{made['id']}"
        later = (START + timedelta(days=300)).isoformat()
        assert fields(world.lab.patch(path, {"starts_on": later}, expect=422)) == ["ends_on"]
        assert fields(world.lab.patch(path, {"sponsor_id": UNKNOWN}, expect=422)) == ["sponsor_id"]
        assert fields(world.lab.patch(path, {"ends_on": None}, expect=422)) == ["ends_on"]
        edited = world.lab.patch(path, {"ends_on": later, "sponsor_id": world.elected.id})
        assert (edited["ends_on"], edited["sponsor_name"]) == (later, "Elected ELECTED")

    def test_nothing_changes_once_submitted(self, world: World) -> None:
        made = submitted(world)
        problem = world.lab.patch(f"/mandates/{made['id']}", {"budget_euros": 800}, expect=409)
        assert problem["state"] == "in_signature"
        assert problem["possible_moves"] == ["sign", "refuse", "withdraw", "lapse", "activate"]


class TestRelief:
    def path(self, made: dict[str, Any]) -> str:
        return f"/mandates/{made['id']}/relief"

    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/relief", {}, expect=401)

    @pytest.mark.parametrize(
        ("name", "status"),
        [("chloe", 404), ("alice", 403), ("head_dej", 403), ("head_dsi", 404), ("dgs", 403), ("hr", 403)],
    )
    def test_others(self, world: World, name: str, status: int) -> None:
        made = mandate(world)
        body = {"agent_id": world.alice.id, "relief": "Rien."}
        world.people[name].post(self.path(made), body, expect=status)

    @pytest.mark.parametrize("name", ["head_dep", "lab", "coach"])
    def test_rightful(self, world: World, name: str) -> None:
        made = mandate(world)
        body = {"agent_id": world.alice.id, "relief": "Le courrier passe à David."}
        seen = world.people[name].post(self.path(made), body)
        assert [slot["relief"] for slot in seen["slots"]] == ["Le courrier passe à David.", RELIEF]
        assert world.event_types(made["id"])[-1] == "mandate.edited"

    def test_of_an_agent_without_a_manager(self, world: World) -> None:
        world.add_person("eve", "DSI")
        made = mandate(world, members=("alice", "eve"))
        body = {"agent_id": world.eve.id, "relief": "La permanence passe à Chloé."}
        world.head_dsi.post(self.path(made), body)
        world.head_dep.post(self.path(made), body, expect=403)

    def test_of_an_agent_whose_manager_has_left(self, world: World) -> None:
        world.add_person("fred", "DSI", manager="head_dsi")
        world.add_person("eve", "DSI", manager="fred")
        with world.database.transaction() as session:
            session.get_one(Agent, world.fred.agent.id).left_on = START - timedelta(days=60)
        made = mandate(world, members=("alice", "eve"))
        body = {"agent_id": world.eve.id, "relief": "La permanence passe à Chloé."}
        world.head_dsi.post(self.path(made), body)
        world.head_dep.post(self.path(made), body, expect=403)

    def test_of_somebody_without_a_half_day(self, world: World) -> None:
        made = mandate(world)
        for agent_id in (world.chloe.id, UNKNOWN):
            problem = world.lab.post(self.path(made), {"agent_id": agent_id, "relief": "x"}, expect=422)
            assert fields(problem) == ["agent_id"]

    def test_once_submitted(self, world: World) -> None:
        made = submitted(world)
        world.head_dep.post(self.path(made), {"agent_id": world.alice.id, "relief": "x"}, expect=409)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 1, 7), 1, date(2026, 2, 6)),
        (date(2026, 1, 1), 6, date(2026, 6, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 27)),
        (date(2023, 8, 31), 6, date(2024, 2, 28)),
        (date(2026, 12, 15), 12, date(2027, 12, 14)),
    ],
)
def test_months_after(first: date, months: int, last: date) -> None:
    assert months_after(first, months) == last
