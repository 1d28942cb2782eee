"""What stands planned once the last party has signed, day by day."""

from datetime import date, timedelta

import pytest

from tests.half_days.builders import (
    END,
    MONDAY,
    START,
    act,
    active,
    adopt_charter,
    every,
    moment,
    on,
    on_day,
    slot,
    submitted,
)
from tests.mandates import builders as mandates
from tests.support.world import World

ASCENSION = date(2026, 5, 14)


def thursdays(first: date = START, last: date = END) -> list[date]:
    return [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]


class TestSixMonths:
    def test_day_by_day(self, town: World) -> None:
        made = active(town)
        planned = every(town, mandate_id=made["id"], agent_id=town.alice.id)
        assert [date.fromisoformat(item["day"]) for item in planned] == thursdays()
        assert {item["half"] for item in planned} == {"morning"}
        excused = {item["day"]: (item["excuse"], item["excuse_detail"]) for item in planned if item["excuse"]}
        assert excused == {ASCENSION.isoformat(): ("public_holiday", "Ascension")}
        assert {item["state"] for item in planned if not item["excuse"]} == {"planned"}
        assert town.event_types(made["id"])[-2:] == [
            "mandate.half_days_planned",
            "mandate.follow_ups_planned",
        ]

    def test_every_slot_of_every_agent(self, town: World) -> None:
        slots = [
            slot(town, "alice", "friday", "afternoon"),
            slot(town, "alice", "monday"),
            slot(town, "bruno"),
        ]
        adopt_charter(town, half_days_per_week=2)
        made = active(town, slots=slots)
        found = {
            (item["agent_id"], date.fromisoformat(item["day"]).weekday(), item["half"])
            for item in every(town, mandate_id=made["id"])
        }
        alice, bruno = town.alice.id, town.bruno.id
        assert found == {(alice, 4, "afternoon"), (alice, 0, "morning"), (bruno, 3, "morning")}
        off = [item["day"] for item in every(town, mandate_id=made["id"]) if item["excuse"]]
        assert off == ["2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25"]

    def test_known_absences(self, town: World) -> None:
        away = {
            "first_day": "2026-02-09",
            "last_day": "2026-02-19",
            "last_half": "morning",
            "kind": "sickness",
        }
        town.hr.post(f"/agents/{town.alice.id}/absences", away, expect=201)
        made = active(town)
        planned = every(town, mandate_id=made["id"], agent_id=town.alice.id)
        assert [item["day"] for item in planned if item["excuse"] == "absence"] == [
            "2026-02-12",
            "2026-02-19",
        ]
        assert all(item["excuse_detail"] is None for item in planned if item["excuse"] == "absence")
        assert len(every(town, mandate_id=made["id"], agent_id=town.bruno.id, state="excused")) == 1

    def test_half_of_a_day_of_absence(self, town: World) -> None:
        away = {"first_day": "2026-02-12", "first_half": "afternoon", "last_day": "2026-02-12"}
        town.hr.post(f"/agents/{town.alice.id}/absences", away, expect=201)
        active(town)
        assert on_day(town, date(2026, 2, 12))["state"] == "planned"

    def test_signed_after_its_first_day(self, town: World) -> None:
        waiting = submitted(town)
        with on(date(2026, 2, 2)):
            made = mandates.sign_all(town, waiting)
            assert made["state"] == "active"
            days = [item["day"] for item in every(town, agent_id=town.alice.id)]
        assert days[0] == "2026-02-05"
        assert days[-1] == "2026-07-02"

    def test_nothing_before_the_last_signature(self, town: World) -> None:
        waiting = mandates.sign_all(town, submitted(town), but=("lab",))
        assert waiting["state"] == "in_signature"
        assert every(town) == []


class TestTwoMandates:
    def test_never_two_at_once(self, town: World) -> None:
        active(town, "alice")
        act(town, on_day(town, date(2026, 2, 5)), "move", moment(date(2026, 2, 10)))
        second = submitted(town, "alice", slots=[slot(town, "alice", "tuesday")])
        signed = mandates.sign_all(town, second, but=("lab",))
        problem = mandates.sign(town, signed, "lab", expect=409)
        assert problem["type"].endswith("half-day-taken")
        assert "mardi 10 février 2026, matin" in problem["detail"]
        assert "Alice ALICE" in problem["detail"]
        assert town.lab.get(f"/mandates/{second['id']}")["state"] == "in_signature"
        assert every(town, mandate_id=second["id"]) == []

    def test_side_by_side(self, town: World) -> None:
        active(town, "alice")
        active(town, "alice", slots=[slot(town, "alice", "thursday", "afternoon")])
        assert len(every(town, agent_id=town.alice.id, from_day=START, until_day=START)) == 2


@pytest.mark.parametrize("day", [MONDAY, START - timedelta(days=1)])
def test_none_before_the_first_day(town: World, day: date) -> None:
    active(town)
    assert every(town, from_day=day, until_day=START - timedelta(days=1)) == []
