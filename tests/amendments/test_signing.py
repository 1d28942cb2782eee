"""Who is asked to sign an amendment, and what becomes of it."""

from datetime import date
from typing import Any

import pytest

from tests.amendments.builders import draft, in_force, sign, sign_all, signers, slots, submitted
from tests.half_days import builders as half_days
from tests.people.builders import interim
from tests.support.world import World

MID = date(2026, 3, 3)
UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
TEXT = {"goal": "Ouvrir le dépôt avant sept heures."}


@pytest.fixture
def mandate(world: World) -> dict[str, Any]:
    """In force since January; the lab has signed as the guarantor."""
    with half_days.on(half_days.MONDAY):
        return half_days.active(world)


class TestWhoSigns:
    """The table of `amendments.terms`, through the API."""

    @pytest.mark.parametrize(
        ("changes", "names"),
        [
            ({"ends_on": "2026-09-30"}, ["alice", "bruno", "head_dej", "head_dep", "head_dep", "dgs", "lab"]),
            (TEXT, ["alice", "bruno", "head_dep", "dgs", "lab"]),
            ({"budget_euros": 900}, ["alice", "bruno", "head_dep", "dgs", "lab"]),
        ],
    )
    def test_texts_and_dates(
        self, world: World, mandate: dict[str, Any], changes: dict[str, Any], names: list[str]
    ) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, **changes)
            assert sorted(name for name, _ in signers(world, seen)) == sorted(names)

    def test_own_half_days(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, slots=slots(world, alice="tuesday", bruno="thursday"))
            assert signers(world, seen) == [
                ("alice", "agent"),
                ("head_dep", "releasing_manager"),
                ("lab", "guarantor"),
            ]

    def test_another_sponsor(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, sponsor_id=world.head_dsi.id)
            assert signers(world, seen) == [
                ("head_dep", "client_directorate"),
                ("head_dsi", "sponsor"),
                ("lab", "guarantor"),
            ]
            sign_all(world, seen)
            assert world.lab.get(f"/mandates/{mandate['id']}")["sponsor_id"] == world.head_dsi.id
            assert world.lab.get(f"/teams/{mandate['team_id']}")["sponsor_id"] == world.head_dsi.id
            # The former sponsor is a party no more, but still reads what they signed.
            assert world.dgs.get(f"/mandates/{mandate['id']}")["sponsor_id"] == world.head_dsi.id

    def test_whoever_joins_or_leaves(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(
                world,
                mandate,
                joining=[world.chloe.id],
                leaving=[world.bruno.id],
                slots=slots(world, alice="thursday", chloe="friday"),
            )
            assert sorted(signers(world, seen)) == [
                ("bruno", "agent"),
                ("chloe", "agent"),
                ("dgs", "sponsor"),
                ("head_dej", "releasing_manager"),
                ("head_dep", "client_directorate"),
                ("head_dsi", "releasing_manager"),
                ("lab", "guarantor"),
            ]
            # They read what they are asked to sign, and the mandate that it amends.
            assert world.chloe.get(f"/amendments/{seen['id']}")["to_sign"] is True
            assert world.chloe.get(f"/mandates/{mandate['id']}")["to_sign"] is False
            assert sign_all(world, seen)["state"] == "in_force"

    def test_a_clause_concerns_by_its_kind(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            clauses = [
                {name: clause[name] for name in ("key", "kind", "title", "text", "plain")}
                for clause in world.lab.get(f"/mandates/{mandate['id']}")["clauses"]
            ]
            for clause in clauses:
                if clause["kind"] == "autonomy_proposes":
                    clause["text"] += "\n\nElle propose aussi ses horaires d'essai."
            seen = submitted(world, mandate, clauses=clauses)
            assert [name for name, _ in signers(world, seen)] == ["alice", "bruno", "head_dep", "dgs", "lab"]
            (changed,) = seen["difference"]["clauses"]
            assert {run["change"] for run in changed["text"]} == {"same", "added"}


class TestUntilTheLastSignature:
    def test_the_former_stays_in_force(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, **TEXT)
            sign_all(world, seen, but=("lab",))
            now = world.lab.get(f"/mandates/{mandate['id']}")
            assert (now["state"], now["purpose"]) == ("active", mandate["purpose"])
            assert now["document_hash"] == mandate["document_hash"]
            assert now["open_amendment_id"] == seen["id"]
            done = sign(world, seen, "lab")
            now = world.lab.get(f"/mandates/{mandate['id']}")
            assert (done["state"], now["purpose"]) == ("in_force", TEXT["goal"])
            assert now["document_hash"] == seen["document_hash"]
            assert world.event_types(mandate["id"]).count("mandate.amended") == 1
            assert world.event_types(seen["id"]) == [
                "amendment.drafted",
                "amendment.submitted",
                *["amendment.signed"] * 5,
                "amendment.in_force",
            ]

    def test_both_texts_can_be_read(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = in_force(world, mandate, **TEXT)
            own = world.alice.get(f"/amendments/{seen['id']}/document")
            assert own == world.alice.get(f"/mandates/{mandate['id']}/document")
            assert own["amends"]["document_hash"] == mandate["document_hash"]
            assert own["amends"]["fields"] == ["purpose"]
            first = world.alice.get(f"/mandates/{mandate['id']}/document?submission=1")
            assert "amends" not in first
            assert {item["name"] for item in seen["difference"]["facts"]} == set()
            assert "mission" in [item["key"] for item in seen["difference"]["clauses"]]

    def test_refused(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, **TEXT)
            sign(world, seen, "alice")
            back = world.bruno.post(f"/amendments/{seen['id']}/refuse", {"reason": "Trop tôt."})
            assert (back["state"], back["reason"], back["document_hash"]) == ("draft", "Trop tôt.", None)
            assert {party["state"] for party in back["parties"]} == {"refused", "void"}
            now = world.lab.get(f"/mandates/{mandate['id']}")
            assert (now["state"], now["signatures_count"]) == ("active", 7)
            again = world.lab.post(f"/amendments/{seen['id']}/submit")
            assert again["submission"] == seen["submission"] + 1
            assert sign_all(world, again)["state"] == "in_force"

    def test_withdrawn_and_dropped(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, **TEXT)
            sign(world, seen, "alice")
            world.coach.post(f"/amendments/{seen['id']}/withdraw")
            assert world.coach.post(f"/amendments/{seen['id']}/drop")["state"] == "dropped"
            assert world.lab.get(f"/mandates/{mandate['id']}")["open_amendment_id"] is None
            draft(world, mandate, **TEXT)

    def test_another_text(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, **TEXT)
            body = {"document_hash": mandate["document_hash"], "consent": True}
            problem = world.alice.post(f"/amendments/{seen['id']}/sign", body, expect=409)
            assert problem["type"].endswith("another-text")
            body = {"document_hash": seen["document_hash"], "consent": False}
            world.alice.post(f"/amendments/{seen['id']}/sign", body, expect=422)

    def test_turns(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, **TEXT)
            listed = world.dgs.get("/amendments?to_sign=true")["items"]
            assert listed == []
            assert sign(world, seen, "dgs", expect=409)["type"].endswith("not-your-turn")
            sign_all(world, seen, but=("dgs",))
            (item,) = world.dgs.get("/amendments?to_sign=true")["items"]
            assert item["id"] == seen["id"]
            assert sign(world, seen, "alice", expect=409)["type"].endswith("already-signed")

    def test_an_interim_signs_for_the_absent_head(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            interim(world)
            seen = submitted(world, mandate, **TEXT)
            sign_all(world, seen, but=("head_dep",))
            body = {"document_hash": seen["document_hash"], "consent": True}
            world.david.post(f"/amendments/{seen['id']}/sign", body)
            assert sign_all(world, world.lab.get(f"/amendments/{seen['id']}"))["state"] == "in_force"

    @pytest.mark.parametrize("name", ["head_dej", "hr", "elected", "chloe"])
    def test_others_do_not_sign(self, world: World, mandate: dict[str, Any], name: str) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, **TEXT)
            status = 403 if name in {"head_dej", "hr"} else 404
            sign(world, seen, name, expect=status)

    def test_when_the_mandate_ends(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            seen = submitted(world, mandate, **TEXT)
            world.lab.post(f"/mandates/{mandate['id']}/terminate", {"reason": "Fin.", "on_day": "2026-03-31"})
            assert world.lab.get(f"/amendments/{seen['id']}")["state"] == "dropped"
            problem = sign(world, seen, "alice", expect=409)
            assert problem["possible_moves"] == []


class TestDrafting:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/amendments", {}, expect=401)
        world.anonymous.get(f"/amendments/{UNKNOWN}", expect=401)
        world.anonymous.get("/mandate-tasks", expect=401)

    @pytest.mark.parametrize(
        ("name", "status"), [("chloe", 404), ("alice", 403), ("dgs", 403), ("hr", 403), ("coach", 201)]
    )
    def test_who(self, world: World, mandate: dict[str, Any], name: str, status: int) -> None:
        with half_days.on(MID):
            body = {"purpose": "Parce que.", **TEXT}
            world.people[name].post(f"/mandates/{mandate['id']}/amendments", body, expect=status)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"ends_on": "2025-12-31"}, "ends_on"),
            ({"ends_on": "2029-12-31"}, "ends_on"),
            ({"sponsor_id": UNKNOWN}, "sponsor_id"),
            ({"joining": [UNKNOWN]}, "joining"),
            ({"leaving": [UNKNOWN]}, "leaving.0"),
            ({"budget_euros": -1}, "budget_euros"),
            ({"purpose": " "}, "purpose"),
            ({"clauses": []}, "clauses"),
        ],
    )
    def test_bad_field(
        self, world: World, mandate: dict[str, Any], change: dict[str, Any], field: str
    ) -> None:
        with half_days.on(MID):
            body = {"purpose": "Parce que.", **change}
            problem = world.lab.post(f"/mandates/{mandate['id']}/amendments", body, expect=422)
            assert [error["field"] for error in problem["errors"]] == [field]

    def test_one_at_a_time(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            draft(world, mandate, **TEXT)
            problem = world.lab.post(
                f"/mandates/{mandate['id']}/amendments", {"purpose": "Encore."}, expect=409
            )
            assert problem["type"].endswith("amendment-in-preparation")

    def test_of_a_draft_mandate(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.submitted(world)
            problem = world.lab.post(f"/mandates/{made['id']}/amendments", {"purpose": "Encore."}, expect=409)
            assert problem["type"].endswith("not-in-force")

    def test_edited(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            made = draft(world, mandate, **TEXT, ends_on="2026-09-30")
            seen = world.coach.patch(
                f"/amendments/{made['id']}", {"ends_on": None, "budget_euros": 900}, version=made["version"]
            )
            assert seen["terms"]["budget_euros"] == 900
            assert "ends_on" not in seen["terms"]
            assert seen["terms"]["purpose"] == TEXT["goal"]
            world.coach.patch(f"/amendments/{made['id']}", {"purpose": "x"}, version=1, expect=412)
            world.lab.post(f"/amendments/{made['id']}/submit")
            problem = world.coach.patch(f"/amendments/{made['id']}", {"purpose": "x"}, expect=409)
            assert problem["type"].endswith("amendment-not-a-draft")

    def test_that_changes_nothing(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            made = draft(world, mandate, ends_on=half_days.END.isoformat())
            assert made["terms"] == {}
            problem = world.lab.post(f"/amendments/{made['id']}/submit", expect=422)
            assert [error["field"] for error in problem["errors"]] == ["terms"]

    def test_of_another_authority(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            made = draft(world, mandate, **TEXT)
            with World.build(world.app, world.database, "lagny") as other:
                other.lab.get(f"/amendments/{made['id']}", expect=404)
                other.lab.post(f"/mandates/{mandate['id']}/amendments", {"purpose": "x"}, expect=404)
                assert other.lab.get("/amendments")["items"] == []

    def test_as_many_statements_however_many(self, world: World, mandate: dict[str, Any]) -> None:
        with half_days.on(MID):
            made = submitted(world, mandate, **TEXT)
            with world.counted_queries() as few:
                world.lab.get(f"/amendments/{made['id']}")
            world.lab.post(f"/amendments/{made['id']}/withdraw")
            world.lab.patch(f"/amendments/{made['id']}", {"ends_on": "2026-09-30"})
            world.lab.post(f"/amendments/{made['id']}/submit")
            with world.counted_queries() as many:
                world.lab.get(f"/amendments/{made['id']}")
            assert len(few) == len(many)
