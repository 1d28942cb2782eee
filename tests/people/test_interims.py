"""The API of interims: anonymous, then the stranger, then the rightful person."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from app.kit import clock
from tests.people.builders import interim
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
TODAY = clock.today("Europe/Paris")


def day(shift: int) -> str:
    return (TODAY + timedelta(days=shift)).isoformat()


def fields_of(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


class TestName:
    def test_others(self, world: World) -> None:
        world.anonymous.post("/interims", {}, expect=401)
        for who in ("alice", "lab", "head_dep", "elected"):
            assert "ressources humaines" in interim(world, who, expect=403)["detail"]

    def test_by_hr(self, world: World) -> None:
        made = interim(world)
        assert (made["absent_name"], made["holder_name"]) == ("Head_dep HEAD_DEP", "David DAVID")
        assert (made["state"], made["last_day"]) == ("in_force", made["ends_on"])
        assert world.event_types(made["id"]) == ["interim.named"]
        assert world.david.get("/me")["powers"] == [
            {
                "kind": "interim",
                "id": made["id"],
                "for_id": world.head_dep.id,
                "for_name": "Head_dep HEAD_DEP",
                "act_reference": "décision 2026-27",
                "starts_on": made["starts_on"],
                "last_day": made["last_day"],
                "field": None,
                "directorate_id": None,
            }
        ]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"absent_id": UNKNOWN}, "absent_id"),
            ({"absent_id": "alice"}, "absent_id"),
            ({"holder_id": UNKNOWN}, "holder_id"),
            ({"holder_id": "head_dep"}, "holder_id"),
            ({"act_reference": ""}, "act_reference"),
            ({"starts_on": day(3), "ends_on": day(2)}, "ends_on"),
            ({"ends_on": day(-1)}, "ends_on"),
            ({"ends_on": "2026-02-30"}, "ends_on"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        known = {name: person.id for name, person in world.people.items()}
        body = {name: known.get(value, value) for name, value in change.items()}
        assert fields_of(interim(world, expect=422, **body)) == [field]

    def test_of_another_authority(self, app: Any, world: World) -> None:
        with World.build(app, world.database, slug="haute-arlene") as other:
            assert fields_of(interim(world, absent_id=other.head_dep.id, expect=422)) == ["absent_id"]
            assert fields_of(interim(world, holder_id=other.david.id, expect=422)) == ["holder_id"]

    def test_one_at_a_time(self, world: World) -> None:
        first = interim(world, ends_on=day(10))
        problem = interim(world, holder_id=world.alice.id, starts_on=day(10), ends_on=day(12), expect=409)
        assert problem["type"].endswith("interim-overlap")
        interim(world, holder_id=world.alice.id, starts_on=day(11), ends_on=day(12))
        world.hr.post(f"/interims/{first['id']}/withdraw", {"reason": "Retour anticipé."})
        interim(world, holder_id=world.alice.id, starts_on=day(0), ends_on=day(10))

    def test_is_no_chain(self, world: World) -> None:
        interim(world, absent_id=world.head_dej.id, holder_id=world.head_dep.id, ends_on=day(10))
        # The head of public spaces replaces somebody: absent in turn, they could replace nobody.
        problem = interim(world, starts_on=day(5), ends_on=day(6), expect=409)
        assert problem["type"].endswith("interim-chain")
        problem = interim(world, absent_id=world.head_dsi.id, holder_id=world.head_dej.id, expect=409)
        assert problem["type"].endswith("interim-chain")
        interim(world, starts_on=day(11), ends_on=day(12))

    def test_at_the_same_instant(self, world: World) -> None:
        ready = threading.Barrier(4)
        statuses: list[int] = []

        def name_one(holder: str) -> None:
            body = {
                "absent_id": world.head_dep.id,
                "holder_id": world.people[holder].id,
                "act_reference": "décision 2026-27",
                "starts_on": day(0),
                "ends_on": day(3),
            }
            ready.wait()
            statuses.append(world.hr.request("POST", "/interims", json=body).status_code)

        threads = [
            threading.Thread(target=name_one, args=(who,)) for who in ("alice", "bruno", "chloe", "david")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [201, 409, 409, 409]
        assert len(ids(world.hr.get("/interims"))) == 1


class TestRead:
    def test_who(self, world: World) -> None:
        made = interim(world)
        world.anonymous.get("/interims", expect=401)
        world.anonymous.get(f"/interims/{made['id']}", expect=401)
        for who in ("hr", "lab", "head_dep", "david"):
            assert world.people[who].get(f"/interims/{made['id']}")["act_reference"] == "décision 2026-27"
            assert ids(world.people[who].get("/interims")) == [made["id"]]
        for who in ("alice", "dgs"):
            world.people[who].get(f"/interims/{made['id']}", expect=404)
            assert ids(world.people[who].get("/interims")) == []
        assert ids(world.machine("hr:read").get("/interims")) == [made["id"]]

    def test_another_authority(self, app: Any, world: World) -> None:
        made = interim(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.hr.get(f"/interims/{made['id']}", expect=404)
            other.hr.patch(f"/interims/{made['id']}", {"ends_on": day(9)}, expect=404)
            other.hr.post(f"/interims/{made['id']}/withdraw", {"reason": "x"}, expect=404)

    def test_filters(self, world: World) -> None:
        now = interim(world)
        later = interim(world, absent_id=world.head_dej.id, starts_on=day(5), ends_on=day(20))
        assert ids(world.hr.get("/interims")) == [later["id"], now["id"]]
        assert ids(world.hr.get("/interims?in_force=true&sort=starts_on")) == [now["id"]]
        assert ids(world.hr.get(f"/interims?absent_id={world.head_dej.id}")) == [later["id"]]
        assert len(ids(world.hr.get(f"/interims?holder_id={world.david.id}"))) == 2


class TestEditAndWithdraw:
    def test_edit(self, world: World) -> None:
        made = interim(world, starts_on=day(5), ends_on=day(9))
        path = f"/interims/{made['id']}"
        world.anonymous.request("PATCH", path, json={}, expect=401)
        world.alice.patch(path, {}, expect=404)
        world.david.patch(path, {"ends_on": day(30)}, expect=403)
        seen = world.hr.patch(path, {"ends_on": day(12)}, version=1)
        assert (seen["ends_on"], seen["last_day"]) == (day(12), day(12))
        assert fields_of(world.hr.patch(path, {"ends_on": day(4)}, expect=422)) == ["ends_on"]
        assert world.event_types(made["id"]) == ["interim.named", "interim.edited"]
        begun = interim(world, starts_on=day(0), ends_on=day(2))
        problem = world.hr.patch(f"/interims/{begun['id']}", {"ends_on": day(4)}, expect=409)
        assert problem["type"].endswith("power-started")

    def test_withdraw(self, world: World) -> None:
        made = interim(world)
        path = f"/interims/{made['id']}/withdraw"
        world.anonymous.post(path, {"reason": "x"}, expect=401)
        world.alice.post(path, {"reason": "x"}, expect=404)
        world.david.post(path, {"reason": "x"}, expect=403)
        seen = world.hr.post(path, {"reason": "Retour anticipé."})
        assert (seen["state"], seen["end_cause"], seen["last_day"]) == ("ended", "withdrawn", day(-1))
        assert world.david.get("/me")["powers"] == []
        assert world.hr.post(path, {"reason": "x"}, expect=409)["type"].endswith("power-over")
        assert world.event_types(made["id"]) == ["interim.named", "interim.withdrawn"]
