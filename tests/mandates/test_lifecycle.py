"""The declared table of moves, each allowed or refused through the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.access.actor import system
from app.mandates import service
from app.mandates.lifecycle import LIFECYCLE, MandateState, PartyCapacity
from tests.mandates.builders import TODAY, active, mandate, submitted, suspended
from tests.support.world import World

DATES = {"starts_on": (TODAY - timedelta(days=30)).isoformat(), "ends_on": TODAY.isoformat()}
REASON = {"reason": "La mission n'a plus d'objet."}
INTERNAL = {"activate", "expire", "lapse"}
"""Moves that nobody asks for: the last signature, the day after the last one, and signatures that come too late."""


def completed(world: World, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = world.lab.post(f"/mandates/{active(world, **fields)['id']}/complete")
    return made


def terminated(world: World, **fields: Any) -> dict[str, Any]:
    body = {**REASON, "on_day": TODAY.isoformat()}
    made: dict[str, Any] = world.dgs.post(f"/mandates/{active(world, **fields)['id']}/terminate", body)
    return made


def expired(world: World, **fields: Any) -> dict[str, Any]:
    made = active(world, **fields)
    with world.database.transaction() as session:
        service.turn_pages(session, system(world.authority.id), TODAY + timedelta(days=1))
    return made


IN_STATE: dict[MandateState, Callable[..., dict[str, Any]]] = {
    MandateState.DRAFT: mandate,
    MandateState.IN_SIGNATURE: submitted,
    MandateState.ACTIVE: active,
    MandateState.SUSPENDED: suspended,
    MandateState.COMPLETED: completed,
    MandateState.TERMINATED: terminated,
    MandateState.EXPIRED: expired,
}


def ask(world: World, made: dict[str, Any], verb: str) -> Any:
    """Whoever may, asks for the move with a body that is right."""
    today = TODAY.isoformat()
    signed = {"document_hash": made["document_hash"] or "0" * 64, "consent": True}
    # Somebody who is a party in every state but the draft; there, the lab's own right to read is enough.
    caller, path, body = {
        "relieve": (world.lab, "relief", {"agent_id": world.alice.id, "relief": "Le courrier."}),
        "submit": (world.lab, "submit", None),
        "sign": (world.alice, "sign", signed),
        "refuse": (world.alice, "refuse", REASON),
        "withdraw": (world.lab, "withdraw", None),
        "suspend": (world.dgs, "suspend", {**REASON, "from_day": today}),
        "resume": (world.dgs, "resume", {"from_day": today}),
        "complete": (world.lab, "complete", None),
        "terminate": (world.dgs, "terminate", {**REASON, "on_day": today}),
    }[verb]
    return caller.request("POST", f"/mandates/{made['id']}/{path}", json=body)


@pytest.mark.parametrize("state", MandateState)
@pytest.mark.parametrize("verb", [move.verb for move in LIFECYCLE.moves if move.verb not in INTERNAL])
def test_every_move_from_every_state(world: World, state: MandateState, verb: str) -> None:
    made = IN_STATE[state](world, **DATES)
    assert world.lab.get(f"/mandates/{made['id']}")["state"] == state
    response = ask(world, made, verb)
    if state in LIFECYCLE[verb].sources:
        assert response.status_code == 200, response.text
        assert response.json()["state"] == LIFECYCLE[verb].target
    elif state is MandateState.DRAFT and verb in {"sign", "refuse"}:
        assert response.status_code == 403, "a draft has no parties yet"
    else:
        assert response.status_code == 409, response.text
        problem = response.json()
        assert problem["state"] == state
        assert problem["possible_moves"] == list(LIFECYCLE.possible(state))


def test_every_move_is_tried() -> None:
    assert {move.verb for move in LIFECYCLE.moves} - INTERNAL == {
        "relieve", "submit", "sign", "refuse", "withdraw", "suspend", "resume", "complete", "terminate",
    }  # fmt: skip


def test_ranks() -> None:
    assert [capacity.rank for capacity in PartyCapacity] == [1, 2, 3, 4, 5]
