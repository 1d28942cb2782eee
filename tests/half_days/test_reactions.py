"""What becomes of half-days when an agent is away, leaves, or works otherwise, and when the mandate stops."""

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from app.access.actor import system
from app.access.capacity import Capacity
from app.journal.service import record
from app.people.events import AgentChanged, AgentLeft, AgentReturned
from app.people.models import Agent, Position
from tests.half_days.builders import act, active, every, made_good, moment, on, on_day, slot
from tests.support.world import World

FROM = date(2026, 3, 2)


def away(town: World, first: str, last: str, name: str = "alice", **halves: str) -> str:
    """An absence, declared by HR; its id."""
    body = {"first_day": first, "last_day": last, "kind": "sickness", **halves}
    made = town.hr.post(f"/agents/{town.people[name].id}/absences", body, expect=201)
    return str(made["id"])


def states(town: World, **filters: Any) -> Counter[tuple[str, str | None]]:
    """How many of Alice's half-days are in each state, and for which excuse."""
    filters = {"agent_id": town.alice.id, **filters}
    return Counter((item["state"], item["excuse"]) for item in every(town, **filters))


class TestAbsence:
    def test_declared_and_withdrawn(self, town: World) -> None:
        active(town)
        absence = away(town, "2026-02-09", "2026-02-20")
        first, second = on_day(town, date(2026, 2, 12)), on_day(town, date(2026, 2, 19))
        assert first["excuse"] == second["excuse"] == "absence"
        assert first["excuse_detail"] is None
        assert on_day(town, date(2026, 2, 26))["state"] == "planned"
        assert on_day(town, date(2026, 2, 12), "bruno")["state"] == "planned"
        town.hr.delete(f"/absences/{absence}")
        assert states(town)["planned", None] == 25
        assert town.event_types(first["id"]) == ["half_day.excused", "half_day.restored"]

    def test_halves_count(self, town: World) -> None:
        active(town)
        away(town, "2026-02-12", "2026-02-19", first_half="afternoon", last_half="morning")
        assert on_day(town, date(2026, 2, 12))["state"] == "planned"
        assert on_day(town, date(2026, 2, 19))["state"] == "excused"

    def test_what_was_settled_stays(self, town: World) -> None:
        active(town)
        with on(date(2026, 1, 29)):
            act(town, on_day(town, date(2026, 1, 15)), "take")
            act(town, on_day(town, date(2026, 1, 22)), "encroach")
            away(town, "2026-01-12", "2026-01-29")
        assert states(town, from_day="2026-01-12", until_day="2026-01-29") == {
            ("taken", None): 1,
            ("encroached", None): 1,
            ("excused", "absence"): 1,
        }

    def test_one_that_gives_back(self, town: World) -> None:
        active(town)
        given = made_good(town)
        absence = away(town, "2026-01-13", "2026-01-13")
        assert town.alice.get(f"/half-days/{given['id']}")["state"] == "encroached"
        town.hr.delete(f"/absences/{absence}")
        again = town.alice.get(f"/half-days/{given['id']}")
        assert (again["state"], again["replaced_by_id"]) == ("made_good", given["replaced_by_id"])

    def test_one_moved_that_gives_back(self, town: World) -> None:
        active(town)
        given = made_good(town)
        moved = act(town, {"id": given["replaced_by_id"]}, "move", moment(date(2026, 1, 20)))
        absence = away(town, "2026-01-20", "2026-01-20")
        assert town.alice.get(f"/half-days/{given['id']}")["state"] == "encroached"
        town.hr.delete(f"/absences/{absence}")
        assert town.alice.get(f"/half-days/{given['id']}")["state"] == "made_good"
        assert town.alice.get(f"/half-days/{moved['replaced_by_id']}")["state"] == "planned"


class TestAgent:
    def test_works_otherwise(self, town: World) -> None:
        active(town)
        form = {"off_halves": ["thursday:morning:odd"], "working_percentage": "95"}
        with on(FROM):
            town.hr.patch(f"/agents/{town.alice.id}", form)
            off = [
                item["day"] for item in every(town, agent_id=town.alice.id) if item["excuse"] == "not_worked"
            ]
        assert off[:2] == ["2026-03-12", "2026-03-26"]
        assert all(date.fromisoformat(day).isocalendar().week % 2 for day in off)
        with on(date(2026, 4, 1)):
            town.hr.patch(f"/agents/{town.alice.id}", {"off_halves": [], "working_percentage": "100"})
        assert states(town, from_day="2026-04-01") == {
            ("planned", None): 13,
            ("excused", "public_holiday"): 1,
        }
        assert states(town)["excused", "not_worked"] == 2, "what has passed stays"

    def test_leaves_and_comes_back(self, town: World) -> None:
        active(town)
        actor = system(town.authority.id)
        with on(FROM):
            _set(town, left_on=date(2026, 4, 9))
            with town.database.transaction() as session:
                event = AgentLeft(subject_id=town.alice.agent.id, left_on=date(2026, 4, 9))
                record(session, event, by=actor)
            assert on_day(town, date(2026, 4, 9))["state"] == "planned", "the last day in post"
            assert states(town, from_day="2026-04-10")["excused", "left"] == 11
            _set(town, left_on=None)
            with town.database.transaction() as session:
                record(session, AgentReturned(subject_id=town.alice.agent.id), by=actor)
            assert states(town)["planned", None] == 25

    def test_detached(self, town: World) -> None:
        """A detached agent owes nothing, and is owed again once back in activity."""
        active(town)
        event = AgentChanged(subject_id=town.alice.agent.id, fields=("position",))
        with on(FROM):
            for position, excused in ((Position.SECONDMENT, 17), (Position.ACTIVE, 0)):
                _set(town, position=position)
                with town.database.transaction() as session:
                    record(session, event, by=system(town.authority.id))
                assert states(town)["excused", "absence"] == excused


def _set(town: World, **values: Any) -> None:
    with town.database.transaction() as session:
        session.execute(update(Agent).where(col(Agent.id) == town.alice.agent.id).values(**values))


def test_another_day_off(town: World) -> None:
    active(town)
    path = f"/authorities/{town.authority.id}"
    town.add_person("admin", "DGS", capacity=Capacity.ADMINISTRATOR)
    town.admin.patch(path, {"custom_days": [{"date": "2026-03-19", "name": "Fête du bourg"}]})
    day = on_day(town, date(2026, 3, 19))
    assert (day["excuse"], day["excuse_detail"]) == ("public_holiday", "Fête du bourg")
    town.admin.patch(path, {"custom_days": []})
    assert on_day(town, date(2026, 3, 19))["state"] == "planned"


class TestMandate:
    def suspend(self, town: World, made: dict[str, Any], day: date = FROM) -> None:
        body = {"reason": "La crue mobilise toutes les équipes.", "from_day": day.isoformat()}
        town.dgs.post(f"/mandates/{made['id']}/suspend", body)

    def test_suspended_and_resumed(self, town: World) -> None:
        made = active(town)
        self.suspend(town, made)
        assert on_day(town, date(2026, 2, 26))["state"] == "planned"
        assert states(town, from_day="2026-03-02") == {
            ("excused", "suspension"): 17,
            ("excused", "public_holiday"): 1,
        }
        day = on_day(town, date(2026, 4, 2))
        with on(date(2026, 3, 30)):
            town.dgs.post(f"/mandates/{made['id']}/resume", {"from_day": "2026-04-01"})
        assert states(town, from_day="2026-04-01")["planned", None] == 13
        assert states(town)["excused", "suspension"] == 4, "the time of the suspension stays excused"
        assert town.event_types(day["id"]) == ["half_day.excused", "half_day.restored"]

    def test_an_absence_withdrawn_meanwhile(self, town: World) -> None:
        made = active(town)
        absence = away(town, "2026-03-02", "2026-04-10")
        self.suspend(town, made)
        town.hr.delete(f"/absences/{absence}")
        assert states(town, from_day="2026-03-02")["planned", None] == 0
        town.dgs.post(f"/mandates/{made['id']}/resume", {"from_day": "2026-03-23"})
        assert states(town, from_day="2026-03-01", until_day="2026-03-22") == {("excused", "suspension"): 3}
        assert states(town, from_day="2026-03-23")["planned", None] == 14

    def test_an_absence_declared_before_holds_after(self, town: World) -> None:
        made = active(town)
        away(town, "2026-03-02", "2026-04-10")
        self.suspend(town, made)
        town.dgs.post(f"/mandates/{made['id']}/resume", {"from_day": "2026-03-02"})
        assert states(town)["excused", "absence"] == 6

    def test_terminated(self, town: World) -> None:
        made = active(town)
        given = made_good(town, date(2026, 2, 26), on=date(2026, 3, 10))
        with on(FROM):
            body = {"reason": "Réorganisation.", "on_day": "2026-03-05"}
            town.dgs.post(f"/mandates/{made['id']}/terminate", body)
        assert on_day(town, date(2026, 3, 5))["state"] == "planned", "the last day counts"
        ended = states(town, from_day="2026-03-06")
        assert ended == {
            ("excused", "mandate_ended"): 16,
            ("excused", "public_holiday"): 1,
            ("planned", None): 1,
        }
        back = town.alice.get(f"/half-days/{given['replaced_by_id']}")
        assert back["state"] == "planned", "what is given back is owed whatever becomes of the mandate"
        assert "half_day.excused" in town.event_types(on_day(town, date(2026, 3, 12))["id"])

    def test_team_concluded(self, town: World) -> None:
        made = active(town)
        with on(FROM):
            body = {"phase": "stopped", "learned": "Le besoin était ailleurs."}
            town.lab.post(f"/teams/{made['team_id']}/enter-phase", body)
            assert town.lab.get(f"/mandates/{made['id']}")["state"] == "completed"
        assert states(town, from_day="2026-03-03")["excused", "mandate_ended"] == 17

    def test_resumed_where_another_mandate_stands(self, town: World) -> None:
        """What another mandate protects by now stays excused here, and says so."""
        made = active(town, "alice")
        act(town, on_day(town, date(2026, 3, 12)), "move", moment(date(2026, 3, 17)))
        self.suspend(town, made)
        active(town, "alice", slots=[slot(town, "alice", "tuesday")])
        town.dgs.post(f"/mandates/{made['id']}/resume", {"from_day": "2026-03-02"})
        tuesday = every(town, mandate_id=made["id"], from_day="2026-03-17", until_day="2026-03-17")
        assert [(item["state"], item["excuse"]) for item in tuesday] == [("excused", "occupied")]
        assert states(town, mandate_id=made["id"], from_day="2026-03-02")["planned", None] == 16
