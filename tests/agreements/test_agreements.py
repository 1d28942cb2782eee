"""What a mandate reserves: asked of its sponsor, answered, and what waits for the answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.access.actor import system
from app.agreements.models import Agreement
from app.journal.models import JournalEvent
from app.kit import clock
from app.mandates import service as mandates
from tests.agreements.builders import CLAUSE, MATTER, WHY, answered, form, requested
from tests.mandates.builders import TODAY, active, mandate, submitted, suspended
from tests.mandates.test_races import posting, together
from tests.notices.builders import last, who_was_told
from tests.people.builders import delegation
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


class TestRequest:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/agreements", form(), expect=401)

    @pytest.mark.parametrize(
        ("name", "status"), [("chloe", 404), ("head_dep", 403), ("dgs", 403), ("hr", 403), ("elected", 404)]
    )
    def test_others(self, world: World, name: str, status: int) -> None:
        path = f"/mandates/{active(world)['id']}/agreements"
        world.people[name].post(path, form(), expect=status)

    @pytest.mark.parametrize("name", ["alice", "coach", "lab"])
    def test_rightful(self, world: World, name: str) -> None:
        made = requested(world, by=name)
        assert (made["state"], made["clause_key"], made["matter"]) == ("requested", CLAUSE, MATTER)
        assert made["clause_title"] == "Ce qui reste aux élus et à la hiérarchie"
        assert made["requested_by_id"] == world.people[name].id
        assert (made["answered_by_id"], made["reason"], made["to_answer"]) == (None, None, False)
        assert world.event_types(made["id"]) == ["agreement.requested"]
        listed = world.dgs.get("/agreements?to_answer=true")["items"]
        assert [item["id"] for item in listed] == [made["id"]]
        assert world.people[name].get("/agreements?to_answer=true")["items"] == []

    def test_machine(self, world: World) -> None:
        path = f"/mandates/{active(world)['id']}/agreements"
        made = world.machine("programme:read", "programme:write").post(path, form(), expect=201)
        assert (made["requested_by_id"], made["requested_by_name"]) == (None, None)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"matter": " "}, "matter"),
            ({"clause_key": "Une clause"}, "clause_key"),
            ({"clause_key": "inconnue"}, "clause_key"),
            ({"clause_key": "decide-seule"}, "clause_key"),
            ({"sponsor": "x"}, "sponsor"),
        ],
    )
    def test_bad_input(self, world: World, change: dict[str, Any], field: str) -> None:
        path = f"/mandates/{active(world)['id']}/agreements"
        problem = world.alice.post(path, form(**change), expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_a_mandate_that_binds_nobody(self, world: World) -> None:
        for made in (mandate(world), submitted(world)):
            problem = world.alice.post(f"/mandates/{made['id']}/agreements", form(), expect=409)
            assert problem["type"].endswith("mandate-not-in-force")

    def test_a_suspended_mandate_still_binds(self, world: World) -> None:
        world.alice.post(f"/mandates/{suspended(world)['id']}/agreements", form(), expect=201)

    def test_another_authority(self, world: World) -> None:
        path = f"/mandates/{active(world)['id']}/agreements"
        with World.build(world.app, world.database, slug="haute-arlene") as other:
            other.lab.post(path, form(), expect=404)


class TestAnswer:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/agreements/{UNKNOWN}/agree", {}, expect=401)
        world.anonymous.post(f"/agreements/{UNKNOWN}/refuse", WHY, expect=401)

    @pytest.mark.parametrize(
        ("name", "status"), [("chloe", 404), ("alice", 403), ("lab", 403), ("head_dep", 403), ("hr", 404)]
    )
    @pytest.mark.parametrize("verb", ["agree", "refuse"])
    def test_others(self, world: World, name: str, status: int, verb: str) -> None:
        made = requested(world)
        world.people[name].post(f"/agreements/{made['id']}/{verb}", WHY, expect=status)

    @pytest.mark.parametrize(
        ("verb", "state", "event"),
        [("agree", "agreed", "agreement.given"), ("refuse", "refused", "agreement.refused")],
    )
    def test_the_sponsor(self, world: World, verb: str, state: str, event: str) -> None:
        made = answered(world, verb)
        assert (made["state"], made["reason"]) == (state, WHY["reason"])
        assert (made["answered_by_id"], made["on_behalf_of_id"]) == (world.dgs.id, None)
        assert made["answered_at"] is not None
        assert made["possible_moves"] == []
        assert world.event_types(made["id"]) == ["agreement.requested", event]

    def test_without_conditions(self, world: World) -> None:
        assert answered(world, "agree", {})["reason"] is None

    def test_a_refusal_says_why(self, world: World) -> None:
        made = requested(world)
        problem = world.dgs.post(f"/agreements/{made['id']}/refuse", {}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["reason"]

    def test_once(self, world: World) -> None:
        made = answered(world, "agree")
        for verb in ("agree", "refuse"):
            world.dgs.post(f"/agreements/{made['id']}/{verb}", WHY, expect=409)

    def test_both_answers_at_once(self, world: World) -> None:
        path = f"/agreements/{requested(world)['id']}"
        verbs = ("agree", "refuse", "agree", "refuse")
        answers = together([posting(world, "dgs", f"{path}/{verb}", WHY) for verb in verbs])
        assert answers == [200, 409, 409, 409]
        assert len(world.event_types(path.rpartition("/")[2])) == 2

    def test_a_sponsor_who_has_just_shown_who_they_are(self, world: World) -> None:
        made = requested(world)
        with clock.at(clock.now() + timedelta(days=2)):
            problem = world.dgs.post(f"/agreements/{made['id']}/agree", {}, expect=401)
        assert problem["type"].endswith("fresh-authentication-needed")

    def test_another_authority(self, world: World) -> None:
        made = requested(world)
        with World.build(world.app, world.database, slug="haute-arlene") as other:
            other.dgs.get(f"/agreements/{made['id']}", expect=404)
            other.dgs.post(f"/agreements/{made['id']}/agree", {}, expect=404)
            assert other.lab.get("/agreements")["items"] == []


class TestDelegation:
    def delegate(self, world: World) -> dict[str, Any]:
        made: dict[str, Any] = delegation(world, giver_id=world.dgs.id, holder_id=world.head_dsi.id)
        return made

    def test_in_the_sponsor_s_name(self, world: World) -> None:
        act = self.delegate(world)
        made = requested(world)
        assert [item["id"] for item in world.head_dsi.get("/agreements?to_answer=true")["items"]] == [
            made["id"]
        ]
        seen = answered(world, "agree", agreement=made, by="head_dsi")
        assert (seen["answered_by_id"], seen["on_behalf_of_id"]) == (world.head_dsi.id, world.dgs.id)
        assert (seen["act_reference"], seen["act_last_day"]) == (act["act_reference"], act["last_day"])
        with world.database.read() as connection:
            event = connection.execute(
                select(col(JournalEvent.acting_as), col(JournalEvent.delegation_id)).where(
                    col(JournalEvent.type) == "agreement.given"
                )
            ).one()
        assert tuple(event) == ("sponsor", UUID(act["id"]))

    def test_a_power_that_was_withdrawn(self, world: World) -> None:
        act = self.delegate(world)
        made = requested(world)
        with clock.at(clock.now() + timedelta(days=1000)):
            world.renew("head_dsi")
            assert act["last_day"] < (TODAY + timedelta(days=1000)).isoformat()
            world.head_dsi.post(f"/agreements/{made['id']}/agree", {}, expect=404)

    def test_delegates_are_told(self, world: World) -> None:
        self.delegate(world)
        made = requested(world)
        assert set(who_was_told(world, made, "agreement.requested")) == {"dgs", "head_dsi"}


class TestWithdraw:
    def test_those_who_ask(self, world: World) -> None:
        made = requested(world)
        world.dgs.post(f"/agreements/{made['id']}/withdraw", expect=403)
        assert world.bruno.post(f"/agreements/{made['id']}/withdraw")["state"] == "withdrawn"
        assert world.event_types(made["id"])[-1] == "agreement.withdrawn"
        world.dgs.post(f"/agreements/{made['id']}/agree", {}, expect=409)

    def test_the_end_of_the_mandate(self, world: World) -> None:
        under = active(world)
        waiting, given = requested(world, under), answered(world, "agree", {}, requested(world, under))
        body = {"reason": "Le portail est remplacé.", "on_day": under["starts_on"]}
        world.dgs.post(f"/mandates/{under['id']}/terminate", body)
        assert world.lab.get(f"/agreements/{waiting['id']}")["state"] == "withdrawn"
        assert world.lab.get(f"/agreements/{given['id']}")["state"] == "agreed"
        assert world.dgs.get("/agreements?to_answer=true")["items"] == []

    def test_expiry_too(self, world: World) -> None:
        under = active(world)
        waiting = requested(world, under)
        actor = system(world.authority.id)
        with world.database.transaction() as session:
            mandates.turn_pages(session, actor, TODAY + timedelta(days=900))
        assert world.lab.get(f"/agreements/{waiting['id']}")["state"] == "withdrawn"


class TestReading:
    def test_filters(self, world: World) -> None:
        first = requested(world)
        under = world.lab.get(f"/mandates/{first['mandate_id']}")
        second = answered(world, "refuse", agreement=requested(world, under))

        def ids(query: str) -> list[str]:
            return [item["id"] for item in world.lab.get(f"/agreements?{query}")["items"]]

        assert ids("") == [second["id"], first["id"]]
        assert ids("sort=created_at") == [first["id"], second["id"]]
        assert ids("state=refused") == [second["id"]]
        assert ids(f"mandate_id={under['id']}&limit=1") == [second["id"]]
        assert ids(f"mandate_id={UNKNOWN}") == []

    def test_constant_queries(self, world: World) -> None:
        under = active(world)
        requested(world, under)
        with world.counted_queries() as few:
            world.dgs.get("/agreements")
        for _ in range(4):
            requested(world, under)
        with world.counted_queries() as many:
            world.dgs.get("/agreements")
        assert len(many) == len(few)

    def test_the_team_is_told(self, world: World) -> None:
        made = answered(world, "refuse")
        told = who_was_told(world, made, "agreement.refused")
        assert set(told) == {"alice", "bruno", "coach", "lab"}
        assert WHY["reason"] in last(world, "alice", "agreement.refused")["body"]


class TestPhases:
    @pytest.mark.parametrize("verb", ["agree", "refuse"])
    def test_what_lasts_waits_for_the_answer(self, world: World, verb: str) -> None:
        made = requested(world)
        path = f"/teams/{made['team_id']}/enter-phase"
        world.lab.post(path, {"phase": "construction"})
        problem = world.lab.post(path, {"phase": "acceleration"}, expect=409)
        assert problem["type"].endswith("agreement-awaited")
        assert world.lab.get(f"/teams/{made['team_id']}")["phase"] == "construction"
        answered(world, verb, agreement=made)
        assert world.lab.post(path, {"phase": "acceleration"})["phase"] == "acceleration"

    def test_stopping_waits_for_nobody(self, world: World) -> None:
        made = requested(world)
        body = {"phase": "stopped", "learned": "Le portail sera remplacé."}
        assert world.lab.post(f"/teams/{made['team_id']}/enter-phase", body)["phase"] == "stopped"
        assert world.lab.get(f"/agreements/{made['id']}")["state"] == "withdrawn"


def test_the_rows_say_who_answered(world: World) -> None:
    """The database holds an answer to its parts."""
    made = answered(world, "agree")
    with world.database.read() as connection:
        row = connection.execute(select(Agreement).where(col(Agreement.id) == UUID(made["id"]))).one()
    assert (row.answered_by_id, row.on_behalf_of_id, row.delegation_id) == (world.dgs.agent.id, None, None)
