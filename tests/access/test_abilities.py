"""What an object says its reader may do is what the routes answer: every kind, every state, every capacity, every move.

Moves that succeed are undone, so that every move is tried on the same objects.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from sqlmodel import Session

from app.access.abilities import Abilities
from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.governed import governed
from app.access.matrix import COLUMNS
from app.access.policy import Policy
from app.signin.service import holder_of
from tests.access.kinds import Kind, Made
from tests.access.matrix import committed
from tests.access.specimens import KINDS
from tests.support.world import Caller, World

IDS = [kind.plural for kind in KINDS]

# Entering a last phase is refused in the words of the phase it was to enter.
BY_PHASE = {("team", "enter_phase"), ("team", "conclude")}


def callers(world: World) -> dict[str, Caller]:
    """One of every capacity, and machines of every sort."""
    world.add_person("administrator", "DGS", capacity=Capacity.ADMINISTRATOR)
    world.add_person("stranger", "DEJ", manager="head_dej")
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
                read = caller.request("GET", f"/{kind.plural}/{specimen['id']}")
                where = f"{who}, {kind.plural} {specimen.get('state', '')}"
                assert (read.status_code == 200) is by_page["read"], f"{where}: {read.text}"
                if not by_page["read"]:
                    assert read.status_code in {403, 404}
                    unknown_to(world, kind, caller, who, specimen, by_page)
                    continue
                made = read.json()
                abilities = {ability["action"]: ability for ability in made["abilities"]}
                assert list(abilities) == actions
                for action, ability in abilities.items():
                    seen.add((action, ability["allowed"]))
                    asked.clear()
                    if ability["allowed"]:
                        assert by_page[action], f"{where}: {action}"
                        with undone(world):
                            answer = make(world, kind, caller, who, made, action)
                        assert answer.is_success, f"{where}: {action} {answer.text}"
                    else:
                        answer = make(world, kind, caller, who, made, action)
                        expected = 409 if by_page[action] else 403
                        assert answer.status_code == expected, f"{where}: {action} {answer.text}"
                        if (policy.subject, action) not in BY_PHASE:
                            assert answer.json()["detail"] == ability["reason"], f"{where}: {action}"
                    assert (policy.subject, action) in asked, f"{action} asks for no row of its own"
    assert seen == {(action, allowed) for action in actions for allowed in (True, False)}


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


def spy(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Every row that is asked for, from now on."""
    asked: set[tuple[str, str]] = set()
    ask = Policy.why_not

    def noted(self: Policy, session: Any, actor: Actor, action: str, *rest: Any) -> Any:
        # The abilities of the answer ask for all of them: only what comes before counts.
        if sys._getframe(1).f_code.co_name != "_of":
            asked.add((self.subject, action))
        return ask(self, session, actor, action, *rest)

    monkeypatch.setattr(Policy, "why_not", noted)
    return asked


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.listed], ids=lambda kind: kind.plural)
def test_lists_hold_what_may_be_read(world: World, kind: Kind) -> None:
    policy = kind.abilities.policy
    everybody = callers(world)
    with kind.built_on():
        specimens = [UUID(specimen["id"]) for specimen in kind.specimens(world)]
    with kind.day():
        for who, caller in everybody.items():
            actor = actor_of(world, caller)
            answer = caller.request("GET", f"/{kind.plural}?limit=200")
            if not policy.allows(None, actor, kind.listed):
                assert answer.status_code == 403, f"{who}: {answer.text}"
                continue
            assert answer.status_code == 200, f"{who}: {answer.text}"
            listed = {UUID(item["id"]) for item in answer.json()["items"]}
            with world.database.session() as session:
                for specimen in specimens:
                    row = session.get_one(kind.model, specimen)
                    assert (specimen in listed) is policy.allows(session, actor, "read", row), who


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_another_authority_finds_nothing(world: World, kind: Kind) -> None:
    with kind.built_on():
        specimen = next(kind.specimens(world))
    made = world.lab.request("GET", f"/{kind.plural}/{specimen['id']}").json()
    with kind.day(), World.build(world.app, world.database, slug="haute-arlene") as other:
        for who in ("lab", "hr", "alice"):
            caller = other.people[who]
            caller.get(f"/{kind.plural}/{specimen['id']}", expect=404)
            for action, call in kind.calls.items():
                if call.path == "/log-entries" or action == "score":
                    continue
                path = call.path.format(plural=kind.plural, id=specimen["id"])
                body = call.body(world, {**specimen, **made}, who)
                headers = {"If-Match": "*"} if call.method in {"PATCH", "PUT"} else {}
                caller.request(call.method, path, json=body, headers=headers, expect=404)


def test_every_kind_with_abilities_is_here() -> None:
    found = {
        id(value)
        for name, module in list(sys.modules.items())
        if name.startswith("app.")
        for value in vars(module).values()
        if isinstance(value, Abilities)
    }
    assert found == {id(kind.abilities) for kind in KINDS}


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
    assert without_detail == {"notice.read"}
    assert set(changing) - stepped == without_detail


def test_reasons_are_in_the_language_of_the_reader(world: World) -> None:
    irritant = world.alice.post(
        "/irritants",
        {"title": "Clé", "description": "Une clé pour trois.", "directorate_id": world.directorate_id("DEP")},
    )
    path = f"/irritants/{irritant['id']}"
    english = world.alice.request("GET", path, headers={"Accept-Language": "en"})
    french = world.alice.request("GET", path)
    assert (english.headers["content-language"], french.headers["content-language"]) == ("en", "fr")
    assert english.headers["vary"] == french.headers["vary"] == "Accept-Language"
    reasons = [
        next(one["reason"] for one in answer.json()["abilities"] if one["action"] == "qualify")
        for answer in (english, french)
    ]
    assert reasons == ["This action belongs to the lab.", "Ce geste revient au laboratoire."]
    tags = {answer.headers["etag"] for answer in (english, french)}
    assert len(tags) == 2
    again = world.alice.request("GET", path, headers={"If-None-Match": french.headers["etag"]})
    assert (again.status_code, again.headers["vary"]) == (304, "Accept-Language")


def test_a_condition_that_fails_is_named(world: World) -> None:
    irritant = world.alice.post(
        "/irritants",
        {"title": "Clé", "description": "Une clé pour trois.", "directorate_id": world.directorate_id("DEP")},
    )
    world.lab.post(f"/irritants/{irritant['id']}/qualify")
    problem = world.alice.patch(f"/irritants/{irritant['id']}", {"title": "Clé"}, expect=403)
    assert problem["detail"].endswith("Condition qui manque : l'irritant n'est pas encore qualifié.")


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_a_detail_takes_the_same_statements_for_everybody_who_reads_it(world: World, kind: Kind) -> None:
    """One more than the detail itself at most: how the reader stands towards it."""
    everybody = callers(world)
    with kind.built_on():
        specimen = next(kind.specimens(world))
    counts: dict[str, int] = {}
    with kind.day():
        for who, caller in everybody.items():
            with world.counted_queries() as statements:
                answer = caller.request("GET", f"/{kind.plural}/{specimen['id']}")
            if answer.status_code == 200:
                counts[who] = len(statements) - 1  # Who calls.
    assert max(counts.values()) - min(counts.values()) <= 1, counts
    assert max(counts.values()) <= STATEMENTS[kind.plural], counts


STATEMENTS = {
    "authorities": 1,
    "directorates": 1,
    "agents": 1,
    "delegations": 1,
    "interims": 1,
    "programmes": 1,
    "charters": 1,
    "irritants": 1,
    "calls": 2,
    "applications": 1,
    "teams": 3,
    "log-entries": 1,
    "mandates": 9,
    "half-days": 2,
    "follow-ups": 7,
    "commitments": 2,
    "solutions": 2,
    "adoptions": 2,
}
