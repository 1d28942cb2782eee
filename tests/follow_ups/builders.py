"""Follow-ups of a mandate in force in the first half of 2026, in whatever state a test needs."""

from datetime import date, timedelta
from typing import Any

from tests.half_days.builders import active, on
from tests.mandates.builders import team
from tests.support.world import World

FIRST, SECOND, THIRD, FOURTH = date(2026, 2, 19), date(2026, 4, 2), date(2026, 5, 15), date(2026, 6, 25)
"""The planned days: every six weeks from Thursday 8 January, the third moved on from Ascension."""

REPORTS = {"team": "Deux dépôts visités.", "client_directorate": "Un accès au logiciel est ouvert."}
SIDES = {"team": "alice", "client_directorate": "head_dsi"}
"""Who writes for each side: the client directorate is that of information systems."""
SCORES = {"legitimacy": 4, "security": 3, "freedom": 5, "autonomy": 4, "sovereignty": 5}
WHY = {"reason": "La direction cliente a annulé la veille."}


def follow_ups(world: World, by: str = "lab", **filters: Any) -> list[dict[str, Any]]:
    """The follow-ups that `by` sees, in order."""
    items: list[dict[str, Any]] = world.people[by].get("/follow-ups", params=filters)["items"]
    return items


def mandate(world: World, *members: str, **fields: Any) -> dict[str, Any]:
    """A mandate in force, for the directorate of information systems."""
    members = members or ("alice", "bruno")
    client = world.directorate_id("DSI")
    made = team(world, members=members, client_directorate_id=client)
    return active(world, *members, team_id=made["id"], **fields)


def first(world: World) -> dict[str, Any]:
    """The first follow-up of a new mandate."""
    made = mandate(world)
    return follow_ups(world, mandate_id=made["id"])[0]


def act(world: World, follow_up: dict[str, Any], verb: str, form: Any = None, by: str = "coach") -> Any:
    """`by` does something with a follow-up, and it works."""
    return world.people[by].post(f"/follow-ups/{follow_up['id']}/{verb}", form)


def scheduled(world: World, follow_up: dict[str, Any] | None = None) -> dict[str, Any]:
    """One whose day and hour are fixed, on its planned day."""
    follow_up = follow_up or first(world)
    form = {"day": follow_up["planned_on"], "time": "09:30", "place": "Mairie annexe"}
    made: dict[str, Any] = act(world, follow_up, "schedule", form)
    return made


def report(world: World, follow_up: dict[str, Any], *sides: str) -> None:
    """Put in the reports of these sides: of both unless told."""
    for side in sides or tuple(REPORTS):
        path = f"/follow-ups/{follow_up['id']}/reports/{side}"
        world.people[SIDES[side]].put(path, {"body": REPORTS[side]})


def minutes(world: World, day: date = FIRST, **fields: Any) -> dict[str, Any]:
    """What was said: one decision, a commitment of each side, one obstacle."""
    return {
        "held_on": day.isoformat(),
        "attendee_ids": [world.people[name].id for name in ("alice", "bruno", "head_dsi", "coach")],
        "decisions": [{"body": "L'essai est étendu au dépôt sud.", "decided_by_id": world.head_dsi.id}],
        "commitments": [
            {
                "side": "client_directorate",
                "body": "Ouvrir l'accès au logiciel.",
                "owner_id": world.chloe.id,
                "due_on": str(day + timedelta(days=14)),
            },
            {
                "side": "team",
                "body": "Écrire le mode d'emploi des clés.",
                "owner_id": world.alice.id,
                "due_on": str(day + timedelta(days=28)),
            },
        ],
        "obstacles": [
            {
                "body": "Aucun créneau de formation.",
                "owner_id": world.dgs.id,
                "due_on": str(day + timedelta(days=70)),
            }
        ],
        **fields,
    }


def held(world: World, follow_up: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """One held on its planned day, with both reports."""
    follow_up = scheduled(world, follow_up)
    report(world, follow_up)
    day = date.fromisoformat(follow_up["planned_on"])
    with on(day):
        made: dict[str, Any] = act(world, follow_up, "hold", minutes(world, day, **fields))
    return made


def commitments(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """The client directorate's and the team's, made at a first follow-up."""
    theirs, ours = held(world)["commitments"]
    return theirs, ours


def answer(world: World, follow_up: dict[str, Any], *names: str, **scores: Any) -> None:
    """These people answer the spiral."""
    for name in names:
        world.people[name].post(f"/follow-ups/{follow_up['id']}/scores", {**SCORES, **scores}, expect=204)
