"""A half-day is never planned outside of its mandate, and never quietly dropped."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from app.half_days.lifecycle import LIFECYCLE, HalfDayState
from app.half_days.models import HalfDay
from app.mandates.models import Mandate
from app.teams.models import TeamMember
from tests.half_days.builders import END, START, act, active, every, moment, on, on_day
from tests.support.world import World

WEEK = timedelta(weeks=1)


def move(world: World, half_day: dict[str, Any], day: date, expect: int) -> dict[str, Any]:
    path = f"/half-days/{half_day['id']}/move"
    answer: dict[str, Any] = world.alice.request("POST", path, json=moment(day), expect=expect).json()
    return answer


class TestOutside:
    def test_past_its_last_day(self, town: World) -> None:
        active(town)
        last = every(town, agent_id=town.alice.id)[-1]
        assert date.fromisoformat(last["day"]) > END - WEEK
        assert move(town, last, END + timedelta(days=1), 422)["type"].endswith("out-of-reach")

    def test_past_the_day_it_was_ended_on(self, town: World) -> None:
        made = active(town)
        ended_on = START + WEEK
        body = {"reason": "Le portail est remplacé.", "on_day": ended_on.isoformat()}
        town.dgs.post(f"/mandates/{made['id']}/terminate", body)
        assert move(town, on_day(town, ended_on), ended_on + timedelta(days=1), 422)["type"].endswith(
            "out-of-reach"
        )
        proposed = town.alice.get(f"/half-days/{on_day(town, ended_on)['id']}/free-slots")["slots"]
        assert {slot["day"] for slot in proposed} <= {str(START + timedelta(days=n)) for n in range(-3, 8)}
        move(town, on_day(town, ended_on), ended_on - timedelta(days=1), 200)

    def test_into_a_suspension(self, town: World) -> None:
        made = active(town)
        body = {"reason": "La crue mobilise toutes les équipes.", "from_day": str(START + WEEK)}
        town.dgs.post(f"/mandates/{made['id']}/suspend", body)
        move(town, on_day(town, START), START + WEEK, 422)
        move(town, on_day(town, START), START + timedelta(days=6), 200)

    def test_past_the_day_somebody_left_the_team(self, town: World) -> None:
        made = active(town)
        with town.database.transaction() as session:
            session.execute(
                update(TeamMember)
                .where(col(TeamMember.agent_id) == town.alice.agent.id)
                .values(left_on=START + timedelta(days=3))
            )
        assert made["state"] == "active"
        move(town, on_day(town, START), START + timedelta(days=4), 422)
        move(town, on_day(town, START), START + timedelta(days=1), 200)

    def test_nothing_stands_outside(self, town: World) -> None:
        """What the mandate planned, and what was put in the place of it, lies within it."""
        active(town)
        act(town, on_day(town, START), "move", moment(START + timedelta(days=1)))
        outside = (
            select(func.count())
            .select_from(HalfDay)
            .join(Mandate, col(Mandate.id) == col(HalfDay.mandate_id))
            .where(~col(HalfDay.day).between(col(Mandate.starts_on), col(Mandate.ends_on)))
        )
        with town.database.read() as connection:
            assert connection.execute(outside).scalar_one() == 0


class TestDropped:
    def test_no_route_makes_or_deletes_one(self, town: World) -> None:
        paths = town.alice.contract.document["paths"]
        methods = {
            (path, method)
            for path, of_path in paths.items()
            for method in of_path
            if path.startswith("/api/v1/half-days") and method not in {"get", "head"}
        }
        verbs = {move.verb for move in LIFECYCLE.moves} - {"reopen"}
        assert methods == {(f"/api/v1/half-days/{{half_day_id}}/{verb}", "post") for verb in verbs}

    @pytest.mark.parametrize("verb", ["encroach", "waive", "excuse"])
    def test_whoever_takes_it_away_says_why(self, town: World, verb: str) -> None:
        active(town)
        half_day = on_day(town, START)
        by = "hr" if verb == "excuse" else "alice"
        for body in ({}, {"reason": " ", "asked_by": "Chef de service"}):
            town.people[by].post(f"/half-days/{half_day['id']}/{verb}", body, expect=422)
        assert on_day(town, START)["state"] == "planned"

    def test_every_way_out_is_told(self, town: World) -> None:
        """Each move records an event, and leaves the row where it was."""
        active(town)
        days = [START + n * WEEK for n in range(4)]
        with on(days[-1]):
            act(town, on_day(town, days[0]), "encroach")
            act(town, on_day(town, days[1]), "waive")
            act(town, on_day(town, days[2]), "excuse", by="hr")
            act(town, on_day(town, days[3]), "move", moment(days[3] + timedelta(days=1)))
            told = [town.event_types(on_day(town, day)["id"])[-1] for day in days]
        assert told == ["half_day.encroached", "half_day.waived", "half_day.excused", "half_day.moved"]

    def test_an_end_takes_none_of_the_rows_away(self, town: World) -> None:
        made = active(town)
        before = len(every(town))
        body = {"reason": "Le portail est remplacé.", "on_day": made["starts_on"]}
        town.dgs.post(f"/mandates/{made['id']}/terminate", body)
        after = every(town)
        assert len(after) == before
        assert {row["state"] for row in after if row["day"] > made["starts_on"]} == {HalfDayState.EXCUSED}
