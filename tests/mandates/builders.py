"""Mandates at every stage, made through the API: `active(world)`, `submitted(world, members=("alice",))`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.kit import clock
from tests.support.world import World
from tests.teams.builders import team as build_team

MEMBERS = ("alice", "bruno")
TODAY = clock.today("Europe/Paris")
START = TODAY + timedelta(days=14)
RELIEF = "Les tournées de cette demi-journée passent à l'équipe du dépôt nord."


def charter(world: World, **parameters: Any) -> dict[str, Any]:
    """The rules of the game, in force."""
    programme = world.lab.post("/programmes", {"name": "Édition 2026", "starts_on": TODAY.isoformat()})
    body = {"title": "Cadre", "text": "Ce que nous nous promettons.", **parameters}
    draft = world.lab.post("/charters", {"programme_id": programme["id"], **body})
    made: dict[str, Any] = world.lab.post(f"/charters/{draft['id']}/adopt", {})
    return made


def team(world: World, members: Sequence[str] = MEMBERS, **fields: Any) -> dict[str, Any]:
    """A forming team around an irritant of its own, for the directorate of public spaces."""
    return build_team(world, members=members, **fields)


def slots(world: World, *members: str, relief: str | None = RELIEF) -> list[dict[str, Any]]:
    """Thursday morning for each of these."""
    return [
        {
            "agent_id": world.people[name].id,
            "weekday": "thursday",
            "half": "morning",
            **({"relief": relief} if relief else {}),
        }
        for name in members
    ]


def form(world: World, *, members: tuple[str, ...] = MEMBERS, **fields: Any) -> dict[str, Any]:
    """A body for `POST /mandates`: a team, a sponsor and Thursday mornings. Adopts a charter where none is."""
    if not world.lab.get("/charters?in_force=true")["items"]:
        charter(world)
    return {
        "team_id": fields.pop("team_id", None) or team(world, members)["id"],
        "sponsor_id": world.dgs.id,
        "starts_on": START.isoformat(),
        "slots": slots(world, *members),
        **fields,
    }


def mandate(
    world: World, *, members: tuple[str, ...] = MEMBERS, by: str = "lab", **fields: Any
) -> dict[str, Any]:
    """A draft, complete enough to be submitted."""
    made: dict[str, Any] = world.people[by].post(
        "/mandates", form(world, members=members, **fields), expect=201
    )
    return made


def comment(
    world: World, by: str = "david", made: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    """A remark on a draft: by default on the whole of a new one, of a team of one's own."""
    if made is None:
        made = mandate(world, members=(by,), slots=slots(world, by), budget_euros=0)
    body = {"body": "Le jeudi matin, le dépôt nord est seul.", **fields}
    said: dict[str, Any] = world.people[by].post(f"/mandates/{made['id']}/comments", body, expect=201)
    return said


def submitted(world: World, **fields: Any) -> dict[str, Any]:
    """A mandate that awaits every signature."""
    made: dict[str, Any] = world.lab.post(f"/mandates/{mandate(world, **fields)['id']}/submit")
    return made


def sign(world: World, mandate: dict[str, Any], name: str, *, expect: int = 200) -> Any:
    """`name` signs the text that stands."""
    body = {"document_hash": mandate["document_hash"], "consent": True}
    return world.people[name].post(f"/mandates/{mandate['id']}/sign", body, expect=expect)


def name_of(world: World, agent_id: str) -> str:
    """What the world calls the agent with this id."""
    return next(name for name, person in world.people.items() if person.id == agent_id)


def sign_all(world: World, mandate: dict[str, Any], *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """Everybody signs, in their turn; those named in `but`, and those who come after them, do not."""
    seen = mandate
    while awaited := [party for party in seen["parties"] if party["state"] == "pending"]:
        lowest = min(party["rank"] for party in awaited)
        names = {name_of(world, party["agent_id"]) for party in awaited if party["rank"] == lowest}
        if not (able := sorted(names - set(but))):
            break
        seen = sign(world, mandate, able[0])
    return seen


def active(world: World, **fields: Any) -> dict[str, Any]:
    """A mandate in force."""
    return sign_all(world, submitted(world, **fields))


def suspended(world: World, **fields: Any) -> dict[str, Any]:
    """A mandate in force, and suspended from its first day."""
    made = active(world, **fields)
    body = {"reason": "La crue mobilise toutes les équipes.", "from_day": made["starts_on"]}
    seen: dict[str, Any] = world.dgs.post(f"/mandates/{made['id']}/suspend", body)
    return seen
