"""Agreements asked of the sponsor of a mandate, in whatever state a test needs."""

from typing import Any

from tests.mandates.builders import active
from tests.support.world import World

CLAUSE = "souverainete"
MATTER = "Étendre l'essai des clés partagées suppose un arrêté du maire."
WHY = {"reason": "Le conseil municipal en délibère d'abord."}


def form(**fields: Any) -> dict[str, Any]:
    """A body for `POST /mandates/{id}/agreements`."""
    return {"clause_key": CLAUSE, "matter": MATTER, **fields}


def requested(world: World, mandate: dict[str, Any] | None = None, *, by: str = "alice") -> dict[str, Any]:
    """One that awaits the sponsor's answer, under a mandate in force."""
    mandate = mandate or active(world)
    path = f"/mandates/{mandate['id']}/agreements"
    made: dict[str, Any] = world.people[by].post(path, form(), expect=201)
    return made


def answered(
    world: World, verb: str, body: Any = None, agreement: dict[str, Any] | None = None, *, by: str = "dgs"
) -> dict[str, Any]:
    """One that the sponsor answered: `agree` or `refuse`."""
    agreement = agreement or requested(world)
    made: dict[str, Any] = world.people[by].post(
        f"/agreements/{agreement['id']}/{verb}", WHY if body is None else body
    )
    return made
