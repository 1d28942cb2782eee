"""What an amendment in force does to the mandate, its half-days and its follow-ups."""

from datetime import date, timedelta
from typing import Any

from tests.amendments.builders import draft, in_force, sign_all, slots, submitted
from tests.follow_ups.builders import follow_ups
from tests.half_days import builders as half_days
from tests.support.world import World

MID = date(2026, 3, 3)
"""A Tuesday well inside the mandate."""


def planned(world: World, name: str, first: date = MID) -> list[str]:
    """The days of the half-days of `name` that are planned, from a day on."""
    seen = half_days.every(world, agent_id=world.people[name].id, from_day=first, state=["planned"])
    return [item["day"] for item in seen]


def weekdays(days: list[str]) -> set[int]:
    return {date.fromisoformat(day).weekday() for day in days}


class TestSlots:
    def test_another_morning_from_that_day_on(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
        with half_days.on(MID):
            before = planned(world, "bruno")
            seen = in_force(world, made, slots=slots(world, alice="tuesday", bruno="thursday"))
            assert (seen["state"], seen["in_force_from"]) == ("in_force", MID.isoformat())
            days = planned(world, "alice")
            assert weekdays(days) == {1}
            assert days[0] == MID.isoformat()
            assert days[-1] == half_days.END.isoformat()
            assert planned(world, "bruno") == before
            # Nothing is dropped: each former Thursday is there, excused, and says why.
            thursdays = half_days.every(world, agent_id=world.alice.id, from_day=MID, state=["excused"])
            assert {item["excuse"] for item in thursdays if item["day"] == "2026-03-05"} == {"amended"}
            past = half_days.every(world, agent_id=world.alice.id, until_day=MID - timedelta(days=1))
            assert {item["state"] for item in past} == {"planned"}
            now = world.lab.get(f"/mandates/{made['id']}")
            assert now["state"] == "active"
            assert now["document_hash"] == seen["document_hash"] != made["document_hash"]
            assert now["open_amendment_id"] is None
            assert {slot["weekday"] for slot in now["slots"]} == {"tuesday", "thursday"}

    def test_an_absence_withdrawn_brings_no_former_morning_back(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
        with half_days.on(MID):
            away = world.hr.post(
                f"/agents/{world.alice.id}/absences",
                {"first_day": "2026-03-12", "last_day": "2026-03-12", "kind": "leave"},
            )
            assert half_days.on_day(world, date(2026, 3, 12))["excuse"] == "absence"
            in_force(world, made, slots=slots(world, alice="tuesday", bruno="thursday"))
            world.hr.delete(f"/absences/{away['id']}")
            assert half_days.on_day(world, date(2026, 3, 12))["excuse"] == "amended"

    def test_back_to_the_former_morning(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
        with half_days.on(MID):
            before = planned(world, "alice")
            in_force(world, made, slots=slots(world, alice="tuesday", bruno="thursday"))
            in_force(world, made, slots=slots(world, alice="thursday", bruno="thursday"))
            assert planned(world, "alice") == before

    def test_what_gives_one_back_stays_and_what_was_moved_follows(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
        with half_days.on(MID):
            taken = half_days.act(world, half_days.on_day(world, date(2026, 3, 5)), "encroach")
            back = half_days.act(world, taken, "make-good", half_days.moment(date(2026, 3, 11)))
            moved = half_days.act(
                world,
                half_days.on_day(world, date(2026, 3, 12)),
                "move",
                half_days.moment(date(2026, 3, 13)),
            )
            del back, moved
            in_force(world, made, slots=slots(world, alice="tuesday", bruno="thursday"))
            assert half_days.on_day(world, date(2026, 3, 11))["state"] == "planned"
            assert half_days.on_day(world, date(2026, 3, 13))["excuse"] == "amended"

    def test_a_morning_that_another_mandate_protects(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
            half_days.active(world, slots=slots(world, alice="tuesday", bruno="tuesday"))
        with half_days.on(MID):
            seen = draft(world, made, slots=slots(world, alice="tuesday", bruno="thursday"))
            problem = world.lab.post(f"/amendments/{seen['id']}/submit", expect=422)
            assert [error["field"] for error in problem["errors"]] == ["slots"]


class TestDates:
    def test_longer(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
            points = follow_ups(world, mandate_id=made["id"])
        with half_days.on(MID):
            seen = in_force(world, made, ends_on="2026-12-31")
            assert seen["ends_on"] == "2026-12-31"
            assert planned(world, "alice")[-1] == "2026-12-31"
            later = follow_ups(world, mandate_id=made["id"])
            assert [item["planned_on"] for item in later][: len(points)] == [
                item["planned_on"] for item in points
            ]
            assert len(later) > len(points)

    def test_shorter_then_as_before(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
            points = follow_ups(world, mandate_id=made["id"])
            whole = planned(world, "alice")
        with half_days.on(MID):
            in_force(world, made, ends_on="2026-04-30")
            assert planned(world, "alice")[-1] == "2026-04-30"
            states = {item["planned_on"]: item["state"] for item in follow_ups(world, mandate_id=made["id"])}
            assert {state for day, state in states.items() if day > "2026-05-05"} == {"cancelled"}
            in_force(world, made, ends_on=half_days.END.isoformat())
            assert planned(world, "alice") == whole
            again = follow_ups(world, mandate_id=made["id"])
            assert [item["planned_on"] for item in again] == [item["planned_on"] for item in points]
            assert {item["state"] for item in again} == {"planned"}

    def test_while_suspended(self, world: World) -> None:
        """What is planned under a suspension is not owed until the mandate resumes."""
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
        with half_days.on(MID):
            body = {"reason": "Crue.", "from_day": "2026-03-10"}
            world.dgs.post(f"/mandates/{made['id']}/suspend", body)
            in_force(world, made, slots=slots(world, alice="tuesday", bruno="thursday"), ends_on="2026-09-30")
            assert planned(world, "alice") == [MID.isoformat()]
            world.dgs.post(f"/mandates/{made['id']}/resume", {"from_day": "2026-04-07"})
            days = planned(world, "alice")
            assert (days[1], days[-1]) == ("2026-04-07", "2026-09-29")
            assert weekdays(days) == {1}


class TestMembers:
    def test_one_joins_and_one_leaves(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
        with half_days.on(MID):
            seen = in_force(
                world,
                made,
                joining=[world.david.id],
                leaving=[world.bruno.id],
                slots=slots(world, alice="thursday", david="friday"),
            )
            assert seen["state"] == "in_force"
            assert weekdays(planned(world, "david")) == {4}
            assert planned(world, "bruno") == []
            team = world.lab.get(f"/teams/{made['team_id']}")
            present = {member["agent_id"] for member in team["members"]}
            assert present == {world.alice.id, world.david.id}
            now = world.david.get(f"/mandates/{made['id']}")
            named = {(party["agent_id"], party["capacity"]) for party in now["parties"]}
            assert (world.david.id, "agent") in named
            assert (world.bruno.id, "agent") not in named
            # Alice was not concerned: her signature of the first text still counts.
            (alice,) = [party for party in now["parties"] if party["agent_id"] == world.alice.id]
            assert alice["state"] == "signed"


class TestClauses:
    def test_a_clause_more(self, world: World) -> None:
        with half_days.on(half_days.MONDAY):
            made = half_days.active(world)
        with half_days.on(MID):
            clauses: list[dict[str, Any]] = [
                {name: clause[name] for name in ("key", "kind", "title", "text", "plain")}
                for clause in world.lab.get(f"/mandates/{made['id']}")["clauses"]
            ]
            own = {
                "key": "salle",
                "kind": "means",
                "title": "La salle",
                "text": "La salle du premier étage est réservée à l'équipe.",
                "plain": "L'équipe a une salle.",
            }
            seen = submitted(world, made, clauses=[*clauses, own])
            assert [item["key"] for item in seen["difference"]["clauses"]] == ["salle"]
            assert sign_all(world, seen)["state"] == "in_force"
            now = world.lab.get(f"/mandates/{made['id']}")
            assert now["clauses"][-1]["key"] == "salle"
