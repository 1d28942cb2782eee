"""Grave acts, for which it is not enough to have shown who one is this morning."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.access.capacity import Capacity
from app.kit import clock
from app.main import ROOMS
from tests.support.world import World

SECRET = {"name": "SIRH", "scopes": ["hr:read"]}
PROVIDER = {"name": "ProConnect", "profile": "proconnect", "issuer": "https://fca.example", "client_id": "x"}
ACTS: dict[str, Callable[[World], Any]] = {
    "access_token.create": lambda world: world.lab.request("POST", "/me/tokens", json={"name": "Relevé"}),
    "agent.give_capacity": lambda world: world.administrator.request(
        "PUT", f"/agents/{world.bruno.id}/capacities/lab"
    ),
    "agent.withdraw_capacity": lambda world: world.administrator.request(
        "DELETE", f"/agents/{world.lab.id}/capacities/lab"
    ),
    "api_client.create": lambda world: world.administrator.request("POST", "/api-clients", json=SECRET),
    "authority.set_doors": lambda world: world.administrator.request(
        "PUT",
        f"/authorities/{world.authority.id}/doors",
        json={"closed_to": None},
        headers={"If-Match": "*"},
    ),
    "identity_provider.set": lambda world: world.administrator.request(
        "POST", "/identity-providers", json=PROVIDER
    ),
    "personal_data.export": lambda world: world.administrator.request(
        "POST", f"/agents/{world.alice.id}/export"
    ),
    "retention.set": lambda world: world.administrator.request(
        "PUT", "/retention/periods/absences", json={"months": 12}
    ),
    "sign_in_code.issue": lambda world: world.lab.request(
        "POST", "/sign-in-codes", json={"agent_ids": [world.alice.id], "telephone": "02 99 00 00 00"}
    ),
}
"""By row: somebody who may, doing it. Signatures and identities have tests of their own."""


@pytest.mark.parametrize("row", ACTS)
def test_a_grave_act_asks_who_one_is(world: World, row: str) -> None:
    world.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)
    with clock.at(clock.now() + timedelta(minutes=16)):
        refused = ACTS[row](world)
        assert refused.status_code == 401
        assert refused.json()["type"].endswith("fresh-authentication-needed")
        assert 'error="insufficient_user_authentication"' in refused.headers["www-authenticate"]
        for name in ("administrator", "lab"):
            world.renew(name)
        assert ACTS[row](world).status_code != 401


def test_these_are_all() -> None:
    grave = {
        f"{policy.subject}.{action.name}"
        for room in ROOMS
        for policy in room.policies
        for action in policy.actions
        if action.fresh
    }
    elsewhere = {
        "agreement.agree",
        "agreement.refuse",
        "amendment.refuse",
        "amendment.sign",
        "api_client.edit",
        "api_client.rotate",
        "identity_binding.release",
        "irritant.open_identity",
        "mandate.bring_signed",
        "mandate.refuse",
        "mandate.sign",
        "personal_data.erase",
    }
    assert grave == {*ACTS, *elsewhere}
