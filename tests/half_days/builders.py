"""A mandate in force in the first half of 2026, and half-days in whatever state a test needs."""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

from app.kit import clock
from app.programmes.models import Charter, Programme
from tests.mandates import builders as mandates
from tests.support.world import World

MONDAY = date(2026, 1, 5)
"""When everything begins."""
START, END = date(2026, 1, 8), date(2026, 7, 7)
"""The mandate's first Thursday, and its last day."""

FORMS: dict[str, Any] = {
    "take": {},
    "encroach": {"asked_by": "Responsable du service voirie", "reason": "Rupture de canalisation."},
    "waive": {"reason": "Semaine des élections."},
    "excuse": {"reason": "Visite médicale."},
    "restore": None,
}


def on(day: date, hour: int = 9) -> AbstractContextManager[None]:
    """Live on that day."""
    return clock.at(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def active(world: World, *members: str, **fields: Any) -> dict[str, Any]:
    """A mandate in force over `START` to `END`, with Thursday mornings, signed on `MONDAY`."""
    return mandates.sign_all(world, submitted(world, *members, **fields))


def submitted(world: World, *members: str, **fields: Any) -> dict[str, Any]:
    """The same, still awaiting every signature."""
    adopt_charter(world)
    body = {"starts_on": START.isoformat(), "ends_on": END.isoformat(), **fields}
    return mandates.submitted(world, members=members or mandates.MEMBERS, **body)


def slot(world: World, name: str, weekday: str = "thursday", half: str = "morning") -> dict[str, Any]:
    """A weekly half-day of a mandate."""
    return {
        "agent_id": world.people[name].id,
        "weekday": weekday,
        "half": half,
        "relief": mandates.RELIEF,
    }


def every(world: World, by: str = "lab", **filters: Any) -> list[dict[str, Any]]:
    """The half-days that `by` sees, in order."""
    page = world.people[by].get("/half-days", params={"limit": 200, **filters})
    assert page["next_cursor"] is None
    items: list[dict[str, Any]] = page["items"]
    return items


def on_day(world: World, day: date, name: str = "alice") -> dict[str, Any]:
    """The one half-day of `name` on that day, whatever its state."""
    filters: dict[str, Any] = {"from_day": day, "until_day": day, "agent_id": world.people[name].id}
    (found,) = every(world, **filters)
    return found


def act(world: World, half_day: dict[str, Any], verb: str, form: Any = None, by: str = "alice") -> Any:
    """`by` does something with a half-day, and it works."""
    form = FORMS.get(verb) if form is None else form
    return world.people[by].post(f"/half-days/{half_day['id']}/{verb}", form)


def encroached(world: World, day: date = START) -> dict[str, Any]:
    """The half-day of Alice on that day, taken back by the service."""
    made: dict[str, Any] = act(world, on_day(world, day), "encroach")
    return made


def made_good(world: World, day: date = START, on: date = date(2026, 1, 13)) -> dict[str, Any]:
    """The half-day of Alice on that day, taken back, and given back on the morning of `on`."""
    body = {"day": on.isoformat(), "half": "morning"}
    made: dict[str, Any] = act(world, encroached(world, day), "make-good", body)
    return made


def moment(day: date, half: str = "morning") -> dict[str, Any]:
    return {"day": day.isoformat(), "half": half}


def adopt_charter(world: World, **parameters: Any) -> None:
    """The rules of the game, in force since `MONDAY`; the first to be adopted stay."""
    if getattr(world, "_has_charter", False):
        return
    with world.database.transaction() as session:
        programme = Programme(authority_id=world.authority.id, name="Édition 2026", starts_on=MONDAY)
        session.add(programme)
        session.flush()
        session.add(
            Charter(
                authority_id=world.authority.id,
                programme_id=programme.id,
                number=1,
                title="Cadre",
                text="Ce que nous nous promettons.",
                adopted_on=MONDAY,
                **parameters,
            )
        )
    world._has_charter = True  # type: ignore[attr-defined]
