"""What an object says its reader may do is what the routes answer: every kind, every state, every capacity, every move.

Moves that succeed are undone, so that every move is tried on the same objects.
"""

import sys
from typing import Any
from uuid import UUID

import pytest

from app.access.abilities import Abilities
from app.access.governed import governed
from tests.access.kinds import Kind, Made
from tests.access.specimens import KINDS
from tests.access.walk import actor_of, as_the_page_says, callers, held_by, make, spy, undone
from tests.support.world import Caller, World

IDS = [kind.plural for kind in KINDS]

# Entering a last phase is refused in the words of the phase it was to enter.
BY_PHASE = {("team", "enter_phase"), ("team", "conclude")}


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_routes_answer_as_abilities_say(world: World, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = kind.abilities.policy
    actions = [step.action for step in kind.abilities.steps]
    assert set(actions) == set(kind.calls)
    asked = spy(monkeypatch)
    everybody = callers(world)
    with kind.built_on():
        specimens = list(kind.specimens(world))
    seen: set[tuple[str, bool]] = set()
    with kind.day():
        for specimen in specimens:
            alike: set[Any] = set()
            for who, caller in everybody.items():
                actor = actor_of(world, caller)
                with world.database.session() as session:
                    row = session.get_one(kind.model, UUID(specimen["id"]))
                    by_page = {
                        action: as_the_page_says(kind, session, actor, action, row)
                        for action in ("read", *actions)
                    }
                    for action, may in by_page.items():
                        assert policy.allows(session, actor, action, row) is may, f"{who} {action}"
                    held = held_by(kind, session, actor, row)
                read = caller.request("GET", f"/{kind.plural}/{specimen['id']}")
                where = f"{who}, {kind.plural} {specimen.get('state', '')}"
                assert (read.status_code == 200) is by_page["read"], f"{where}: {read.text}"
                told = read.json().get("abilities")
                # Whoever holds the same capacities and is told the same is answered the same: one of them tries.
                if (held, str(told)) in alike:
                    continue
                alike.add((held, str(told)))
                if told is None:
                    assert read.status_code in {403, 404}
                    unknown_to(world, kind, caller, who, specimen, by_page)
                    continue
                assert [ability["action"] for ability in told] == actions
                for ability in told:
                    seen.add((ability["action"], ability["allowed"]))
                    asked.clear()
                    check(world, kind, caller, who, read.json(), ability, by_page)
                    assert (policy.subject, ability["action"]) in asked, (
                        f"{ability} asks for no row of its own"
                    )
    assert seen == {(action, allowed) for action in actions for allowed in (True, False)}


def check(
    world: World,
    kind: Kind,
    caller: Caller,
    who: str,
    made: Made,
    ability: dict[str, Any],
    by_page: dict[str, bool],
) -> None:
    """The route answers as the ability says, in the same words."""
    action = ability["action"]
    where = f"{who}, {kind.plural} {made.get('state', '')}: {action}"
    if ability["allowed"]:
        assert by_page[action], where
        with undone(world):
            answer = make(world, kind, caller, who, made, action)
        assert answer.is_success, f"{where} {answer.text}"
        return
    answer = make(world, kind, caller, who, made, action)
    assert answer.status_code == (409 if by_page[action] else 403), f"{where} {answer.text}"
    if (kind.abilities.policy.subject, action) not in BY_PHASE:
        assert answer.json()["detail"] == ability["reason"], where


def unknown_to(
    world: World, kind: Kind, caller: Caller, who: str, made: Made, by_page: dict[str, bool]
) -> None:
    """Whoever may not read it can do nothing with it but what the page opens to them all the same."""
    readable = world.lab.request("GET", f"/{kind.plural}/{made['id']}")
    whole = {**made, **(readable.json() if readable.is_success else {})}
    for action in kind.calls:
        if not by_page[action]:
            answer = make(world, kind, caller, who, whole, action)
            assert answer.status_code in {403, 404, 422}, f"{who}: {action} {answer.text}"


def test_every_kind_with_abilities_is_here() -> None:
    found = {
        id(value)
        for name, module in list(sys.modules.items())
        if name.startswith("app.")
        for value in vars(module).values()
        if isinstance(value, Abilities)
    }
    assert found == {id(kind.abilities) for kind in KINDS}


WITHOUT_ABILITIES = {
    "access_token.end",
    "access_token.revoke",
    "agreements of a mandate.request",
    "api_client.close",
    "api_client.edit",
    "api_client.revoke",
    "api_client.rotate",
    "identity_binding.release",
    "identity_provider.set",
    "notice.read",
    "personal_data.erase",
    "personal_data.export",
    "retention.set",
    "session.end",
    "session.revoke",
    "sign_in_code.revoke",
}
"""Ways in, which whoever may read them may also close, one's own notices, what is held about a person, and what is made
anew of a mandate: nobody has to be told why not."""


TOLD_BY_ANOTHER = {"mandate.bring_signed"}
"""A file signed elsewhere signs: `sign` says whose turn it is."""


def test_every_route_that_changes_an_object_has_an_ability(world: World) -> None:
    """What is made anew, read or marked read is no move on an object."""
    stepped = {
        f"{kind.abilities.policy.subject}.{step.action}" for kind in KINDS for step in kind.abilities.steps
    }
    subjects = {name.partition(".")[0] for name in stepped}
    changing = {
        f"{route.rule.policy.subject}.{action}": f"{route.method} {route.path}"
        for route in governed(world.app.routes)
        if route.rule and route.rule.policy and route.method != "GET" and "{" in route.path
        for action in route.rule.actions
    }
    without_detail = {name for name in changing if name.partition(".")[0] not in subjects}
    assert without_detail == WITHOUT_ABILITIES
    assert set(changing) - stepped == without_detail | TOLD_BY_ANOTHER


def test_a_condition_that_fails_is_named(world: World) -> None:
    irritant = world.alice.post(
        "/irritants",
        {"title": "Clé", "description": "Une clé pour trois.", "directorate_id": world.directorate_id("DEP")},
    )
    world.lab.post(f"/irritants/{irritant['id']}/qualify")
    problem = world.alice.patch(f"/irritants/{irritant['id']}", {"title": "Clé"}, expect=403)
    assert problem["detail"].endswith("Condition qui manque : l'irritant n'est pas encore qualifié.")
