"""Who is told of what: irritants, calls, teams, solutions and mandates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.kit import clock
from app.main import do_chores
from tests.calls.builders import application, call
from tests.mandates import builders as mandates
from tests.mandates.builders import START
from tests.notices.builders import inbox, last, who_was_told
from tests.solutions.builders import FORMS, REASON, adoption, solution
from tests.support.world import World, qualified, report
from tests.teams.builders import mandate as place_under_mandate
from tests.teams.builders import team


class TestIrritants:
    def test_reported(self, world: World) -> None:
        irritant = report(world)
        assert who_was_told(world, irritant, "irritant.reported") == {
            "lab": "Un irritant vient d'être signalé"
        }
        seen = last(world, "lab", "irritant.reported")
        assert "ALICE" not in seen["title"] + seen["body"]

    @pytest.mark.parametrize(
        ("verb", "form", "kind"),
        [
            ("qualify", None, "irritant.qualified"),
            ("decline", {"reason": "Déjà commandé."}, "irritant.declined"),
            ("merge", {}, "irritant.merged"),
        ],
    )
    def test_its_reporter(self, world: World, verb: str, form: Any, kind: str) -> None:
        irritant = report(world)
        if verb == "merge":
            form = {"into_id": qualified(world, by="bruno", title="Tous les portails")["id"]}
        world.lab.post(f"/irritants/{irritant['id']}/{verb}", form)
        assert set(who_was_told(world, irritant, kind)) == {"alice"}

    def test_words(self, world: World) -> None:
        declined, merged = report(world), report(world)
        into = qualified(world, by="bruno", title="Tous les portails")
        world.lab.post(f"/irritants/{declined['id']}/decline", {"reason": "Déjà commandé."})
        world.lab.post(f"/irritants/{merged['id']}/merge", {"into_id": into["id"]})
        assert last(world, "alice", "irritant.declined")["body"].endswith("Déjà commandé.")
        assert "« Tous les portails »" in last(world, "alice", "irritant.merged")["body"]

    def test_course(self, world: World) -> None:
        made = team(world)
        irritant = {"id": made["irritant_id"]}
        assert set(who_was_told(world, irritant, "irritant.selected")) == {"alice"}
        place_under_mandate(world, made["id"])
        assert set(who_was_told(world, irritant, "irritant.started")) == {"alice"}
        world.lab.post(f"/irritants/{irritant['id']}/resolve")
        assert set(who_was_told(world, irritant, "irritant.resolved")) == {"alice"}
        world.alice.post(f"/irritants/{irritant['id']}/reopen")
        assert set(who_was_told(world, irritant, "irritant.reopened")) == {"lab"}

    def test_reopened_by_the_lab(self, world: World) -> None:
        made = team(world)
        place_under_mandate(world, made["id"])
        for verb in ("resolve", "reopen"):
            world.lab.post(f"/irritants/{made['irritant_id']}/{verb}")
        assert set(who_was_told(world, made["irritant_id"], "irritant.reopened")) == {"alice"}

    def test_released(self, world: World) -> None:
        made = call(world, "cancelled")
        assert set(who_was_told(world, made["irritants"][0]["id"], "irritant.released")) == {"alice"}

    def test_commented(self, world: World) -> None:
        irritant = qualified(world)
        world.bruno.post(f"/irritants/{irritant['id']}/comments", {"body": "Pareil au nord."})
        assert set(who_was_told(world, irritant, "irritant.commented")) == {"alice"}
        seen = last(world, "alice", "irritant.commented")
        assert "BRUNO" not in seen["title"] + seen["body"]


class TestCalls:
    def test_charter(self, world: World) -> None:
        charter = mandates.charter(world)
        told = who_was_told(world, charter, "charter.adopted")
        assert set(told) == {"head_dep", "head_dej", "head_dsi"}
        assert "« Édition 2026 »" in last(world, "head_dep", "charter.adopted")["body"]

    def test_a_manager_is_informed_not_asked(self, world: World) -> None:
        made = application(world, by="bruno")
        assert who_was_told(world, made, "application.submitted") == {
            "head_dej": "Bruno BRUNO se porte volontaire",
            "lab": "Une candidature est déposée",
        }
        body = last(world, "head_dej", "application.submitted")["body"]
        assert "aucune réponse ne vous est demandée" in body

    @pytest.mark.parametrize(
        ("state", "told"),
        [
            ("accepted", {"bruno", "head_dej"}),
            ("declined", {"bruno", "head_dej"}),
            ("withdrawn", {"head_dej", "lab"}),
        ],
    )
    def test_answers(self, world: World, state: str, told: set[str]) -> None:
        made = application(world, by="bruno", state=state)
        assert set(who_was_told(world, made, f"application.{state}")) == told
        if state == "declined":
            assert last(world, "bruno", "application.declined")["body"].endswith("L'équipe est au complet.")
            assert "complet" not in last(world, "head_dej", "application.declined")["body"]


class TestTeams:
    def test_formed(self, world: World) -> None:
        made = team(world)
        told = who_was_told(world, made, "team.formed")
        assert set(told) == {"bruno", "chloe", "coach", "head_dep"}
        assert told["bruno"] != told["coach"] != told["head_dep"]

    def test_joined_and_left(self, world: World) -> None:
        made = team(world)
        world.lab.post(f"/teams/{made['id']}/members", {"agent_id": world.david.id})
        assert who_was_told(world, made, "team.member_joined") == {
            "david": "Vous faites partie de l'équipe « Les Portiers »",
            "coach": "David DAVID rejoint l'équipe « Les Portiers »",
        }
        world.lab.delete(f"/teams/{made['id']}/members/{world.david.id}")
        assert set(who_was_told(world, made, "team.member_left")) == {"david", "coach"}

    def test_phases(self, world: World) -> None:
        made = team(world, phase="construction")
        assert set(who_was_told(world, made, "team.phase_entered")) == {"bruno", "chloe", "head_dep"}
        assert "construction" in last(world, "bruno", "team.phase_entered")["body"]

    def test_an_end_is_told_once(self, world: World) -> None:
        made = team(world, phase="stopped")
        assert who_was_told(world, made, "team.phase_entered") == {}
        assert set(who_was_told(world, made, "team.concluded")) == {"bruno", "chloe", "coach", "head_dep"}
        assert "arrêtée, avec ce qu'elle a appris" in last(world, "coach", "team.concluded")["body"]


class TestSolutions:
    def test_published(self, world: World) -> None:
        made = solution(world)
        told = who_was_told(world, made, "solution.published")
        assert set(told) == {"bruno", "chloe", "head_dep", "head_dej", "head_dsi"}
        assert told["bruno"] == "Votre solution est publiée"
        assert told["head_dsi"] == "Une solution peut servir à votre direction"

    def test_retired(self, world: World) -> None:
        made = adoption(world, by="chloe")
        gone = adoption(world, "dropped", by="head_dej", directorate="DEJ", solution_id=made["solution_id"])
        assert gone["state"] == "dropped"
        world.lab.post(f"/solutions/{made['solution_id']}/retire", REASON)
        told = who_was_told(world, made["solution_id"], "solution.retired")
        assert set(told) == {"chloe", "head_dsi", "bruno", "coach"}
        assert told["head_dsi"] == "Une solution que vous avez adoptée est retirée"

    def test_adoption(self, world: World) -> None:
        made = adoption(world, by="lab", contact_id=world.chloe.id)
        told = who_was_told(world, made, "adoption.declared")
        assert set(told) == {"head_dsi", "chloe", "bruno", "coach"}
        assert told["head_dsi"] == "Votre direction s'intéresse à une solution"
        for verb, kind in (("adapt", "adoption.started"), ("use", "adoption.used")):
            world.head_dsi.post(f"/adoptions/{made['id']}/{verb}", FORMS[verb])
            told = who_was_told(world, made, kind)
            assert set(told) - {"lab"} == {"bruno", "chloe", "coach"}

    def test_dropped(self, world: World) -> None:
        made = adoption(world, "dropped")
        assert set(who_was_told(world, made, "adoption.dropped")) == {"bruno", "chloe", "coach"}
        assert last(world, "bruno", "adoption.dropped")["body"].endswith(FORMS["drop"]["reason"])


EVERYBODY = {"alice", "bruno", "head_dej", "head_dep", "dgs", "lab", "coach"}
"""Whom a mandate concerns."""


class TestMandates:
    """Alice and Bruno; their managers, who are heads; the client is head_dep; the sponsor dgs; the guarantor lab."""

    def test_each_rank_in_its_turn(self, world: World) -> None:
        made = mandates.submitted(world)
        assert set(who_was_told(world, made, "mandate.submitted")) == {"alice", "bruno"}
        body = last(world, "alice", "mandate.submitted")["body"]
        assert "refus ne ferme rien" in body
        assert "« Les Portiers »" in body
        mandates.sign(world, made, "alice")
        assert who_was_told(world, made, "mandate.signed") == {}
        mandates.sign(world, made, "bruno")
        assert set(who_was_told(world, made, "mandate.signed")) == {"head_dep", "head_dej"}

    def test_nobody_is_told_twice_that_it_is_their_turn(self, world: World) -> None:
        """Also when several sign before the worker comes by: each turn came with one signature."""
        made = mandates.submitted(world)
        for name in ("bruno", "alice"):
            mandates.sign(world, made, name)
        assert set(who_was_told(world, made, "mandate.signed")) == {"head_dep", "head_dej"}

    def test_whoever_has_signed_meanwhile_is_not_asked(self, world: World) -> None:
        made = mandates.submitted(world)
        for name in ("alice", "bruno", "head_dej"):
            mandates.sign(world, made, name)
        assert set(who_was_told(world, made, "mandate.signed")) == {"head_dep"}

    def test_to_the_last(self, world: World) -> None:
        made = mandates.submitted(world)
        asked: set[str] = set()
        for name in ("alice", "bruno", "head_dej", "head_dep", "dgs"):
            mandates.sign(world, made, name)
            asked |= {
                person
                for person in world.people
                for item in inbox(world, person)
                if item["kind"] == "mandate.signed"
            }
        assert asked == {"head_dep", "head_dej", "dgs", "lab"}
        mandates.sign(world, made, "lab")
        assert set(who_was_told(world, made, "mandate.activated")) == EVERYBODY

    def test_refused(self, world: World) -> None:
        made = mandates.submitted(world)
        for name in ("alice", "bruno"):
            mandates.sign(world, made, name)
        world.head_dej.post(f"/mandates/{made['id']}/refuse", {"reason": "L'allègement n'est pas dit."})
        told = who_was_told(world, made, "mandate.refused")
        assert set(told) == {"alice", "bruno", "coach", "lab", "head_dep", "dgs"}
        assert told["alice"].endswith("et voici pourquoi")
        assert told["head_dep"].endswith("revient en rédaction")
        body = last(world, "lab", "mandate.refused")["body"]
        assert "responsable qui libère les demi-journées" in body
        assert "L'allègement n'est pas dit." in body
        assert "HEAD_DEJ" not in body

    def test_submitted_anew(self, world: World) -> None:
        made = mandates.submitted(world)
        world.alice.post(f"/mandates/{made['id']}/refuse", {"reason": "Le jeudi ne va pas."})
        world.lab.post(f"/mandates/{made['id']}/submit")
        kinds = [item["kind"] for item in inbox(world, "alice")]
        assert kinds.count("mandate.submitted") == 1, (
            "of what was refused before the worker came, nobody is asked"
        )

    def test_withdrawn(self, world: World) -> None:
        made = mandates.submitted(world)
        world.lab.post(f"/mandates/{made['id']}/withdraw")
        assert {"alice", "bruno", "coach"} <= set(who_was_told(world, made, "mandate.withdrawn"))

    def test_terminated(self, world: World) -> None:
        made = mandates.active(world)
        reason = {"reason": "La direction est réorganisée.", "on_day": made["starts_on"]}
        world.lab.post(f"/mandates/{made['id']}/terminate", reason)
        assert set(who_was_told(world, made, "mandate.terminated")) == EVERYBODY - {"lab"}
        body = last(world, "alice", "mandate.terminated")["body"]
        assert body.endswith("La raison : La direction est réorganisée.")
        assert str(START.year) in body

    def test_completed_with_its_team(self, world: World) -> None:
        made = mandates.active(world)
        conclusion = {"outcome": "stopped", "learned": "Un ressort suffit."}
        world.lab.post(f"/teams/{made['team_id']}/conclude", conclusion)
        assert EVERYBODY - {"lab"} <= set(who_was_told(world, made, "mandate.completed"))

    def test_expired(self, world: World) -> None:
        made = mandates.active(world)
        after = datetime.fromisoformat(made["ends_on"]).replace(tzinfo=UTC) + timedelta(days=2)
        with clock.at(after):
            do_chores(world.database)
        assert set(who_was_told(world, made, "mandate.expired")) == EVERYBODY

    def test_suspended_and_resumed(self, world: World) -> None:
        made = mandates.suspended(world)
        told = set(who_was_told(world, made, "mandate.suspended"))
        assert told == EVERYBODY - {"dgs"}
        assert "La crue mobilise toutes les équipes." in last(world, "alice", "mandate.suspended")["body"]
        later = {"from_day": (START + timedelta(days=7)).isoformat()}
        world.dgs.post(f"/mandates/{made['id']}/resume", later)
        assert set(who_was_told(world, made, "mandate.resumed")) == told
