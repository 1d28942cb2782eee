"""Programmes and charters made through the API."""

from typing import Any

from tests.support.world import World


def programme(world: World, **fields: Any) -> dict[str, Any]:
    """An edition that the lab opened."""
    body = {"name": "Édition 2026-2027", "starts_on": "2026-01-05", **fields}
    made: dict[str, Any] = world.lab.post("/programmes", body, expect=201)
    return made


def charter(world: World, *, adopted_on: str | None = None, **fields: Any) -> dict[str, Any]:
    """A charter, drafted, and adopted where a date is given."""
    body = {
        "title": "Cadre et règles du jeu",
        "text": "Chacun peut dire. Tout agent peut signaler un irritant.",
        **fields,
    }
    if "programme_id" not in body:
        body["programme_id"] = programme(world)["id"]
    made: dict[str, Any] = world.lab.post("/charters", body, expect=201)
    if adopted_on:
        made = world.lab.post(f"/charters/{made['id']}/adopt", {"adopted_on": adopted_on}, expect=200)
    return made
