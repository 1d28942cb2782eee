"""Amendments at every stage, made through the API, to a mandate in force since `half_days.MONDAY`."""

from typing import Any

from tests.half_days import builders as half_days
from tests.mandates.builders import name_of
from tests.support.world import World

PURPOSE = "Le mardi convient mieux que le jeudi, jour des livraisons."
TUESDAY = {"weekday": "tuesday"}


def slots(world: World, **weekdays: str) -> list[dict[str, Any]]:
    """A morning for each: `slots(world, alice="tuesday")`."""
    return [half_days.slot(world, name, weekday) for name, weekday in weekdays.items()]


def draft(world: World, mandate: dict[str, Any], *, by: str = "lab", **changes: Any) -> dict[str, Any]:
    """An amendment to be submitted."""
    body = {"purpose": PURPOSE, **changes}
    made: dict[str, Any] = world.people[by].post(f"/mandates/{mandate['id']}/amendments", body, expect=201)
    return made


def submitted(world: World, mandate: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An amendment that awaits every signature."""
    made = draft(world, mandate, **changes)
    seen: dict[str, Any] = world.lab.post(f"/amendments/{made['id']}/submit")
    return seen


def sign(world: World, amendment: dict[str, Any], name: str, *, expect: int = 200) -> Any:
    """`name` signs the text that stands."""
    body = {"document_hash": amendment["document_hash"], "consent": True}
    return world.people[name].post(f"/amendments/{amendment['id']}/sign", body, expect=expect)


def sign_all(world: World, amendment: dict[str, Any], *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """Everybody concerned signs, in their turn; those named in `but`, and who come after them, do not."""
    seen = amendment
    while awaited := [party for party in seen["parties"] if party["state"] == "pending"]:
        lowest = min(party["rank"] for party in awaited)
        names = {name_of(world, party["agent_id"]) for party in awaited if party["rank"] == lowest}
        if not (able := sorted(names - set(but))):
            break
        seen = sign(world, amendment, able[0])
    return seen


def in_force(world: World, mandate: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An amendment that everybody concerned has signed."""
    return sign_all(world, submitted(world, mandate, **changes))


def signers(world: World, amendment: dict[str, Any]) -> list[tuple[str, str]]:
    """Who is asked to sign it, and in which capacity, in their turn."""
    return [(name_of(world, party["agent_id"]), party["capacity"]) for party in amendment["parties"]]
