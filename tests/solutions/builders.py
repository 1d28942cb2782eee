"""Solutions and adoptions in whatever state a test needs, made through the API."""

from typing import Any

from tests.support.world import World
from tests.teams.builders import team

TEXTS = {
    "title": "Un portail qui s'ouvre l'hiver",
    "problem": "Le moteur cale sous trois degrés.",
    "description": "Un moteur à démarrage progressif et un carnet d'entretien partagé.",
    "how_to_adopt": "Relever la référence du moteur, commander, poser en une matinée.",
    "to_adapt": "La puissance, selon le poids du portail.",
}
REASON = {"reason": "Le fournisseur ne livre plus ce moteur."}


def solution(world: World, state: str = "published", by: str = "bruno", **fields: Any) -> dict[str, Any]:
    """A solution of a team of Bruno and Chloé, coached by `world.coach`, for the directorate of public spaces."""
    team_id = fields.pop("team_id", None) or team(world)["id"]
    made: dict[str, Any] = world.people[by].post(
        "/solutions", {"team_id": team_id, **TEXTS, **fields}, expect=201
    )
    path = f"/solutions/{made['id']}"
    if state in {"published", "retired"}:
        made = world.coach.post(f"{path}/publish")
    if state == "retired":
        made = world.lab.post(f"{path}/retire", REASON)
    assert made["state"] == state
    return made


STEPS = {
    "interested": (),
    "adapting": ("adapt",),
    "in_use": ("adapt", "use"),
    "dropped": ("drop",),
}
FORMS: dict[str, dict[str, str]] = {
    "adapt": {"what": "Un moteur plus puissant."},
    "use": {"result": "Posé en une matinée."},
    "drop": {"reason": "Nos portails sont manuels."},
}


def adoption(
    world: World,
    state: str = "interested",
    by: str = "head_dsi",
    directorate: str = "DSI",
    solution_id: str | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """The directorate of information systems takes a published solution up."""
    form = {
        "solution_id": solution_id or solution(world)["id"],
        "directorate_id": world.directorate_id(directorate),
        "note": "Le portail du stade a le même moteur.",
        **fields,
    }
    made: dict[str, Any] = world.people[by].post("/adoptions", form, expect=201)
    for verb in STEPS[state]:
        made = world.people[by].post(f"/adoptions/{made['id']}/{verb}", FORMS[verb])
    assert made["state"] == state
    return made
