"""The API of delegations of signature: anonymous, then the stranger, then the rightful person."""

from datetime import timedelta
from typing import Any

import pytest

from app.access.capacity import Capacity
from app.kit import clock
from app.kit.database import get
from app.people.models import Agent, Directorate, Position
from tests.people.builders import delegation
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
TODAY = clock.today("Europe/Paris")


def day(shift: int) -> str:
    return (TODAY + timedelta(days=shift)).isoformat()


def fields_of(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def to_come(world: World, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = delegation(world, starts_on=day(5), **fields)
    return made


class TestGive:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/delegations", {}, expect=401)

    @pytest.mark.parametrize("who", ["alice", "lab", "dgs", "elected"])
    def test_others(self, world: World, who: str) -> None:
        assert "ressources humaines" in delegation(world, who, expect=403)["detail"]

    def test_machine(self, world: World) -> None:
        world.people["machine"] = world.machine("hr:read", "hr:write")  # type: ignore[assignment]
        delegation(world, "machine", expect=403)

    def test_by_hr(self, world: World) -> None:
        made = delegation(world)
        assert (made["giver_name"], made["holder_name"]) == ("Dgs DGS", "David DAVID")
        assert (made["state"], made["last_day"]) == ("in_force", made["term_ends_on"])
        assert world.event_types(made["id"]) == ["delegation.given"]
        assert [(ability["action"], ability["allowed"]) for ability in made["abilities"]] == [
            ("edit", False),
            ("withdraw", True),
        ]

    def test_by_an_administrator_until_the_day_of_the_act(self, world: World) -> None:
        world.add_person("admin", "DGS", capacity=Capacity.ADMINISTRATOR)
        made = delegation(world, "admin", ends_on=day(60))
        assert (made["last_day"], made["ends_on"]) == (day(60), day(60))

    def test_ends_with_the_term_of_the_giver(self, world: World) -> None:
        made = delegation(world, ends_on=day(60), term_ends_on=day(20))
        assert made["last_day"] == day(20)

    def test_nobody_gives_themselves_a_power(self, world: World) -> None:
        problem = delegation(world, holder_id=world.hr.id, expect=403)
        assert problem["type"].endswith("power-for-oneself")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"giver_id": UNKNOWN}, "giver_id"),
            ({"holder_id": UNKNOWN}, "holder_id"),
            ({"holder_id": "dgs"}, "holder_id"),
            ({"holder_id": "elected"}, "holder_id"),
            ({"holder_function": "head_of_service"}, "holder_function"),
            ({"holder_function": "mayor"}, "holder_function"),
            ({"field": "directorate_mandates"}, "directorate_id"),
            ({"field": "directorate_mandates", "directorate_id": UNKNOWN}, "directorate_id"),
            ({"directorate_id": "DEP"}, "directorate_id"),
            ({"act_reference": " "}, "act_reference"),
            ({"published_on": day(0)}, "published_on"),
            ({"notified_on": day(0)}, "notified_on"),
            ({"transmitted_on": day(0)}, "transmitted_on"),
            ({"term_ends_on": day(-2)}, "term_ends_on"),
            ({"starts_on": day(9), "ends_on": day(8)}, "ends_on"),
            ({"starts_on": day(-1), "ends_on": day(-1)}, "ends_on"),
            ({"starts_on": "1969-01-01"}, "starts_on"),
            ({"unknown": 1}, "unknown"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        known = {name: person.id for name, person in world.people.items()}
        known["DEP"] = world.directorate_id("DEP")
        body = {
            name: known.get(value, value) if name.endswith("_id") else value for name, value in change.items()
        }
        assert fields_of(delegation(world, expect=422, **body)) == [field]

    def test_holder_out_of_post_or_away(self, world: World) -> None:
        with world.database.transaction() as session:
            session.get_one(Agent, world.david.agent.id).position = Position.SECONDMENT
        problem = delegation(world, expect=422)
        assert (fields_of(problem), "détachement" in problem["errors"][0]["detail"]) == (["holder_id"], True)
        with world.database.transaction() as session:
            session.get_one(Agent, world.david.agent.id).left_on = TODAY - timedelta(days=1)
        assert fields_of(delegation(world, expect=422)) == ["holder_id"]

    def test_people_and_directorates_of_another_authority(self, app: Any, world: World) -> None:
        with World.build(app, world.database, slug="haute-arlene") as other:
            elsewhere = {"field": "directorate_mandates", "directorate_id": other.directorate_id("DEP")}
            assert fields_of(delegation(world, holder_id=other.alice.id, expect=422)) == ["holder_id"]
            assert fields_of(delegation(world, giver_id=other.dgs.id, expect=422)) == ["giver_id"]
            assert fields_of(delegation(world, expect=422, **elsewhere)) == ["directorate_id"]

    def test_is_never_passed_on(self, world: World) -> None:
        made = delegation(world, ends_on=day(10))
        passed: dict[str, Any] = {"giver_id": world.david.id, "holder_id": world.alice.id}
        problem = delegation(world, expect=409, **passed)
        assert problem["type"].endswith("delegation-passed-on")
        above: dict[str, Any] = {"giver_id": world.elected.id, "holder_id": world.dgs.id}
        assert delegation(world, expect=409, **above)["type"] == problem["type"]
        # Once it has ended, its former holder may be an executive like another.
        delegation(world, **passed, starts_on=day(11))
        world.hr.post(f"/delegations/{made['id']}/withdraw", {"reason": "Arrêté 2026-131."})
        delegation(world, **above, starts_on=day(0), ends_on=day(10))

    def test_a_correction_cannot_pass_it_on_either(self, world: World) -> None:
        delegation(world, ends_on=day(10))
        later = delegation(world, giver_id=world.david.id, holder_id=world.alice.id, starts_on=day(11))
        problem = world.hr.patch(f"/delegations/{later['id']}", {"starts_on": day(10)}, expect=409)
        assert problem["type"].endswith("delegation-passed-on")


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/delegations/{UNKNOWN}", expect=401)
        world.anonymous.get("/delegations", expect=401)

    def test_who(self, world: World) -> None:
        made = delegation(world)
        for who in ("hr", "lab", "dgs", "david"):
            assert world.people[who].get(f"/delegations/{made['id']}")["act_reference"] == "arrêté 2026-114"
            assert ids(world.people[who].get("/delegations")) == [made["id"]]
        for who in ("alice", "elected", "head_dep"):
            world.people[who].get(f"/delegations/{made['id']}", expect=404)
            assert ids(world.people[who].get("/delegations")) == []
        assert ids(world.machine("hr:read").get("/delegations")) == [made["id"]]
        other = world.machine("programme:read")
        other.get("/delegations", expect=403)
        other.get(f"/delegations/{made['id']}", expect=404)

    def test_another_authority(self, app: Any, world: World) -> None:
        made = delegation(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.hr.get(f"/delegations/{made['id']}", expect=404)
            other.hr.patch(f"/delegations/{made['id']}", {"act_reference": "x"}, expect=404)
            other.hr.post(f"/delegations/{made['id']}/withdraw", {"reason": "x"}, expect=404)
            assert ids(other.hr.get("/delegations")) == []

    def test_filters_and_pages(self, world: World) -> None:
        now = delegation(world, field="directorate_mandates", directorate_id=world.directorate_id("DEP"))
        later = to_come(world, holder_id=world.alice.id)
        assert ids(world.hr.get("/delegations")) == [later["id"], now["id"]]
        assert ids(world.hr.get("/delegations?sort=starts_on&in_force=true")) == [now["id"]]
        assert ids(world.hr.get("/delegations?in_force=false")) == [later["id"]]
        assert ids(world.hr.get(f"/delegations?holder_id={world.alice.id}")) == [later["id"]]
        assert len(ids(world.hr.get(f"/delegations?giver_id={world.dgs.id}"))) == 2
        found = world.hr.get(f"/delegations?directorate_id={world.directorate_id('DEP')}")["items"]
        assert [(item["directorate_name"], item["state"]) for item in found] == [
            ("Direction des espaces publics", "in_force")
        ]
        with world.counted_queries() as few:
            first = world.hr.get("/delegations?limit=1")
        with world.counted_queries() as many:
            world.hr.get("/delegations?limit=2")
        assert len(few) == len(many)
        rest = world.hr.get(f"/delegations?limit=1&cursor={first['next_cursor']}")
        assert ids(first) + ids(rest) == [later["id"], now["id"]]
        world.hr.get("/delegations?sort=name", expect=422)

    def test_not_modified(self, world: World) -> None:
        made = delegation(world)
        response = world.hr.request("GET", f"/delegations/{made['id']}", expect=200)
        headers = {"If-None-Match": response.headers["etag"]}
        assert world.hr.request("GET", f"/delegations/{made['id']}", headers=headers).status_code == 304


class TestEdit:
    def test_others(self, world: World) -> None:
        made = to_come(world)
        world.anonymous.request("PATCH", f"/delegations/{made['id']}", json={}, expect=401)
        world.alice.patch(f"/delegations/{made['id']}", {}, expect=404)
        for who in ("david", "lab"):
            world.people[who].patch(f"/delegations/{made['id']}", {"ends_on": day(9)}, expect=403)

    def test_before_its_first_day(self, world: World) -> None:
        made = to_come(world)
        body = {
            "field": "directorate_mandates",
            "directorate_id": world.directorate_id("DEJ"),
            "ends_on": day(40),
        }
        seen = world.hr.patch(f"/delegations/{made['id']}", body, version=1)
        assert (seen["directorate_name"], seen["last_day"], seen["version"]) == (
            "Direction de l'éducation et de la jeunesse",
            day(40),
            2,
        )
        seen = world.hr.patch(f"/delegations/{made['id']}", {"field": "mandates", "ends_on": None}, version=2)
        assert (seen["directorate_id"], seen["last_day"]) == (None, seen["term_ends_on"])
        world.hr.patch(f"/delegations/{made['id']}", {"ends_on": day(9)}, version=1, expect=412)
        response = world.hr.request("PATCH", f"/delegations/{made['id']}", json={"ends_on": day(9)})
        assert response.status_code == 428
        both = {"field": "mandates", "directorate_id": world.directorate_id("DEP")}
        assert fields_of(world.hr.patch(f"/delegations/{made['id']}", both, expect=422)) == ["directorate_id"]
        alone = {"field": "directorate_mandates"}
        assert fields_of(world.hr.patch(f"/delegations/{made['id']}", alone, expect=422)) == [
            "directorate_id"
        ]
        problem = world.hr.patch(f"/delegations/{made['id']}", {"starts_on": day(-9)}, expect=422)
        assert fields_of(problem) == ["published_on"]
        assert world.event_types(made["id"]) == ["delegation.given"] + ["delegation.edited"] * 2

    def test_once_it_has_begun(self, world: World) -> None:
        made = delegation(world)
        problem = world.hr.patch(f"/delegations/{made['id']}", {"ends_on": day(9)}, expect=409)
        assert problem["type"].endswith("power-started")


class TestWithdraw:
    def test_others(self, world: World) -> None:
        made = delegation(world)
        path = f"/delegations/{made['id']}/withdraw"
        world.anonymous.post(path, {"reason": "x"}, expect=401)
        world.alice.post(path, {"reason": "x"}, expect=404)
        for who in ("david", "dgs", "lab"):
            world.people[who].post(path, {"reason": "x"}, expect=403)
        assert fields_of(world.hr.post(path, {}, expect=422)) == ["reason"]

    def test_at_once(self, world: World) -> None:
        made = delegation(world)
        path = f"/delegations/{made['id']}/withdraw"
        seen = world.hr.post(path, {"reason": "Arrêté 2026-131 portant retrait."})
        assert (seen["state"], seen["end_cause"], seen["last_day"]) == ("ended", "withdrawn", day(-1))
        assert seen["end_reason"] == "Arrêté 2026-131 portant retrait."
        assert world.david.get("/me")["powers"] == []
        assert world.hr.post(path, {"reason": "x"}, expect=409)["type"].endswith("power-over")
        assert world.event_types(made["id"]) == ["delegation.given", "delegation.withdrawn"]

    def test_before_its_first_day(self, world: World) -> None:
        made = to_come(world)
        seen = world.hr.post(f"/delegations/{made['id']}/withdraw", {"reason": "Erreur."})
        assert (seen["state"], seen["last_day"]) == ("ended", day(-1))
        # What never began stands in nobody's way.
        delegation(world, giver_id=world.david.id, holder_id=world.alice.id)


def test_heads_of_services_hold_one_while_they_head_one(world: World) -> None:
    made = delegation(world, holder_id=world.head_dep.id, holder_function="head_of_service")
    assert [power["id"] for power in world.head_dep.get("/me")["powers"]] == [made["id"]]
    with world.database.transaction() as session:
        get(session, Directorate, world.directorates["DEP"].id, world.authority.id).head_id = None
    assert world.head_dep.get("/me")["powers"] == []
    assert world.hr.get(f"/delegations/{made['id']}")["state"] == "ended"
