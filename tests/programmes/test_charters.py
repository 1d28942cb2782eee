"""Charters: drafted, adopted at a date, then unchanging."""

import threading
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from app.kit import clock
from app.programmes.models import BOUNDS, Charter
from app.programmes.service import charter_in_force
from tests.programmes.builders import charter, programme
from tests.support.world import World, bare

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def fields_of(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


def in_force(world: World, day: str) -> str | None:
    """The title of the charter in force in the town on a day."""
    with world.database.session() as session:
        found = charter_in_force(session, world.authority.id, date.fromisoformat(day))
        return found.title if found else None


class TestDraft:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/charters", {}, expect=401)

    @pytest.mark.parametrize("who", ["alice", "head_dep", "hr", "elected"])
    def test_not_the_lab(self, world: World, who: str) -> None:
        body = {"programme_id": programme(world)["id"], "title": "T", "text": "T"}
        assert "laboratoire" in world.people[who].post("/charters", body, expect=403)["detail"]

    def test_lab(self, world: World) -> None:
        body = {"programme_id": programme(world)["id"], "title": "Cadre", "text": "Chacun peut dire."}
        response = world.lab.request("POST", "/charters", json=body, expect=201)
        made = response.json()
        assert {name: made[name] for name in BOUNDS} == {
            "cadence_weeks": 6,
            "half_days_per_week": 1,
            "make_good_days": 15,
            "move_window_days": 14,
            "mandate_months": 6,
            "answer_days": 21,
            "grace_days": 10,
            "signing_days": 30,
        }
        assert (made["number"], made["adopted_on"], made["in_force"]) == (1, None, False)
        assert bare(world.alice.get(response.headers["location"].removeprefix("/api/v1"))) == bare(made)
        assert world.event_types(made["id"]) == ["charter.drafted"]

    def test_machine(self, world: World) -> None:
        body = {"programme_id": programme(world)["id"], "title": "Cadre", "text": "T"}
        made = world.machine("programme:write").post("/charters", body, expect=201)
        reader = world.machine("programme:read")
        assert bare(reader.get(f"/charters/{made['id']}")) == bare(made)
        reader.post("/charters", body, expect=403)
        world.machine("hr:read").get("/charters", expect=403)

    def test_numbers_within_a_programme(self, world: World) -> None:
        one, other = programme(world)["id"], programme(world)["id"]
        numbers = [charter(world, programme_id=each)["number"] for each in (one, one, other, one)]
        assert numbers == [1, 2, 1, 3]

    def test_numbers_of_many_at_once(self, world: World) -> None:
        body = {"programme_id": programme(world)["id"], "title": "Cadre", "text": "T"}
        numbers: list[int] = []

        def draft() -> None:
            numbers.append(world.lab.post("/charters", body, expect=201)["number"])

        threads = [threading.Thread(target=draft) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(numbers) == [1, 2, 3, 4, 5, 6]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"programme_id": UNKNOWN}, "programme_id"),
            ({"programme_id": "x"}, "programme_id"),
            ({"title": ""}, "title"),
            ({"title": "a\u0000"}, "title"),
            ({"text": " "}, "text"),
            ({"text": "x" * 20_001}, "text"),
            ({"cadence_weeks": None}, "cadence_weeks"),
            ({"cadence_weeks": "six"}, "cadence_weeks"),
            ({"cadence_weeks": 1.5}, "cadence_weeks"),
            ({"adopted_on": "2026-01-01"}, "adopted_on"),
            *[({name: least - 1}, name) for name, (least, _most) in BOUNDS.items()],
            *[({name: most + 1}, name) for name, (_least, most) in BOUNDS.items()],
            ({"mandate_months": 10**30}, "mandate_months"),
        ],
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        body = {"programme_id": programme(world)["id"], "title": "T", "text": "T", **change}
        assert fields_of(world.lab.post("/charters", body, expect=422)) == [field]

    @pytest.mark.parametrize("end", [0, 1])
    def test_bounds_are_allowed(self, world: World, end: int) -> None:
        values: dict[str, Any] = {name: bounds[end] for name, bounds in BOUNDS.items()}
        made = charter(world, **values)
        assert {name: made[name] for name in BOUNDS} == values

    @pytest.mark.parametrize("name", BOUNDS)
    def test_the_database_holds_the_bounds_too(self, world: World, name: str) -> None:
        made = charter(world)
        with world.database.session() as session:
            setattr(session.get_one(Charter, UUID(made["id"])), name, 1000)
            with pytest.raises(IntegrityError, match=f"ck_charters_{name}"):
                session.flush()

    def test_programme_of_another_authority(self, app: Any, world: World) -> None:
        elsewhere = programme(world)["id"]
        with World.build(app, world.database, slug="haute-arlene") as other:
            body = {"programme_id": elsewhere, "title": "T", "text": "T"}
            assert fields_of(other.lab.post("/charters", body, expect=422)) == ["programme_id"]


class TestRead:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/charters", expect=401)
        world.anonymous.get(f"/charters/{UNKNOWN}", expect=401)

    @pytest.mark.parametrize("who", ["alice", "lab", "hr", "elected"])
    def test_everybody(self, world: World, who: str) -> None:
        made = charter(world)
        assert bare(world.people[who].get(f"/charters/{made['id']}")) == bare(made)
        (item,) = world.people[who].get("/charters")["items"]
        assert item == {
            name: value for name, value in made.items() if name not in {"text", "updated_at", "abilities"}
        }

    def test_another_authority(self, app: Any, world: World) -> None:
        made = charter(world, adopted_on="2026-01-10")
        path = f"/charters/{made['id']}"
        with World.build(app, world.database, slug="haute-arlene") as other:
            other.lab.get(path, expect=404)
            other.lab.patch(path, {"title": "À nous"}, expect=404)
            other.lab.post(f"{path}/adopt", {}, expect=404)
            assert other.lab.get("/charters?in_force=true")["items"] == []

    def test_list(self, world: World) -> None:
        one, other = programme(world)["id"], programme(world)["id"]
        charter(world, programme_id=one, title="A", adopted_on="2026-01-10")
        charter(world, programme_id=one, title="B", adopted_on="2026-02-10")
        charter(world, programme_id=other, title="C")

        def titles(query: str) -> list[str]:
            return [item["title"] for item in world.bruno.get(f"/charters?{query}")["items"]]

        assert titles("") == ["C", "B", "A"]
        assert titles("sort=created_at&limit=2") == ["A", "B"]
        assert titles(f"programme_id={one}") == ["B", "A"]
        assert titles("adopted=true") == ["B", "A"]
        assert titles("adopted=false") == ["C"]
        assert titles("in_force=true") == ["B"]
        assert titles("in_force=false") == ["C", "A"]
        cursor = world.bruno.get("/charters?limit=2")["next_cursor"]
        assert titles(f"limit=2&cursor={cursor}") == ["A"]
        with world.counted_queries() as few:
            titles("limit=1")
        with world.counted_queries() as many:
            titles("limit=200")
        assert len(few) == len(many) <= 2

    @pytest.mark.parametrize("query", ["sort=title", "adopted=peut-être", "programme_id=1", "cursor=x"])
    def test_bad_parameter(self, world: World, query: str) -> None:
        assert world.alice.get(f"/charters?{query}", expect=422)["errors"][0]["in"] == "query"


class TestEdit:
    def test_anonymous_and_others(self, world: World) -> None:
        path = f"/charters/{charter(world)['id']}"
        world.anonymous.patch(path, {}, expect=401)
        world.alice.patch(path, {"title": "X"}, expect=403)

    def test_lab(self, world: World) -> None:
        made = charter(world)
        path = f"/charters/{made['id']}"
        world.lab.request("PATCH", path, json={"title": "X"}, expect=428)
        world.lab.patch(path, {"title": "X"}, version=7, expect=412)
        edited = world.lab.patch(path, {"title": "X", "cadence_weeks": 8}, version=1)
        assert (edited["title"], edited["cadence_weeks"], edited["version"]) == ("X", 8, 2)
        assert world.lab.patch(path, {"title": "X"}, version=2)["version"] == 2, "nothing to change"
        assert world.event_types(made["id"]) == ["charter.drafted", "charter.edited"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"title": None}, "title"),
            ({"grace_days": 61}, "grace_days"),
            ({"signing_days": 6}, "signing_days"),
            ({"programme_id": UNKNOWN}, "programme_id"),
        ],
    )
    def test_bad_field(self, world: World, body: dict[str, Any], field: str) -> None:
        assert fields_of(world.lab.patch(f"/charters/{charter(world)['id']}", body, expect=422)) == [field]

    def test_once_adopted(self, world: World) -> None:
        made = charter(world, adopted_on="2026-01-10")
        problem = world.lab.patch(f"/charters/{made['id']}", {"title": "X"}, expect=409)
        assert problem["type"].endswith("charter-adopted")
        assert world.lab.get(f"/charters/{made['id']}") == made


class TestAdopt:
    def test_anonymous_and_others(self, world: World) -> None:
        path = f"/charters/{charter(world)['id']}/adopt"
        world.anonymous.post(path, {}, expect=401)
        for who in ("alice", "head_dep", "hr", "elected"):
            world.people[who].post(path, {}, expect=403)
        world.lab.post(f"/charters/{UNKNOWN}/adopt", {}, expect=404)

    def test_today_unless_said(self, world: World) -> None:
        made = charter(world)
        adopted = world.lab.post(f"/charters/{made['id']}/adopt", {})
        assert adopted["adopted_on"] == clock.today("Europe/Paris").isoformat()
        assert (adopted["in_force"], adopted["version"]) == (True, 2)
        assert world.event_types(made["id"]) == ["charter.drafted", "charter.adopted"]

    def test_twice(self, world: World) -> None:
        made = charter(world, adopted_on="2026-01-10")
        for body in ({}, {"adopted_on": "2026-01-10"}, {"adopted_on": "2025-01-10"}):
            problem = world.lab.post(f"/charters/{made['id']}/adopt", body, expect=409)
            assert problem["type"].endswith("charter-adopted")

    def test_behind_another_of_its_programme(self, world: World) -> None:
        edition = programme(world)["id"]
        charter(world, programme_id=edition, adopted_on="2026-01-10")
        second = charter(world, programme_id=edition)
        for day in ("2026-01-09", "2026-01-10"):
            problem = world.lab.post(f"/charters/{second['id']}/adopt", {"adopted_on": day}, expect=422)
            assert fields_of(problem) == ["adopted_on"]
        world.lab.post(f"/charters/{second['id']}/adopt", {"adopted_on": "2026-01-11"}, expect=200)

    @pytest.mark.parametrize("day", ["hier", "2026-02-30", "1900-01-01"])
    def test_bad_date(self, world: World, day: str) -> None:
        problem = world.lab.post(f"/charters/{charter(world)['id']}/adopt", {"adopted_on": day}, expect=422)
        assert fields_of(problem) == ["adopted_on"]

    def test_one_of_many_at_once(self, world: World) -> None:
        made = charter(world)
        answers: list[int] = []

        def adopt() -> None:
            answers.append(world.lab.request("POST", f"/charters/{made['id']}/adopt", json={}).status_code)

        threads = [threading.Thread(target=adopt) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409, 409, 409, 409]
        assert world.event_types(made["id"]) == ["charter.drafted", "charter.adopted"]

    def test_an_edit_never_slips_in_after_adoption(self, world: World) -> None:
        made = charter(world)
        path = f"/charters/{made['id']}"
        answers: list[int] = []

        def edit(number: int) -> None:
            headers = {"If-Match": "*"}
            form = {"title": f"Titre {number}"}
            answers.append(world.lab.request("PATCH", path, json=form, headers=headers).status_code)

        def adopt() -> None:
            world.lab.post(f"{path}/adopt", {}, expect=200)

        threads = [threading.Thread(target=edit, args=(number,)) for number in range(4)]
        threads.insert(2, threading.Thread(target=adopt))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(answers) <= {200, 409, 412}
        assert world.event_types(made["id"])[-1] == "charter.adopted"


class TestInForce:
    def test_the_last_adopted_by_then_whichever_its_programme(self, world: World) -> None:
        one, other = programme(world)["id"], programme(world)["id"]
        charter(world, programme_id=one, title="A", adopted_on="2026-01-10")
        charter(world, programme_id=one, title="B", adopted_on="2026-03-10")
        charter(world, programme_id=other, title="C", adopted_on="2026-02-10")
        charter(world, programme_id=other, title="draft")
        days = (
            "2026-01-09",
            "2026-01-10",
            "2026-02-09",
            "2026-02-10",
            "2026-03-09",
            "2026-03-10",
            "2099-01-01",
        )
        assert [in_force(world, day) for day in days] == [None, "A", "A", "C", "C", "B", "B"]

    def test_a_date_ahead(self, world: World) -> None:
        made = charter(world, title="A", adopted_on="2100-01-01")
        assert made["in_force"] is False
        assert in_force(world, "2099-12-31") is None
        assert world.alice.get("/charters?in_force=true")["items"] == []
        assert len(world.alice.get("/charters?in_force=false")["items"]) == 1

    def test_of_two_adopted_on_one_day_the_later_drafted(self, world: World) -> None:
        charter(world, title="A", adopted_on="2026-01-10")
        charter(world, title="B", adopted_on="2026-01-10")
        assert in_force(world, "2026-01-10") == "B"
        assert [item["title"] for item in world.alice.get("/charters?in_force=true")["items"]] == ["B"]

    def test_another_authority_has_none(self, app: Any, world: World) -> None:
        charter(world, adopted_on="2026-01-10")
        with World.build(app, world.database, slug="haute-arlene") as other:
            assert in_force(other, "2026-06-01") is None
