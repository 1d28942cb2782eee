"""The API of authorities and their people: anonymous, then the stranger, then the rightful person."""

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.access.capacity import Capacity
from app.kit.calendar import Half
from app.kit.ids import new_id
from app.people.models import Absence, Agent, Authority, Directorate
from app.people.service import absences_of, calendar_of
from tests.people.builders import away
from tests.support.world import Person, World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"

THREE_DAYS = [f"{day}:{half}" for day in ("monday", "tuesday", "friday") for half in Half]


def fields_of(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


def names(page: dict[str, Any]) -> list[str]:
    return [item["given_name"] for item in page["items"]]


def administrator(world: World) -> Person:
    return world.add_person("admin", "DGS", manager="dgs", capacity=Capacity.ADMINISTRATOR)


class TestMe:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/me", expect=401)

    def test_agent(self, world: World) -> None:
        assert world.alice.get("/me") == {
            "id": world.alice.id,
            "kind": "agent",
            "name": "Alice ALICE",
            "capacities": ["agent"],
            "scopes": [],
            "authority": {
                "id": str(world.authority.id),
                "slug": "valmoret",
                "name": "Ville de Valmoret",
                "time_zone": "Europe/Paris",
            },
            "directorate": {
                "id": world.directorate_id("DEP"),
                "code": "DEP",
                "name": "Direction des espaces publics",
            },
            "manager_id": world.head_dep.id,
            "powers": [],
        }

    @pytest.mark.parametrize(
        ("who", "capacities"), [("lab", ["agent", "lab"]), ("hr", ["agent", "hr"]), ("elected", ["elected"])]
    )
    def test_capacities(self, world: World, who: str, capacities: list[str]) -> None:
        assert world.people[who].get("/me")["capacities"] == capacities

    def test_machine(self, world: World) -> None:
        seen = world.machine("hr:write", "hr:read").get("/me")
        assert (seen["kind"], seen["scopes"]) == ("client", ["hr:read", "hr:write"])
        assert (seen["capacities"], seen["directorate"], seen["manager_id"]) == (["client"], None, None)

    def test_three_queries(self, world: World) -> None:
        with world.counted_queries() as seen:
            world.alice.get("/me")
        assert len(seen) == 3, "who calls, the answer, and the powers held"


class TestAuthority:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/authorities/{world.authority.id}", expect=401)

    @pytest.mark.parametrize("who", ["alice", "lab", "hr", "elected"])
    def test_own(self, world: World, who: str) -> None:
        seen = world.people[who].get(f"/authorities/{world.authority.id}")
        assert (seen["slug"], seen["holiday_subdivision"], seen["version"]) == ("valmoret", "FR", 1)
        assert (seen["local_customs"], seen["custom_days"], seen["solidarity_day"]) == ([], [], None)

    def test_any_machine(self, world: World) -> None:
        world.machine("events:read").get(f"/authorities/{world.authority.id}")

    def test_another(self, app: Any, world: World) -> None:
        with World.build(app, world.database, slug="haute-arlene") as other:
            world.lab.get(f"/authorities/{other.authority.id}", expect=404)
            path = f"/authorities/{other.authority.id}"
            administrator(world).patch(path, {"name": "À nous"}, expect=404)
        world.lab.get(f"/authorities/{UNKNOWN}", expect=404)

    @pytest.mark.parametrize("who", ["alice", "lab", "hr", "elected"])
    def test_not_everybody_sets_it(self, world: World, who: str) -> None:
        path = f"/authorities/{world.authority.id}"
        assert "administration" in world.people[who].patch(path, {"name": "X"}, expect=403)["detail"]

    def test_administrator(self, world: World) -> None:
        admin, path = administrator(world), f"/authorities/{world.authority.id}"
        admin.request("PATCH", path, json={"name": "X"}, expect=428)
        admin.patch(path, {"name": "X"}, version=9, expect=412)
        body = {
            "name": "Ville de Cayenne",
            "time_zone": "America/Cayenne",
            "holiday_subdivision": "GF",
            "solidarity_day": "whit_monday",
            "custom_days": [
                {"date": "2026-12-24", "name": "Veille de Noël"},
                {"date": "2026-02-16", "name": "Lundi gras"},
            ],
        }
        seen = admin.patch(path, body, version=1)
        assert {name: seen[name] for name in body} == {
            **body,
            "custom_days": list(reversed(body["custom_days"])),
        }
        assert seen["version"] == 2
        assert admin.get(path) == seen
        assert world.event_types(world.authority.id) == ["authority.edited"]
        assert admin.patch(path, body, version=2)["version"] == 2, "nothing to change"
        with world.database.session() as session:
            calendar = calendar_of(session, world.authority.id)
        assert calendar.holiday_name(date(2026, 6, 10)) == "Abolition de l’esclavage"
        assert calendar.holiday_name(date(2026, 2, 16)) == "Lundi gras"
        assert calendar.is_working_day(date(2026, 5, 25))

    def test_customs(self, world: World) -> None:
        admin, path = administrator(world), f"/authorities/{world.authority.id}"
        admin.patch(
            path, {"holiday_subdivision": "GP", "local_customs": ["mid_lent", "good_friday", "mid_lent"]}
        )
        assert admin.get(path)["local_customs"] == ["good_friday", "mid_lent"]
        problem = admin.patch(path, {"holiday_subdivision": "FR"}, expect=422)
        assert fields_of(problem) == ["local_customs"]
        assert "France métropolitaine" in problem["detail"]
        admin.patch(path, {"holiday_subdivision": "FR", "local_customs": []})

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": None}, "name"),
            ({"time_zone": "Paris"}, "time_zone"),
            ({"time_zone": "../../etc/passwd"}, "time_zone"),
            ({"time_zone": "Europe/Paris\u0000"}, "time_zone"),
            ({"holiday_subdivision": "75"}, "holiday_subdivision"),
            ({"holiday_subdivision": "MQ", "local_customs": ["mid_lent"]}, "local_customs"),
            ({"local_customs": ["mid_lent"]}, "local_customs"),
            ({"local_customs": ["carnival"]}, "local_customs.0"),
            ({"solidarity_day": "labour_day"}, "solidarity_day"),
            ({"solidarity_day": "good_friday"}, "solidarity_day"),
            ({"holiday_subdivision": "57", "solidarity_day": "christmas"}, "solidarity_day"),
            ({"custom_days": [{"date": "1066-10-14", "name": "Hastings"}]}, "custom_days.0.date"),
            ({"custom_days": [{"date": "2026-10-14", "name": ""}]}, "custom_days.0.name"),
            ({"slug": "autre"}, "slug"),
        ],
    )
    def test_bad_field(self, world: World, body: dict[str, Any], field: str) -> None:
        problem = administrator(world).patch(f"/authorities/{world.authority.id}", body, expect=422)
        assert fields_of(problem) == [field]
        with world.database.read() as connection:
            assert connection.execute(select(col(Authority.version))).scalar_one() == 1


class TestDirectorates:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/directorates", expect=401)
        world.anonymous.get(f"/directorates/{world.directorate_id('DEP')}", expect=401)

    def test_list(self, world: World) -> None:
        world.add_directorate("DEP/voirie", "Voirie", parent="DEP")
        items = world.alice.get("/directorates")["items"]
        assert [item["code"] for item in items] == ["DEJ", "DEP", "DEP/voirie", "DGS", "DSI"]
        assert (items[1]["head_id"], items[1]["head_name"]) == (world.head_dep.id, "Head_dep HEAD_DEP")
        assert items[2]["parent_id"] == world.directorate_id("DEP")

    def test_elected_members_read_no_names(self, world: World) -> None:
        item = world.elected.get("/directorates?code=DEP")["items"][0]
        assert (item["name"], item["head_id"], item["head_name"]) == (
            "Direction des espaces publics",
            None,
            None,
        )
        detail = world.elected.get(f"/directorates/{item['id']}")
        assert (detail["head_id"], detail["head_name"]) == (None, None)

    def test_filters(self, world: World) -> None:
        world.add_directorate("DEP/voirie", "Voirie", parent="DEP")
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DSI"].id).closed_on = date(2026, 1, 1)

        def codes(query: str) -> list[str]:
            return [item["code"] for item in world.hr.get(f"/directorates?{query}")["items"]]

        assert codes("root=true") == ["DEJ", "DEP", "DGS", "DSI"]
        assert codes("root=false") == ["DEP/voirie"]
        assert codes(f"parent_id={world.directorate_id('DEP')}") == ["DEP/voirie"]
        assert codes("code=DSI&code=DGS") == ["DGS", "DSI"]
        assert codes(f"head_id={world.head_dej.id}") == ["DEJ"]
        assert codes("closed=true") == ["DSI"]
        assert codes("closed=false&sort=-name") == ["DEP/voirie", "DGS", "DEP", "DEJ"]

    def test_pages(self, world: World) -> None:
        seen, path = [], "/directorates?limit=3&sort=name"
        while path:
            response = world.bruno.request("GET", path, expect=200)
            seen += [item["name"] for item in response.json()["items"]]
            path = response.links.get("next", {}).get("url", "").removeprefix("/api/v1")
        assert seen == sorted(seen)
        assert len(seen) == 4

    def test_detail_counts_those_in_post(self, world: World) -> None:
        world.add_directorate("DEP/voirie", "Voirie", parent="DEP")
        world.add_directorate("DEP/voirie/nord", "Nord", parent="DEP/voirie")
        world.add_person("eva", "DEP/voirie", manager="head_dep")
        world.add_person("farid", "DEP/voirie/nord", manager="head_dep")
        world.add_person("gone", "DEP/voirie", manager="head_dep")
        with world.database.transaction() as session:
            session.get_one(Agent, world.gone.agent.id).left_on = date(2020, 1, 1)
        seen = world.alice.get(f"/directorates/{world.directorate_id('DEP')}")
        assert (seen["agents"], seen["agents_in_all"]) == (3, 5)
        below = world.hr.get(f"/directorates/{world.directorate_id('DEP/voirie')}")
        assert (below["agents"], below["agents_in_all"], below["parent_name"]) == (
            1,
            2,
            "Direction des espaces publics",
        )

    def test_conditional_get(self, world: World) -> None:
        path = f"/directorates/{world.directorate_id('DEP')}"
        tag = world.alice.request("GET", path, expect=200).headers["etag"]
        world.alice.request("GET", path, headers={"If-None-Match": tag}, expect=304)

    def test_another_authority(self, app: Any, world: World) -> None:
        with World.build(app, world.database, slug="haute-arlene") as other:
            world.lab.get(f"/directorates/{other.directorate_id('DEP')}", expect=404)
            assert len(other.lab.get("/directorates?code=DEP")["items"]) == 1
        world.lab.get(f"/directorates/{UNKNOWN}", expect=404)

    def test_closed_ones_are_no_place_for_an_irritant(self, world: World) -> None:
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DSI"].id).closed_on = date(2026, 1, 1)
        body = {"title": "T", "description": "D", "directorate_id": world.directorate_id("DSI")}
        assert fields_of(world.alice.post("/irritants", body, expect=422)) == ["directorate_id"]

    @pytest.mark.parametrize(
        "query", ["sort=head_id", "limit=0", "root=maybe", "q=x", "code=%00", "cursor=x"]
    )
    def test_bad_parameter(self, world: World, query: str) -> None:
        assert world.alice.get(f"/directorates?{query}", expect=422)["errors"][0]["in"] == "query"

    def test_constant_queries(self, world: World) -> None:
        with world.counted_queries() as few:
            world.bruno.get("/directorates?limit=1")
        with world.counted_queries() as many:
            world.bruno.get("/directorates?limit=200")
        assert len(few) == len(many) == 2


class TestAgents:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/agents", expect=401)
        world.anonymous.get(f"/agents/{world.alice.id}", expect=401)

    def test_stranger(self, world: World) -> None:
        assert names(world.bruno.get("/agents")) == ["Bruno"]
        world.bruno.get(f"/agents/{world.alice.id}", expect=404)
        world.machine("programme:read").get(f"/agents/{world.alice.id}", expect=404)

    def test_oneself(self, world: World) -> None:
        seen = world.bruno.get(f"/agents/{world.bruno.id}")
        assert (seen["email"], seen["position"]) == ("bruno@valmoret.test", "active")
        assert (seen["manager_name"], seen["working_percentage"]) == ("Head_dej HEAD_DEJ", "100.00")

    def test_manager(self, world: World) -> None:
        assert names(world.head_dep.get("/agents")) == ["Alice", "David", "Head_dep"]
        world.head_dep.get(f"/agents/{world.alice.id}")
        world.head_dej.get(f"/agents/{world.alice.id}", expect=404)
        world.dgs.get(f"/agents/{world.alice.id}", expect=404)

    @pytest.mark.parametrize("who", ["lab", "hr"])
    def test_lab_and_hr(self, world: World, who: str) -> None:
        assert len(world.people[who].get("/agents")["items"]) == 12
        world.people[who].get(f"/agents/{world.alice.id}")

    def test_elected_member(self, world: World) -> None:
        world.elected.get("/agents", expect=403)
        world.elected.get(f"/agents/{world.alice.id}", expect=404)
        world.elected.get(f"/agents/{world.elected.id}")

    def test_machine(self, world: World) -> None:
        machine = world.machine("hr:read")
        assert len(machine.get("/agents")["items"]) == 12
        assert machine.get(f"/agents/{world.alice.id}")["hr_id"] == world.alice.agent.hr_id
        world.machine("programme:read").get("/agents", expect=403)

    def test_another_authority(self, app: Any, world: World) -> None:
        with World.build(app, world.database, slug="haute-arlene") as other:
            world.hr.get(f"/agents/{other.alice.id}", expect=404)
            world.hr.patch(f"/agents/{other.alice.id}", {"off_halves": []}, expect=404)
            assert names(world.hr.get(f"/agents?manager_id={other.head_dep.id}")) == []

    def test_filters(self, world: World) -> None:
        with world.database.transaction() as session:
            session.get_one(Agent, world.david.agent.id).left_on = date(2020, 1, 1)
        get = world.hr.get
        assert names(get(f"/agents?directorate_id={world.directorate_id('DEP')}")) == [
            "Alice",
            "David",
            "Head_dep",
        ]
        assert names(get(f"/agents?manager_id={world.head_dej.id}")) == ["Bruno"]
        assert names(get(f"/agents?hr_id={world.bruno.agent.hr_id}&hr_id=zzz")) == ["Bruno"]
        assert names(get("/agents?position=left")) == []
        assert names(get("/agents?in_post=false")) == ["David"]
        assert len(get("/agents?in_post=true&position=active")["items"]) == 11

    def test_search_by_how_names_begin(self, world: World) -> None:
        with world.database.transaction() as session:
            for family_name, given_name in (("LE GALL", "Élise"), ("Legrand", "Éloïse"), ("Ait Ali", "Son")):
                row = Agent(
                    authority_id=world.authority.id,
                    hr_id=family_name,
                    family_name=family_name,
                    given_name=given_name,
                )
                session.add(row)
        get = world.hr.get
        assert set(names(get("/agents", params={"q": "el le"}))) == {"Élise", "Éloïse"}
        assert names(get("/agents", params={"q": "GALL"})) == ["Élise"]
        assert names(get("/agents", params={"q": "elo'ise"})) == []
        assert names(get("/agents", params={"q": "ÉLOÏ"})) == ["Éloïse"]
        assert names(get("/agents", params={"q": "ait"})) == ["Son"]
        assert names(get("/agents", params={"q": "gall'); drop:*&|!"})) == []

    def test_pages_in_the_order_of_names(self, world: World) -> None:
        for sort in ("family_name", "-family_name", "hr_id", "-hr_id"):
            seen: list[str] = []
            path = f"/agents?limit=5&sort={sort}"
            while path:
                response = world.hr.request("GET", path, expect=200)
                seen += [item[sort.removeprefix("-")] for item in response.json()["items"]]
                path = response.links.get("next", {}).get("url", "").removeprefix("/api/v1")
            assert len(seen) == 12
            assert seen == sorted(seen, reverse=sort.startswith("-"))

    @pytest.mark.parametrize(
        "query",
        ["sort=email", "position=gone", "hr_id=", "limit=201", "manager_id=x", "offset=1", "cursor=x"],
    )
    def test_bad_parameter(self, world: World, query: str) -> None:
        assert world.hr.get(f"/agents?{query}", expect=422)["errors"][0]["in"] == "query"

    def test_constant_queries(self, world: World) -> None:
        with world.counted_queries() as few:
            world.hr.get("/agents?limit=1")
        with world.counted_queries() as many:
            world.hr.get("/agents?limit=200")
        assert len(few) == len(many) == 2


class TestEditAgent:
    @pytest.mark.parametrize("who", ["alice", "head_dep", "lab"])
    def test_not_hr(self, world: World, who: str) -> None:
        body = {"off_halves": ["monday:morning"]}
        assert (
            "ressources humaines"
            in world.people[who].patch(f"/agents/{world.alice.id}", body, expect=403)["detail"]
        )

    def test_stranger(self, world: World) -> None:
        world.bruno.patch(f"/agents/{world.alice.id}", {"off_halves": []}, expect=404)
        world.anonymous.patch(f"/agents/{world.alice.id}", {"off_halves": []}, expect=401)
        world.machine("hr:read").patch(f"/agents/{world.alice.id}", {"off_halves": []}, expect=403)

    def test_hr(self, world: World) -> None:
        path = f"/agents/{world.chloe.id}"
        world.hr.request("PATCH", path, json={"off_halves": []}, expect=428)
        world.hr.patch(path, {"off_halves": []}, version=4, expect=412)
        off = ["friday:afternoon:odd", "wednesday:afternoon", "wednesday:morning"]
        seen = world.hr.patch(path, {"off_halves": off, "working_percentage": "75.5"}, version=1)
        assert seen["off_halves"] == ["wednesday:morning", "wednesday:afternoon", "friday:afternoon:odd"]
        assert (seen["working_percentage"], seen["version"]) == ("75.50", 2)
        assert world.event_types(world.chloe.id) == ["agent.changed"]
        again = world.hr.patch(path, {"off_halves": off, "working_percentage": 75.5}, version=2)
        assert again["version"] == 2, "nothing to change"
        assert world.hr.patch(path, {})["version"] == 2

    def test_machine(self, world: World) -> None:
        machine = world.machine("hr:write")
        seen = machine.patch(f"/agents/{world.alice.id}", {"off_halves": ["monday:morning"]})
        assert seen["off_halves"] == ["monday:morning"]
        machine.get(f"/agents/{world.alice.id}", expect=404)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"off_halves": ["sunday:morning"]}, "off_halves"),
            ({"off_halves": ["monday"]}, "off_halves"),
            ({"off_halves": ["monday:morning:third"]}, "off_halves"),
            ({"off_halves": [""]}, "off_halves"),
            ({"off_halves": ["m" * 33]}, "off_halves.0"),
            ({"off_halves": "monday:morning"}, "off_halves"),
            ({"off_halves": None}, "off_halves"),
            ({"off_halves": ["monday:morning"] * 31}, "off_halves"),
            ({"off_halves": THREE_DAYS}, "off_halves"),
            ({"working_percentage": 0}, "working_percentage"),
            ({"working_percentage": 101}, "working_percentage"),
            ({"working_percentage": "80,5"}, "working_percentage"),
            ({"working_percentage": 80.123}, "working_percentage"),
            ({"working_percentage": None}, "working_percentage"),
            ({"working_percentage": "NaN"}, "working_percentage"),
            ({"email": "x@y.fr"}, "email"),
        ],
    )  # fmt: skip
    def test_bad_field(self, world: World, body: dict[str, Any], field: str) -> None:
        assert fields_of(world.hr.patch(f"/agents/{world.alice.id}", body, expect=422)) == [field]

    def test_percentage_and_half_days_must_hold_together(self, world: World) -> None:
        path = f"/agents/{world.alice.id}"
        world.hr.patch(path, {"off_halves": THREE_DAYS, "working_percentage": 50})
        problem = world.hr.patch(path, {"working_percentage": 100}, expect=422)
        assert fields_of(problem) == ["working_percentage"]
        assert problem["detail"] == "À 100 %, au moins 6 demi-journées par semaine restent travaillées."

    def test_one_of_two_racers_is_told(self, world: World) -> None:
        answers: list[int] = []

        def edit(number: int) -> None:
            response = world.hr.request(
                "PATCH",
                f"/agents/{world.alice.id}",
                json={"working_percentage": 50 + number},
                headers={"If-Match": '"1"'},
            )
            answers.append(response.status_code)

        threads = [threading.Thread(target=edit, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 412, 412, 412]


class TestAbsences:
    def test_anonymous(self, world: World) -> None:
        path = f"/agents/{world.alice.id}/absences"
        world.anonymous.get(path, expect=401)
        world.anonymous.post(path, {}, expect=401)
        world.anonymous.get(f"/absences/{UNKNOWN}", expect=401)
        world.anonymous.delete(f"/absences/{UNKNOWN}", expect=401)

    def test_stranger(self, world: World) -> None:
        absence = away(world, "alice", "2026-12-01")
        path = f"/agents/{world.alice.id}/absences"
        world.bruno.get(path, expect=404)
        world.bruno.post(path, {"first_day": "2026-12-01", "last_day": "2026-12-01"}, expect=404)
        world.bruno.get(f"/absences/{absence['id']}", expect=404)
        world.bruno.delete(f"/absences/{absence['id']}", expect=404)

    def test_manager_reads_when_and_not_why(self, world: World) -> None:
        absence = away(world, "alice", "2026-12-01", kind="sickness")
        path = f"/agents/{world.alice.id}/absences"
        (seen,) = world.head_dep.get(path)["items"]
        assert (seen["first_day"], seen["kind"]) == ("2026-12-01", None)
        assert world.head_dep.get(f"/absences/{absence['id']}")["kind"] is None
        world.head_dep.post(path, {"first_day": "2026-12-02", "last_day": "2026-12-02"}, expect=403)
        world.head_dep.delete(f"/absences/{absence['id']}", expect=403)

    def test_lab_reads_records_and_no_absences(self, world: World) -> None:
        absence = away(world, "alice", "2026-12-01")
        world.lab.get(f"/agents/{world.alice.id}/absences", expect=403)
        world.lab.get(f"/absences/{absence['id']}", expect=403)
        world.lab.delete(f"/absences/{absence['id']}", expect=403)

    def test_oneself(self, world: World) -> None:
        response = world.alice.request(
            "POST",
            f"/agents/{world.alice.id}/absences",
            json={"first_day": "2026-12-01", "first_half": "afternoon", "last_day": "2026-12-04"},
            expect=201,
        )
        absence = response.json()
        assert response.headers["location"] == f"/api/v1/absences/{absence['id']}"
        assert (absence["first_half"], absence["last_half"], absence["kind"]) == (
            "afternoon",
            "afternoon",
            "other",
        )
        assert world.alice.get(f"/absences/{absence['id']}") == absence
        assert world.alice.get(f"/agents/{world.alice.id}/absences")["items"] == [absence]
        world.alice.delete(f"/absences/{absence['id']}")
        world.alice.delete(f"/absences/{absence['id']}", expect=404)
        world.alice.get(f"/absences/{absence['id']}", expect=404)
        assert world.event_types(absence["id"]) == ["absence.declared", "absence.withdrawn"]

    def test_hr_and_machines(self, world: World) -> None:
        path = f"/agents/{world.alice.id}/absences"
        absence = world.hr.post(
            path, {"first_day": "2026-12-01", "last_day": "2026-12-01", "kind": "sickness"}, expect=201
        )
        writer, reader = world.machine("hr:write"), world.machine("hr:read")
        assert reader.get(path)["items"] == [absence]
        assert reader.get(f"/absences/{absence['id']}") == absence
        reader.delete(f"/absences/{absence['id']}", expect=403)
        writer.delete(f"/absences/{absence['id']}")
        writer.post(path, {"first_day": "2026-12-01", "last_day": "2026-12-01"}, expect=201)
        reader.post(path, {"first_day": "2026-12-02", "last_day": "2026-12-02"}, expect=403)

    def test_another_authority(self, app: Any, world: World) -> None:
        absence = away(world, "alice", "2026-12-01")
        with World.build(app, world.database, slug="haute-arlene") as other:
            path = f"/agents/{world.alice.id}/absences"
            other.hr.get(path, expect=404)
            other.hr.post(path, {"first_day": "2026-12-02", "last_day": "2026-12-02"}, expect=404)
            other.hr.get(f"/absences/{absence['id']}", expect=404)
            other.hr.delete(f"/absences/{absence['id']}", expect=404)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"last_day": "2026-11-30"}, "last_day"),
            ({"first_half": "afternoon", "last_half": "morning"}, "last_day"),
            ({"first_day": "2026-02-30"}, "first_day"),
            ({"first_day": "1989-12-31"}, "first_day"),
            ({"last_day": "9999-12-31"}, "last_day"),
            ({"first_day": None}, "first_day"),
            ({"first_half": "night"}, "first_half"),
            ({"kind": "strike"}, "kind"),
            ({"reason": "x"}, "reason"),
        ],
    )
    def test_bad_field(self, world: World, body: dict[str, Any], field: str) -> None:
        form = {"first_day": "2026-12-01", "last_day": "2026-12-01", **body}
        problem = world.alice.post(f"/agents/{world.alice.id}/absences", form, expect=422)
        assert fields_of(problem) == [field]

    @pytest.mark.parametrize(
        ("first", "last", "allowed"),
        [
            (("2026-12-02", "morning"), ("2026-12-02", "morning"), True),
            (("2026-12-02", "morning"), ("2026-12-02", "afternoon"), False),
            (("2026-12-02", "afternoon"), ("2026-12-02", "afternoon"), False),
            (("2026-12-03", "morning"), ("2026-12-03", "afternoon"), False),
            (("2026-12-01", "morning"), ("2026-12-31", "morning"), False),
            (("2026-12-04", "morning"), ("2026-12-07", "morning"), False),
            (("2026-12-04", "afternoon"), ("2026-12-07", "morning"), True),
        ],
    )
    def test_overlap(
        self, world: World, first: tuple[str, str], last: tuple[str, str], allowed: bool
    ) -> None:
        away(world, "alice", "2026-12-02", "2026-12-04", first_half="afternoon", last_half="morning")
        form = {"first_day": first[0], "first_half": first[1], "last_day": last[0], "last_half": last[1]}
        path = f"/agents/{world.alice.id}/absences"
        problem = world.alice.post(path, form, expect=201 if allowed else 409)
        if not allowed:
            assert problem["type"].endswith("absence-overlap")
        world.bruno.post(f"/agents/{world.bruno.id}/absences", form, expect=201)

    def test_one_of_many_at_once(self, world: World) -> None:
        answers: list[int] = []

        def declare(day: int) -> None:
            form = {"first_day": "2026-12-01", "last_day": f"2026-12-{day:02}"}
            path = f"/agents/{world.alice.id}/absences"
            answers.append(world.alice.request("POST", path, json=form).status_code)

        threads = [threading.Thread(target=declare, args=(day,)) for day in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201, *[409] * 7]
        with world.database.read() as connection:
            assert connection.execute(select(func.count()).select_from(Absence)).scalar_one() == 1

    def test_withdrawn_once(self, world: World) -> None:
        absence = away(world, "alice", "2026-12-01")
        answers: list[int] = []

        def withdraw() -> None:
            answers.append(world.alice.request("DELETE", f"/absences/{absence['id']}").status_code)

        threads = [threading.Thread(target=withdraw) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [204, 404, 404, 404]
        assert world.event_types(absence["id"]) == ["absence.declared", "absence.withdrawn"]

    def test_list(self, world: World) -> None:
        for day in ("2026-12-15", "2026-12-01", "2026-12-08"):
            away(world, "alice", day)

        def days(query: str) -> list[str]:
            page = world.alice.get(f"/agents/{world.alice.id}/absences?{query}")
            return [item["first_day"] for item in page["items"]]

        assert days("") == ["2026-12-01", "2026-12-08", "2026-12-15"]
        assert days("sort=-first_day&limit=2") == ["2026-12-15", "2026-12-08"]
        assert days("since=2026-12-08&until=2026-12-14") == ["2026-12-08"]
        cursor = world.alice.get(f"/agents/{world.alice.id}/absences?limit=2")["next_cursor"]
        assert days(f"limit=2&cursor={cursor}") == ["2026-12-15"]
        with world.counted_queries() as few:
            days("limit=1")
        with world.counted_queries() as many:
            days("limit=200")
        assert len(few) == len(many) == 3, "who calls, whose absences, and the page"

    def test_in_what_other_rooms_ask(self, world: World) -> None:
        away(world, "alice", "2026-12-01", "2026-12-04")
        away(world, "bruno", "2026-12-20")
        ids = [world.alice.agent.id, world.bruno.agent.id]
        with world.database.session() as session:
            found = absences_of(session, ids, date(2026, 12, 4), date(2026, 12, 19))
            assert [absence.agent_id for absence in found] == ids[:1]
            assert absences_of(session, [new_id()], date(2026, 1, 1), date(2026, 12, 31)) == []
