"""What is read, by whom: details, lists, other authorities, languages, and how many statements it takes."""

from uuid import UUID

import pytest

from tests.access.kinds import Kind
from tests.access.specimens import KINDS
from tests.access.walk import actor_of, callers
from tests.support.world import World

IDS = [kind.plural for kind in KINDS]


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
            for call in kind.calls.values():
                if call.path == "/log-entries":
                    continue
                path = call.path.format(plural=kind.plural, id=specimen["id"])
                body = call.body(world, {**specimen, **made}, who)
                headers = {"If-Match": "*"} if call.method in {"PATCH", "PUT"} else {}
                caller.request(call.method, path, json=body, headers=headers, expect=404)


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


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_a_detail_takes_the_same_statements_for_everybody_who_reads_it(world: World, kind: Kind) -> None:
    """One more than the detail itself at most: how the reader stands towards it."""
    everybody = callers(world)
    with kind.built_on():
        specimen = next(kind.specimens(world))
    counts: dict[str, int] = {}
    with kind.day():
        for who, caller in everybody.items():
            caller.request("GET", "/me")  # Notes that their token is in use, for an hour.
            with world.counted_queries() as statements:
                answer = caller.request("GET", f"/{kind.plural}/{specimen['id']}")
            if answer.status_code == 200:
                counts[who] = len(statements) - 1  # Who calls.
    assert max(counts.values()) - min(counts.values()) <= 1, counts
    assert max(counts.values()) <= STATEMENTS[kind.plural], counts


STATEMENTS = {
    "authorities": 2,
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
    "amendments": 9,
    "log-entries": 1,
    "mandates": 9,
    "mandate-models": 2,
    "mandate-comments": 2,
    "agreements": 2,
    "half-days": 2,
    "follow-ups": 7,
    "commitments": 2,
    "solutions": 2,
    "adoptions": 2,
}
