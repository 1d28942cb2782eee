"""Who is told of what: half-days, follow-ups and commitments."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.half_days.builders import FORMS, MONDAY, START, act, active, moment, on, on_day
from tests.notices.builders import last, who_was_told
from tests.support.world import World

BOTH_SIDES = {"alice", "bruno", "coach", "head_dep", "dgs"}
"""Members, coach, client directorate and sponsor."""


class TestHalfDays:
    def test_encroached(self, world: World) -> None:
        with on(MONDAY):
            active(world)
        with on(START):
            half_day = act(world, on_day(world, START), "encroach")
            told = who_was_told(world, half_day, "half_day.encroached")
            assert set(told) == {"coach", "lab"}, "Alice noted it herself"
            body = last(world, "coach", "half_day.encroached")["body"]
            assert body == (
                "Elle revenait à Alice ALICE, le jeudi 8 janvier 2026 (matin), dans l'équipe « Les Portiers ». "
                "Elle est à rendre au plus tard le vendredi 23 janvier 2026."
            )

    def test_encroached_noted_by_the_lab(self, world: World) -> None:
        with on(MONDAY):
            active(world)
        with on(START):
            half_day = act(world, on_day(world, START), "encroach", by="lab")
            told = who_was_told(world, half_day, "half_day.encroached")
            assert set(told) == {"alice", "coach"}
            assert told["alice"] == "Une demi-journée protégée vous est due"

    def test_made_good(self, world: World) -> None:
        with on(MONDAY):
            active(world)
        with on(START):
            half_day = act(world, on_day(world, START), "encroach")
            act(world, half_day, "make-good", moment(date(2026, 1, 13), "afternoon"), by="lab")
            assert set(who_was_told(world, half_day, "half_day.made_good")) == {"alice"}
            assert last(world, "alice", "half_day.made_good")["body"] == (
                "Celle du jeudi 8 janvier 2026 (matin), reprise par le service, vous est rendue le mardi 13 janvier "
                "2026 (après-midi)."
            )

    def test_reopened(self, world: World) -> None:
        with on(MONDAY):
            active(world)
        with on(START):
            half_day = act(world, on_day(world, START), "encroach")
            act(world, half_day, "make-good", moment(date(2026, 1, 13)))
            given_back = on_day(world, date(2026, 1, 13))
            act(world, given_back, "excuse", FORMS["excuse"], by="hr")
            told = who_was_told(world, half_day, "half_day.reopened")
            assert set(told) == {"alice", "coach"}


def follow_up(world: World, mandate: dict[str, Any]) -> dict[str, Any]:
    """The first one of a mandate."""
    first: dict[str, Any] = world.lab.get("/follow-ups", params={"mandate_id": mandate["id"]})["items"][0]
    return first


def held(world: World, made: dict[str, Any], *commitments: dict[str, Any]) -> None:
    """The coach writes down what was said."""
    form = {
        "held_on": made["planned_on"],
        "attendee_ids": [world.alice.id, world.head_dep.id],
        "commitments": commitments,
        "without_reports": True,
    }
    world.coach.post(f"/follow-ups/{made['id']}/hold", form)


def scheduled(world: World) -> dict[str, Any]:
    """The first follow-up of a mandate in force, with its day and time."""
    with on(MONDAY):
        made = follow_up(world, active(world))
        day = made["planned_on"]
        world.coach.post(f"/follow-ups/{made['id']}/schedule", {"day": day, "time": "14:30"})
    return made


class TestFollowUps:
    def test_scheduled(self, world: World) -> None:
        made = scheduled(world)
        told = who_was_told(world, made, "follow_up.scheduled")
        assert set(told) == BOTH_SIDES - {"coach"}
        assert told["dgs"] == "Le point de suivi n° 1 de l'équipe « Les Portiers » est fixé"
        assert "à 14:30" in last(world, "alice", "follow_up.scheduled")["body"]
        assert "Direction des espaces publics" in last(world, "alice", "follow_up.scheduled")["body"]

    def test_held(self, world: World) -> None:
        made = scheduled(world)
        with on(date.fromisoformat(made["planned_on"]), hour=16):
            held(world, made)
            assert set(who_was_told(world, made, "follow_up.held")) == BOTH_SIDES - {"coach"} | {"lab"}

    def test_missed(self, world: World) -> None:
        made = scheduled(world)
        with on(date.fromisoformat(made["planned_on"]), hour=16):
            reason = {"reason": "Personne n'est venu."}
            world.lab.post(f"/follow-ups/{made['id']}/miss", reason)
            assert set(who_was_told(world, made, "follow_up.missed")) == BOTH_SIDES


class TestCommitments:
    @pytest.fixture
    def commitment(self, world: World) -> dict[str, Any]:
        """A promise of the client directorate."""
        made = scheduled(world)
        day = date.fromisoformat(made["planned_on"])
        promise = {
            "side": "client_directorate",
            "body": "Ouvrir l'accès au logiciel de commande.",
            "owner_id": world.david.id,
            "due_on": (day + timedelta(days=14)).isoformat(),
        }
        with on(day, hour=16):
            held(world, made, promise)
            (found,) = world.lab.get("/commitments")["items"]
        return {**found, "day": day}

    def test_made(self, world: World, commitment: dict[str, Any]) -> None:
        assert set(who_was_told(world, commitment, "commitment.made")) == {"david"}
        seen = last(world, "david", "commitment.made")
        assert seen["title"].startswith("Un engagement vous est confié, pour le ")
        assert seen["body"].endswith("Ouvrir l'accès au logiciel de commande.")

    def test_broken(self, world: World, commitment: dict[str, Any]) -> None:
        with on(commitment["day"], hour=17):
            path = f"/commitments/{commitment['id']}/break"
            world.head_dep.post(path, {"reason": "Le marché est suspendu."})
            told = who_was_told(world, commitment, "commitment.broken")
            assert set(told) == {"alice", "bruno", "david", "coach", "lab"}
            assert last(world, "lab", "commitment.broken")["body"].endswith("Le marché est suspendu.")

    def test_dropped_when_both_agree(self, world: World, commitment: dict[str, Any]) -> None:
        path = f"/commitments/{commitment['id']}/drop"
        with on(commitment["day"], hour=17):
            world.alice.post(path)
            assert set(who_was_told(world, commitment, "commitment.drop_agreed")) == {"head_dep"}
            world.head_dep.post(path)
            assert set(who_was_told(world, commitment, "commitment.drop_agreed")) == {"head_dep"}
            assert set(who_was_told(world, commitment, "commitment.dropped")) == {"david", "coach"}


def test_the_spiral_is_told_to_nobody(world: World) -> None:
    made = scheduled(world)
    day = date.fromisoformat(made["planned_on"])
    scores = dict.fromkeys(("legitimacy", "security", "freedom", "autonomy", "sovereignty"), 4)
    with on(day, hour=16):
        held(world, made)
        world.alice.post(f"/follow-ups/{made['id']}/scores", scores)
        assert who_was_told(world, made, "follow_up.spiral_answered") == {}
