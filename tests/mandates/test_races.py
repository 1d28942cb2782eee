"""Those who sign at the same instant: every signature counts once, and exactly one activation follows, always."""

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from app.mandates.models import MandateParty, MandateSignature
from tests.mandates.builders import form, mandate, sign_all, submitted, team
from tests.support.world import World

ROUNDS = 4


def together(acts: Sequence[Callable[[], int]]) -> list[int]:
    """The status codes of calls that start at the same instant."""
    ready = threading.Barrier(len(acts))
    answers: list[int] = []

    def run(act: Callable[[], int]) -> None:
        ready.wait()
        answers.append(act())

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def signing(world: World, seen: dict[str, Any], name: str) -> Callable[[], int]:
    body = {"document_hash": seen["document_hash"], "consent": True}
    path = f"/mandates/{seen['id']}/sign"
    return lambda: world.people[name].request("POST", path, json=body).status_code


def posting(world: World, name: str, path: str, body: Any = None) -> Callable[[], int]:
    return lambda: world.people[name].request("POST", path, json=body).status_code


def signatures(world: World, seen: dict[str, Any]) -> int:
    statement = select(func.count()).where(col(MandateSignature.mandate_id) == UUID(seen["id"]))
    with world.database.read() as connection:
        return connection.execute(statement.select_from(MandateSignature)).scalar_one()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_everybody_last(world: World, _round: int) -> None:
    """Six people are all the last party: their parties are put in one rank."""
    seen = submitted(world)
    with world.database.transaction() as session:
        session.execute(update(MandateParty).values(rank=1))
    names = ("alice", "bruno", "head_dep", "head_dej", "dgs", "lab")
    assert together([signing(world, seen, name) for name in names]) == [200] * 6
    assert world.lab.get(f"/mandates/{seen['id']}")["state"] == "active"
    assert signatures(world, seen) == 7
    types = world.event_types(seen["id"])
    assert (types.count("mandate.signed"), types.count("mandate.activated")) == (7, 1)
    assert world.event_types(seen["team_id"]).count("team.mandated") == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_signature_twice(world: World, _round: int) -> None:
    seen = sign_all(world, submitted(world), but=("lab",))
    assert together([signing(world, seen, "lab")] * 4) == [200, 409, 409, 409]
    assert signatures(world, seen) == 7
    assert world.event_types(seen["id"]).count("mandate.activated") == 1


def test_within_a_rank_and_across_two(world: World) -> None:
    seen = submitted(world)
    assert together([signing(world, seen, name) for name in ("alice", "bruno")]) == [200, 200]
    both = together([signing(world, seen, name) for name in ("head_dep", "head_dej", "dgs")])
    assert both in ([200, 200, 200], [200, 200, 409])
    assert sign_all(world, world.lab.get(f"/mandates/{seen['id']}"))["state"] == "active"
    assert signatures(world, seen) == 7


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_last_signature_against_withdrawal(world: World, _round: int) -> None:
    seen = sign_all(world, submitted(world), but=("lab",))
    withdraw = posting(world, "coach", f"/mandates/{seen['id']}/withdraw")
    assert together([signing(world, seen, "lab"), withdraw]) == [200, 409]
    state = world.lab.get(f"/mandates/{seen['id']}")["state"]
    assert world.event_types(seen["id"]).count("mandate.activated") == (state == "active")
    held = world.lab.get(f"/teams/{seen['team_id']}")["state"]
    assert (state, held) in {("active", "mandated"), ("draft", "forming")}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_last_signature_against_the_end_of_the_team(world: World, _round: int) -> None:
    seen = sign_all(world, submitted(world), but=("lab",))
    body = {"outcome": "stopped", "learned": "Le portail est neuf."}
    stop = posting(world, "coach", f"/teams/{seen['team_id']}/conclude", body)
    assert together([signing(world, seen, "lab"), stop]) in ([200, 200], [200, 409])
    state = world.lab.get(f"/mandates/{seen['id']}")["state"]
    assert state in {"completed", "draft"}


def test_refusal_against_signature(world: World) -> None:
    seen = submitted(world)
    refusal = posting(world, "bruno", f"/mandates/{seen['id']}/refuse", {"reason": "Pas le jeudi."})
    assert together([signing(world, seen, "alice"), refusal]) in ([200, 200], [200, 409])
    back = world.lab.get(f"/mandates/{seen['id']}")
    assert back["state"] == "draft"
    assert {party["state"] for party in back["parties"]} == {"refused", "void"}


def test_submission_twice(world: World) -> None:
    made = mandate(world)
    submit = posting(world, "lab", f"/mandates/{made['id']}/submit")
    assert together([submit] * 4) == [200, 409, 409, 409]
    assert world.lab.get(f"/mandates/{made['id']}")["parties_count"] == 7


def test_submission_against_an_edit(world: World) -> None:
    """What is signed is what was written: an edit comes wholly before the text is frozen, or not at all."""
    for _ in range(ROUNDS):
        made = mandate(world, team_id=team(world)["id"], starts_on="2031-01-06", ends_on="2031-06-30")
        path = f"/mandates/{made['id']}"

        def edit(path: str = path) -> int:
            headers = {"If-Match": "*"}
            response = world.coach.request("PATCH", path, json={"budget_euros": 500}, headers=headers)
            return response.status_code

        together([posting(world, "lab", f"{path}/submit"), edit])
        seen = world.lab.get(path)
        if seen["state"] == "in_signature":
            text = world.lab.get(f"{path}/document")
            assert text["parameters"]["budget_euros"] == seen["budget_euros"]
        world.lab.post(f"{path}/withdraw", expect=200 if seen["state"] == "in_signature" else 409)


def test_two_drafts_for_a_team(world: World) -> None:
    body = form(world)
    assert together([posting(world, "lab", "/mandates", body)] * 3) == [201, 409, 409]


def test_two_managers_write_their_relief(world: World) -> None:
    made = mandate(world)
    path = f"/mandates/{made['id']}/relief"
    acts = [
        posting(world, "head_dep", path, {"agent_id": world.alice.id, "relief": "Le courrier."}),
        posting(world, "head_dej", path, {"agent_id": world.bruno.id, "relief": "La cantine."}),
    ]
    assert together(acts) == [200, 200]
    seen = world.lab.get(f"/mandates/{made['id']}")
    assert [slot["relief"] for slot in seen["slots"]] == ["Le courrier.", "La cantine."]
