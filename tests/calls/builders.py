"""Calls and applications in whatever state a test needs, made through the API."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from app.kit import clock
from tests.support.world import World, qualified


def today() -> date:
    """The present day in the town."""
    return clock.today("Europe/Paris")


def in_days(number: int) -> str:
    return (today() + timedelta(days=number)).isoformat()


def programme_id(world: World) -> str:
    """A programme of the town, under way."""
    body = {"name": "Édition 2026", "starts_on": in_days(-30)}
    return str(world.lab.post("/programmes", body, expect=201)["id"])


def call(
    world: World, state: str = "draft", irritants: Sequence[dict[str, Any]] | None = None, **fields: Any
) -> dict[str, Any]:
    """A call that opened yesterday and closes in a month, around one qualified irritant unless others are given."""
    irritants = [qualified(world)] if irritants is None else irritants
    body = {
        "programme_id": fields.pop("programme_id", None) or programme_id(world),
        "title": "Appel à volontaires du printemps",
        "text": "Une demi-journée protégée par semaine, pendant six mois.",
        "irritant_ids": [irritant["id"] for irritant in irritants],
        "opens_on": in_days(-1),
        "closes_on": in_days(30),
        **fields,
    }
    made: dict[str, Any] = world.lab.post("/calls", body, expect=201)
    path = f"/calls/{made['id']}"
    moves: dict[str, list[tuple[str, Any]]] = {
        "draft": [],
        "open": [("open", None)],
        "selecting": [("open", None), ("close", None)],
        "concluded": [("open", None), ("close", None), ("conclude", None)],
        "cancelled": [("open", None), ("cancel", {"reason": "Le budget n'est pas voté."})],
    }
    for verb, form in moves[state]:
        made = world.lab.post(f"{path}/{verb}", form)
    assert made["state"] == state
    return made


def application(
    world: World, by: str = "bruno", state: str = "submitted", to: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    """An application to the first irritant of a call: an open one unless `to` is given."""
    to = to or call(world, "open")
    body = {
        "call_id": to["id"],
        "irritant_id": to["irritants"][0]["id"],
        "motivation": "Je passe par ce portail chaque matin.",
        **fields,
    }
    made: dict[str, Any] = world.people[by].post("/applications", body, expect=201)
    path = f"/applications/{made['id']}"
    if state == "accepted":
        made = world.lab.post(f"{path}/accept")
    elif state == "declined":
        made = world.lab.post(f"{path}/decline", {"reason": "L'équipe est au complet."})
    elif state == "withdrawn":
        made = world.people[by].post(f"{path}/withdraw")
    assert made["state"] == state
    return made
