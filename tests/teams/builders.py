"""Teams in whatever state and phase a test needs, made through the API."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.teams.models import Team
from app.teams.service import mark_mandated
from tests.calls.builders import application, call
from tests.support.world import World, qualified

# How to come to each phase from investigation.
PATHS = {
    "investigation": (),
    "construction": ("construction",),
    "acceleration": ("construction", "acceleration"),
    "consolidation": ("construction", "acceleration", "consolidation"),
    "transferred": ("construction", "transferred"),
    "operated": ("construction", "operated"),
    "stopped": ("stopped",),
}


def team(
    world: World,
    state: str = "forming",
    phase: str = "investigation",
    members: Sequence[str] = ("bruno", "chloe"),
    **fields: Any,
) -> dict[str, Any]:
    """A team gathered outside of any call, coached by `world.coach`, for the directorate of public spaces."""
    body = {
        "name": "Les Portiers",
        "irritant_id": fields.pop("irritant_id", None) or qualified(world)["id"],
        "client_directorate_id": world.directorate_id("DEP"),
        "coach_id": world.coach.id,
        "member_ids": [world.people[name].id for name in members],
        **fields,
    }
    made: dict[str, Any] = world.lab.post("/teams", body, expect=201)
    if state == "mandated":
        mandate(world, made["id"])
    for step in PATHS[phase]:
        form = {"phase": step, "learned": "Le moteur cale sous trois degrés."}
        world.lab.post(f"/teams/{made['id']}/enter-phase", form)
    made = world.lab.get(f"/teams/{made['id']}")
    assert made["phase"] == phase
    return made


def team_of_call(world: World, members: Sequence[str] = ("bruno", "chloe")) -> dict[str, Any]:
    """A forming team of accepted applicants, and its call, under `call`."""
    opened = call(world, "open")
    for name in members:
        application(world, name, "accepted", to=opened)
    made = team(world, members=members, call_id=opened["id"], irritant_id=opened["irritants"][0]["id"])
    return {**made, "call": opened}


def mandate(world: World, team_id: str, sponsor: str | None = None) -> None:
    """Place a team under mandate, as the room of mandates does."""
    with world.database.transaction() as session:
        row = session.get_one(Team, UUID(team_id))
        sponsor_id = world.people[sponsor].agent.id if sponsor else None
        mark_mandated(session, world.actor("lab"), row, sponsor_id)


def log_entry(world: World, team_id: str, by: str = "bruno", **fields: Any) -> dict[str, Any]:
    """A page of a team's log, for the team alone unless `visibility` says otherwise."""
    body = {"team_id": team_id, "body": "Deux matinées au dépôt.", **fields}
    made: dict[str, Any] = world.people[by].post("/log-entries", body, expect=201)
    return made
