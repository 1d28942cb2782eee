"""The table that people read is the one that decides: every act, every capacity."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.matrix import COLUMNS, MEANINGS, markdown
from app.access.policy import Action, Condition, Grant, Policy
from app.kit.i18n import Text
from app.kit.ids import new_id
from app.main import ROOMS
from app.signin.scopes import SCOPES
from tests.access.matrix import committed

POLICIES = [policy for room in ROOMS for policy in room.policies]
ACTS = [(policy, action) for policy in POLICIES for action in policy.actions]
NAMES = [f"{policy.subject}.{action.name}" for policy, action in ACTS]
EVERYWHERE = COLUMNS[: COLUMNS.index(Capacity.REPORTER)]


def holding(policy: Policy, capacity: Capacity, *, conditions: bool) -> tuple[Policy, Actor]:
    """Somebody with this capacity alone towards any object; every condition holds, or none does."""

    def settled(action: Action) -> Action:
        return replace(
            action,
            may=tuple(
                Grant(grant.capacity, Condition(grant.condition.label, lambda *_: conditions))
                if grant.condition
                else grant
                for grant in action.grants()
            ),
        )

    def stands(_session: Session, _actor: Actor, _resource: Any) -> bool:
        return True

    everywhere = frozenset({capacity}) if capacity in EVERYWHERE else frozenset()
    relations = {} if everywhere else {capacity: stands}
    same = Policy(policy.subject, [settled(action) for action in policy.actions], relations=relations)
    return same, Actor(new_id(), "Quelqu'un", everywhere, agent_id=new_id())


@pytest.mark.parametrize(("policy", "action"), ACTS, ids=NAMES)
def test_every_capacity_may_what_the_page_says(policy: Policy, action: Action) -> None:
    line = committed()[f"{policy.subject}.{action.name}"]
    for capacity in COLUMNS:
        for conditions in (True, False):
            same, actor = holding(policy, capacity, conditions=conditions)
            expected = capacity in line.always or (conditions and capacity in line.sometimes)
            assert same.allows(None, actor, action.name, SimpleNamespace()) is expected, (
                capacity,
                conditions,
            )


@pytest.mark.parametrize(("policy", "action"), ACTS, ids=NAMES)
def test_an_application_may_what_its_scopes_say(policy: Policy, action: Action) -> None:
    line = committed()[f"{policy.subject}.{action.name}"]
    for scope in ("", *SCOPES):
        client = Actor(
            new_id(), "SIRH", frozenset({Capacity.CLIENT}), client_id=new_id(), scopes=frozenset({scope})
        )
        expected = line.application in {scope, "toute"}
        assert policy.allows(None, client, action.name, SimpleNamespace()) is expected, scope


def test_the_page_says_nothing_else() -> None:
    assert sorted(committed()) == sorted(NAMES)


def test_nobody_may_do_anything_without_a_capacity() -> None:
    nobody = Actor(new_id(), "Quelqu'un", frozenset(), agent_id=new_id())
    for policy, action in ACTS:
        bare = Policy(policy.subject, policy.actions)
        assert not bare.allows(None, nobody, action.name, SimpleNamespace())


def test_people_read_the_name_of_every_object_and_capacity() -> None:
    for policy in POLICIES:
        assert policy.title != Text(policy.subject), f"{policy.subject} has no title"
    assert set(MEANINGS) == set(COLUMNS)


def texts() -> Iterator[Text]:
    for policy, action in ACTS:
        yield policy.title
        yield action.label
        yield action.refusal
        yield from (grant.condition.label for grant in action.grants() if grant.condition)


def test_an_english_page_has_no_french_left() -> None:
    page = markdown(POLICIES, language="en")
    for text in texts():
        if text.to("en") != text.to("fr"):
            assert f" {text.to('fr')} |" not in page
            assert text.to("en") in page
