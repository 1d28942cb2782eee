"""Somebody of every capacity, and what the tests of the policy do with them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2 as httpx
import pytest
from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.matrix import COLUMNS
from app.access.policy import Policy
from app.signin.service import holder_of
from tests.access.kinds import Kind, Made
from tests.access.matrix import committed
from tests.people.builders import delegation, interim
from tests.support.world import Caller, World


def callers(world: World) -> dict[str, Caller]:
    """One of every capacity, those who stand in for others by a dated act, and machines of every sort."""
    world.add_person("administrator", "DGS", capacity=Capacity.ADMINISTRATOR)
    world.add_person("trusted", "DSI", manager="head_dsi", capacity=Capacity.TRUSTED)
    world.add_person("stranger", "DEJ", manager="head_dej")
    stand_in = world.add_person("stand_in", "DSI", manager="head_dsi")
    delegate = world.add_person("delegate", "DGS", manager="dgs")
    since = "2026-01-02"
    published: dict[str, Any] = dict.fromkeys(
        ("published_on", "notified_on", "transmitted_on", "starts_on"), since
    )
    delegation(world, holder_id=delegate.id, **published)
    dates: dict[str, Any] = {"starts_on": since, "ends_on": "2027-12-31"}
    interim(world, absent_id=world.head_dej.id, holder_id=stand_in.id, **dates)
    return {
        **world.people,
        "machine": world.machine("events:read"),
        "reader": world.machine("programme:read"),
        "writer": world.machine("programme:read", "programme:write"),
        "hris": world.machine("hr:read", "hr:write"),
    }


@contextmanager
def undone(world: World) -> Iterator[None]:
    """What is committed inside is rolled back at the end."""
    with world.database.writer.connect() as connection:
        outer = connection.begin()
        world.database.session = lambda: Session(  # type: ignore[method-assign]
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        try:
            yield
        finally:
            del world.database.session
            outer.rollback()


def make(world: World, kind: Kind, caller: Caller, who: str, made: Made, action: str) -> httpx.Response:
    call = kind.calls[action]
    path = call.path.format(plural=kind.plural, id=made["id"])
    headers = {"If-Match": "*"} if call.method in {"PATCH", "PUT"} else {}
    return caller.request(call.method, path, json=call.body(world, made, who), headers=headers)


def actor_of(world: World, caller: Caller) -> Actor:
    with world.database.read() as connection:
        return holder_of(connection, str(caller.token))


def as_the_page_says(kind: Kind, session: Session, actor: Actor, action: str, row: Any) -> bool:
    """Whether one of the actor's capacities towards the row opens the act, by the committed page."""
    policy = kind.abilities.policy
    line = committed()[f"{policy.subject}.{action}"]
    if line.application in actor.scopes or (actor.client_id and line.application == "toute"):
        return True
    standing = policy.standing(session, actor, row)
    held = {capacity for capacity in COLUMNS if capacity in standing}
    if held & line.always:
        return True
    granted = (grant for grant in policy[action].grants() if grant.capacity in held & line.sometimes)
    return any(grant.condition and grant.condition.holds(session, actor, row) for grant in granted)


def held_by(kind: Kind, session: Session, actor: Actor, row: Any) -> frozenset[str]:
    """All that the policy may look at: the actor's capacities towards the row, and scopes."""
    standing = kind.abilities.policy.standing(session, actor, row)
    return frozenset({*(one for one in COLUMNS if one in standing), *actor.scopes})


def spy(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Every row that is asked for, from now on."""
    asked: set[tuple[str, str]] = set()
    ask = Policy.weigh

    def noted(self: Policy, session: Any, actor: Actor, action: str, *rest: Any) -> Any:
        # The abilities of the answer ask for all of them: only what comes before counts.
        if sys._getframe(1).f_code.co_name != "of":
            asked.add((self.subject, action))
        return ask(self, session, actor, action, *rest)

    monkeypatch.setattr(Policy, "weigh", noted)
    return asked
