"""Submit a mandate, read its exact text, sign it, refuse it, withdraw it."""

import hashlib
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from app.access.capacity import Capacity
from app.journal import service as journal
from app.kit import clock
from app.kit.problems import Conflict
from app.mandates import service
from app.mandates.models import Mandate, MandateDocument, MandateSignature
from app.people.models import Agent, CapacityGrant, Directorate
from app.signin.service import create_token
from tests.mandates.builders import (
    START,
    TODAY,
    active,
    form,
    mandate,
    name_of,
    sign,
    sign_all,
    slots,
    submitted,
    team,
)
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
HASH = "0" * 64


def named(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


def states(seen: dict[str, Any]) -> list[str]:
    return [party["state"] for party in seen["parties"]]


class TestSubmit:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/submit", expect=401)

    @pytest.mark.parametrize(
        ("name", "status"), [("chloe", 404), ("alice", 403), ("head_dep", 403), ("dgs", 403), ("hr", 403)]
    )
    def test_others(self, world: World, name: str, status: int) -> None:
        made = mandate(world)
        world.people[name].post(f"/mandates/{made['id']}/submit", expect=status)

    def test_names_the_parties(self, world: World) -> None:
        seen = submitted(world)
        assert seen["state"] == "in_signature"
        assert [
            (party["rank"], party["capacity"], name_of(world, party["agent_id"])) for party in seen["parties"]
        ] == [
            (1, "agent", "alice"),
            (1, "agent", "bruno"),
            (2, "releasing_manager", "head_dej"),
            (2, "releasing_manager", "head_dep"),
            (3, "client_directorate", "head_dep"),
            (4, "sponsor", "dgs"),
            (5, "guarantor", "lab"),
        ]
        assert (seen["parties_count"], seen["signatures_count"], seen["submission"]) == (7, 0, 1)
        assert world.event_types(seen["id"]) == ["mandate.drafted", "mandate.submitted"]

    def test_by_the_coach_the_lab_guarantees(self, world: World) -> None:
        made = mandate(world, by="coach")
        seen = world.coach.post(f"/mandates/{made['id']}/submit")
        assert name_of(world, seen["parties"][-1]["agent_id"]) == "lab"

    def test_by_a_coach_of_the_lab(self, world: World) -> None:
        world.add_person("inès", "DGS", manager="dgs", capacity=Capacity.LAB)
        guided = team(world, coach_id=world.people["inès"].id)
        made = mandate(world, team_id=guided["id"])
        seen = world.machine("programme:read", "programme:write").post(f"/mandates/{made['id']}/submit")
        assert name_of(world, seen["parties"][-1]["agent_id"]) == "inès"

    def test_says_all_that_is_missing(self, world: World) -> None:
        body = form(world)
        body["slots"] = slots(world, "alice", relief=None)
        body |= {
            "starts_on": (TODAY - timedelta(days=60)).isoformat(),
            "ends_on": (TODAY - timedelta(days=1)).isoformat(),
        }
        made = world.lab.post("/mandates", body, expect=201)
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DEP"].id).head_id = None
        problem = world.lab.post(f"/mandates/{made['id']}/submit", expect=422)
        assert named(problem) == ["client_directorate_id", "ends_on", "slots", "relief"]
        assert "Bruno BRUNO" in problem["errors"][2]["detail"]
        assert world.lab.get(f"/mandates/{made['id']}")["state"] == "draft"

    def test_somebody_must_free_the_agent(self, world: World) -> None:
        world.add_person("eve", "DSI")
        made = mandate(world, members=("alice", "eve"))
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DSI"].id).head_id = world.eve.agent.id
        problem = world.lab.post(f"/mandates/{made['id']}/submit", expect=422)
        assert named(problem) == ["slots"]
        assert "Eve EVE" in problem["errors"][0]["detail"]

    def test_a_head_above_frees_the_agent_whose_manager_left(self, world: World) -> None:
        world.add_directorate("DEP/voirie", "Voirie", parent="DEP")
        world.add_person("chief", "DEP/voirie", manager="head_dep")
        world.add_person("eve", "DEP/voirie", manager="chief")
        made = mandate(world, members=("eve",), team_id=team(world, ("eve",))["id"])
        with world.database.transaction() as session:
            session.get_one(Agent, world.chief.agent.id).left_on = TODAY - timedelta(days=1)
        seen = world.lab.post(f"/mandates/{made['id']}/submit")
        assert [name_of(world, party["agent_id"]) for party in seen["parties"]][1:3] == ["head_dep"] * 2

    def test_members_who_changed_since(self, world: World) -> None:
        made = mandate(world)
        world.lab.post(f"/teams/{made['team_id']}/members", {"agent_id": world.chloe.id})
        world.lab.delete(f"/teams/{made['team_id']}/members/{world.bruno.id}")
        problem = world.lab.post(f"/mandates/{made['id']}/submit", expect=422)
        assert [error["detail"] for error in problem["errors"]] == [
            "Il manque une demi-journée pour Chloe CHLOE.",
            "Bruno BRUNO n'est plus membre de l'équipe : retirez sa demi-journée.",
        ]

    def test_half_day_of_another_mandate(self, world: World) -> None:
        submitted(world)
        other = mandate(world, team_id=team(world, ("alice",))["id"], members=("alice",))
        problem = world.lab.post(f"/mandates/{other['id']}/submit", expect=422)
        assert named(problem) == ["slots"]
        assert "Alice ALICE" in problem["errors"][0]["detail"]
        assert "jeudi" in problem["errors"][0]["detail"]

    def test_renewal_begins_after_the_one_in_force(self, world: World) -> None:
        first = active(world)
        path = f"/mandates/{mandate(world, team_id=first['team_id'])['id']}"
        problem = world.lab.post(f"{path}/submit", expect=422)
        assert named(problem) == ["starts_on"]
        day = (START + timedelta(days=200)).isoformat()
        world.lab.patch(path, {"starts_on": day, "ends_on": day})
        renewed = sign_all(world, world.lab.post(f"{path}/submit"))
        assert renewed["state"] == "active"

    def test_client_directorate_follows_the_team(self, world: World) -> None:
        made = mandate(world)
        dej = world.directorate_id("DEJ")
        world.lab.patch(f"/teams/{made['team_id']}", {"client_directorate_id": dej})
        seen = world.lab.post(f"/mandates/{made['id']}/submit")
        assert seen["client_directorate_id"] == dej
        assert "Direction de l'éducation" in seen["clauses"][2]["filled_text"]


class TestDocument:
    def path(self, made: dict[str, Any]) -> str:
        return f"/mandates/{made['id']}/document"

    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/mandates/{UNKNOWN}/document", expect=401)

    def test_stranger(self, world: World) -> None:
        world.chloe.get(self.path(submitted(world)), expect=404)

    def test_draft_has_none(self, world: World) -> None:
        problem = world.lab.get(self.path(mandate(world)), expect=409)
        assert problem["type"].endswith("no-document")

    @pytest.mark.parametrize("submission", ["0", "x", "9999999"])
    def test_bad_parameter(self, world: World, submission: str) -> None:
        world.lab.get(f"{self.path(submitted(world))}?submission={submission}", expect=422)

    def test_its_hash_is_that_of_its_bytes(self, world: World) -> None:
        seen = submitted(world)
        response = world.alice.request("GET", self.path(seen), expect=200)
        assert hashlib.sha256(response.content).hexdigest() == seen["document_hash"]
        digest = b64encode(hashlib.sha256(response.content).digest()).decode()
        assert response.headers["repr-digest"] == f"sha-256=:{digest}:"
        text = response.json()
        assert list(text) == sorted(text)
        assert [party["capacity"] for party in text["parties"]][-1] == "guarantor"
        assert "représenté par Lab LAB" in text["clauses"][2]["text"]
        assert [clause["text"] for clause in text["clauses"]] == [
            clause["filled_text"] for clause in seen["clauses"]
        ]

    def test_does_not_move_with_the_people_it_names(self, world: World) -> None:
        seen = submitted(world)
        before = world.alice.request("GET", self.path(seen)).content
        with world.database.transaction() as session:
            session.get_one(Agent, world.bruno.agent.id).family_name = "AUTRE"
        assert world.alice.request("GET", self.path(seen)).content == before
        again = world.lab.get(f"/mandates/{seen['id']}")
        assert "Bruno BRUNO" in again["clauses"][2]["filled_text"]

    def test_former_submissions_stay(self, world: World) -> None:
        seen = submitted(world)
        world.lab.post(f"/mandates/{seen['id']}/withdraw")
        world.lab.patch(f"/mandates/{seen['id']}", {"budget_euros": 500})
        again = world.lab.post(f"/mandates/{seen['id']}/submit")
        assert again["document_hash"] != seen["document_hash"]
        first = world.lab.request("GET", f"{self.path(seen)}?submission=1", expect=200)
        assert hashlib.sha256(first.content).hexdigest() == seen["document_hash"]
        assert world.lab.get(self.path(seen))["parameters"]["budget_euros"] == 500
        world.lab.get(f"{self.path(seen)}?submission=3", expect=404)

    def test_no_statement_changes_a_text_or_a_signature(self, world: World) -> None:
        sign(world, submitted(world), "alice")
        for statement in (
            update(MandateDocument).values(text="autre"),
            delete(MandateDocument),
            update(MandateSignature).values(agent_id=world.bruno.agent.id),
            delete(MandateSignature),
        ):
            with pytest.raises(IntegrityError, match="immutable"), world.database.transaction() as session:
                session.execute(statement)


class TestSign:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/sign", {}, expect=401)

    @pytest.mark.parametrize(
        ("name", "status"), [("chloe", 404), ("elected", 404), ("hr", 403), ("coach", 403)]
    )
    def test_others(self, world: World, name: str, status: int) -> None:
        sign(world, submitted(world), name, expect=status)

    def test_with_a_token_issued_long_ago(self, world: World) -> None:
        seen, later = submitted(world), clock.now() + timedelta(minutes=16)
        body = {"document_hash": seen["document_hash"], "consent": True}
        with clock.at(later):
            answer = world.alice.request("POST", f"/mandates/{seen['id']}/sign", json=body)
            assert answer.status_code == 401
            assert answer.json()["type"].endswith("fresh-authentication-needed")
            assert answer.headers["www-authenticate"] == (
                'Bearer realm="essaim", error="insufficient_user_authentication", max_age="900"'
            )
            refusal = {"reason": "Pas le jeudi."}
            world.alice.post(f"/mandates/{seen['id']}/refuse", refusal, expect=401)
            # Who may not sign learns nothing of it.
            sign(world, seen, "coach", expect=403)
            sign(world, seen, "chloe", expect=404)
            with world.database.transaction() as session:
                world.alice.token = create_token(session, agent=world.alice.agent)
            sign(world, seen, "alice")

    def test_says_how_the_signer_was_known(self, world: World) -> None:
        seen = submitted(world)
        sign(world, seen, "alice")
        visitor = replace(world.actor("bruno"), method="oidc")
        with world.database.transaction() as session:
            mandate = session.get_one(Mandate, UUID(seen["id"]))
            service.sign(session, visitor, mandate, seen["document_hash"], consent=True)
        with world.database.read() as connection:
            methods = connection.execute(select(col(MandateSignature.method))).scalars().all()
        assert sorted(methods) == ["oidc", "token"]

    def test_machines_never_sign(self, world: World) -> None:
        seen = submitted(world)
        body = {"document_hash": seen["document_hash"], "consent": True}
        machine = world.machine("programme:read", "programme:write")
        machine.post(f"/mandates/{seen['id']}/sign", body, expect=403)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"consent": True}, "document_hash"),
            ({"document_hash": "x", "consent": True}, "document_hash"),
            ({"document_hash": HASH}, "consent"),
            ({"document_hash": HASH, "consent": False}, "consent"),
        ],
    )
    def test_bad_field(self, world: World, body: dict[str, Any], field: str) -> None:
        seen = submitted(world)
        problem = world.alice.post(f"/mandates/{seen['id']}/sign", body, expect=422)
        assert named(problem) == [field]

    def test_another_text(self, world: World) -> None:
        seen = submitted(world)
        problem = sign(world, {**seen, "document_hash": HASH}, "alice", expect=409)
        assert problem["type"].endswith("another-text")

    def test_records_the_signature(self, world: World) -> None:
        seen = sign(world, submitted(world), "alice")
        assert states(seen) == ["signed"] + ["pending"] * 6
        assert seen["parties"][0]["signed_at"]
        assert (seen["signatures_count"], seen["state"]) == (1, "in_signature")
        with world.database.read() as connection:
            row = connection.execute(select(MandateSignature)).one()
        assert (row.agent_id, row.capacity, row.method) == (world.alice.agent.id, "agent", "token")
        assert row.document_hash == seen["document_hash"]
        assert world.event_types(seen["id"])[-1] == "mandate.signed"

    def test_twice(self, world: World) -> None:
        seen = submitted(world)
        sign(world, seen, "alice")
        assert sign(world, seen, "alice", expect=409)["type"].endswith("already-signed")

    def test_rank_by_rank(self, world: World) -> None:
        seen = submitted(world)
        problem = sign(world, seen, "dgs", expect=409)
        assert problem["type"].endswith("not-your-turn")
        assert "agent·e de l'équipe (2 signature(s))" in problem["detail"]
        sign(world, seen, "bruno")
        sign(world, seen, "head_dep", expect=409)
        sign(world, seen, "alice")
        sign(world, seen, "dgs", expect=409)
        sign(world, seen, "head_dej")
        # The last manager also heads the client directorate, whose turn comes by this very signature.
        assert states(sign(world, seen, "head_dep")) == ["signed"] * 5 + ["pending"] * 2
        sign(world, seen, "lab", expect=409)
        sign(world, seen, "dgs")
        assert sign(world, seen, "lab")["state"] == "active"

    def test_one_capacity_at_a_time_where_others_come_between(self, world: World) -> None:
        seen = submitted(world)
        for name in ("alice", "bruno", "head_dep"):
            signed = sign(world, seen, name)
        assert states(signed) == ["signed", "signed", "pending", "signed", "pending", "pending", "pending"]
        assert states(sign(world, seen, "head_dej"))[4] == "pending"
        assert states(sign(world, seen, "head_dep"))[4] == "signed"

    def test_everybody_in_one_person(self, world: World) -> None:
        """A small town: the head of the lab is the sponsor, the manager and the client directorate as well."""
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DEP"].id).head_id = world.lab.agent.id
            session.get_one(Agent, world.alice.agent.id).manager_id = world.lab.agent.id
        made = mandate(
            world, team_id=team(world, ("alice",))["id"], members=("alice",), sponsor_id=world.lab.id
        )
        seen = world.lab.post(f"/mandates/{made['id']}/submit")
        sign(world, seen, "alice")
        seen = sign(world, seen, "lab")
        assert (seen["state"], seen["signatures_count"]) == ("active", 5)
        assert world.event_types(made["id"]).count("mandate.signed") == 5

    def test_an_elected_sponsor(self, world: World) -> None:
        seen = sign_all(world, submitted(world, sponsor_id=world.elected.id))
        assert seen["state"] == "active"

    def test_a_power_that_has_ended(self, world: World) -> None:
        """Somebody else heads the directorate since: its former head frees their agent, and binds it no more."""
        seen = submitted(world)
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DEP"].id).head_id = world.david.agent.id
        for name in ("alice", "bruno", "head_dej"):
            sign(world, seen, name)
        assert states(sign(world, seen, "head_dep"))[3:5] == ["signed", "pending"]
        problem = sign(world, seen, "head_dep", expect=409)
        assert problem["type"].endswith("power-lapsed")
        assert "direction cliente" in problem["detail"]
        sign(world, seen, "david", expect=403)

    @pytest.mark.parametrize("name", ["head_dej", "lab"])
    def test_a_manager_or_a_guarantor_no_more(self, world: World, name: str) -> None:
        seen = sign_all(world, submitted(world), but=(name,))
        with world.database.transaction() as session:
            session.get_one(Agent, world.bruno.agent.id).manager_id = world.dgs.agent.id
            session.execute(delete(CapacityGrant).where(col(CapacityGrant.capacity) == Capacity.LAB))
        assert sign(world, seen, name, expect=409)["type"].endswith("power-lapsed")

    def test_after_the_term(self, world: World) -> None:
        seen = submitted(world, starts_on=(TODAY - timedelta(days=9)).isoformat(), ends_on=TODAY.isoformat())
        with world.database.transaction() as session:
            session.execute(
                update(MandateDocument.metadata.tables["mandates"]).values(ends_on=TODAY - timedelta(days=1))
            )
        assert sign(world, seen, "alice", expect=409)["type"].endswith("term-passed")

    def test_the_last_one_brings_it_into_force(self, world: World) -> None:
        seen = active(world)
        assert seen["state"] == "active"
        assert seen["activated_at"]
        assert seen["possible_moves"] == ["suspend", "complete", "terminate", "expire"]
        held = world.lab.get(f"/teams/{seen['team_id']}")
        assert (held["state"], held["sponsor_id"]) == ("mandated", world.dgs.id)
        assert world.lab.get(f"/irritants/{held['irritant_id']}")["state"] == "in_progress"
        assert world.event_types(seen["id"])[-5:] == [
            "mandate.signed",
            "mandate.sealed",
            "mandate.activated",
            "mandate.half_days_planned",
            "mandate.follow_ups_planned",
        ]
        assert world.event_types(held["id"])[-1] == "team.mandated"

    def test_all_or_nothing(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the rooms above refuse when a mandate comes into force undoes the last signature with it."""
        seen = sign_all(world, submitted(world), but=("lab",))

        def refuse(*_facts: Any) -> None:
            raise Conflict

        monkeypatch.setitem(journal._reactions, "mandate.activated", [refuse])
        sign(world, seen, "lab", expect=409)
        again = world.lab.get(f"/mandates/{seen['id']}")
        assert (again["state"], states(again)[-1]) == ("in_signature", "pending")
        assert world.lab.get(f"/teams/{seen['team_id']}")["state"] == "forming"
        monkeypatch.undo()
        assert sign(world, seen, "lab")["state"] == "active"


class TestRefuse:
    def path(self, made: dict[str, Any]) -> str:
        return f"/mandates/{made['id']}/refuse"

    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/refuse", {}, expect=401)

    @pytest.mark.parametrize(("name", "status"), [("chloe", 404), ("hr", 403), ("coach", 403)])
    def test_others(self, world: World, name: str, status: int) -> None:
        world.people[name].post(self.path(submitted(world)), {"reason": "Non."}, expect=status)

    def test_needs_a_reason(self, world: World) -> None:
        problem = world.head_dep.post(self.path(submitted(world)), {"reason": " "}, expect=422)
        assert named(problem) == ["reason"]

    def test_before_one_s_turn(self, world: World) -> None:
        seen = submitted(world)
        sign(world, seen, "alice")
        back = world.head_dep.post(self.path(seen), {"reason": "Le jeudi est jour de livraison."})
        assert (back["state"], back["reason"]) == ("draft", "Le jeudi est jour de livraison.")
        assert (back["document_hash"], back["submitted_at"]) == (None, None)
        assert states(back) == ["void", "void", "void", "refused", "refused", "void", "void"]
        assert back["parties"][3]["reason"] == "Le jeudi est jour de livraison."
        assert back["parties"][0]["signed_at"], "history stays"
        assert back["signatures_count"] == 0
        assert world.event_types(seen["id"])[-1] == "mandate.refused"
        sign(world, seen, "bruno", expect=409)

    def test_needs_all_signatures_again(self, world: World) -> None:
        seen = submitted(world)
        sign(world, seen, "alice")
        sign(world, seen, "bruno")
        world.head_dej.post(self.path(seen), {"reason": "Pas le jeudi."})
        again = world.lab.post(f"/mandates/{seen['id']}/submit")
        assert (again["submission"], again["reason"], states(again)) == (2, None, ["pending"] * 7)
        sign(world, seen, "alice", expect=409)
        assert sign_all(world, again)["state"] == "active"
        with world.database.read() as connection:
            hashes = connection.execute(select(col(MandateSignature.document_hash))).scalars().all()
        assert sorted(hashes) == sorted([seen["document_hash"]] * 2 + [again["document_hash"]] * 7)

    def test_once_signed(self, world: World) -> None:
        seen = submitted(world)
        sign(world, seen, "alice")
        problem = world.alice.post(self.path(seen), {"reason": "Finalement non."}, expect=409)
        assert problem["type"].endswith("already-signed")


class TestWithdraw:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post(f"/mandates/{UNKNOWN}/withdraw", expect=401)

    @pytest.mark.parametrize(("name", "status"), [("chloe", 404), ("alice", 403), ("dgs", 403)])
    def test_others(self, world: World, name: str, status: int) -> None:
        seen = submitted(world)
        world.people[name].post(f"/mandates/{seen['id']}/withdraw", expect=status)

    @pytest.mark.parametrize("name", ["lab", "coach"])
    def test_rightful(self, world: World, name: str) -> None:
        seen = submitted(world)
        sign(world, seen, "alice")
        back = world.people[name].post(f"/mandates/{seen['id']}/withdraw")
        assert (back["state"], back["reason"], set(states(back))) == ("draft", None, {"void"})
        assert world.event_types(seen["id"])[-1] == "mandate.withdrawn"

    def test_by_a_team_that_changes(self, world: World) -> None:
        for change in ("join", "leave", "client"):
            seen = submitted(world, team_id=team(world)["id"])
            path = f"/teams/{seen['team_id']}"
            match change:
                case "join":
                    world.lab.post(f"{path}/members", {"agent_id": world.chloe.id})
                case "leave":
                    world.lab.delete(f"{path}/members/{world.bruno.id}")
                case "client":
                    world.lab.patch(path, {"client_directorate_id": world.directorate_id("DSI")})
            back = world.lab.get(f"/mandates/{seen['id']}")
            assert (back["state"], set(states(back))) == ("draft", {"void"}), change

    def test_a_new_name_changes_nothing(self, world: World) -> None:
        seen = submitted(world)
        world.lab.patch(f"/teams/{seen['team_id']}", {"name": "Les Clés"})
        assert world.lab.get(f"/mandates/{seen['id']}")["state"] == "in_signature"
