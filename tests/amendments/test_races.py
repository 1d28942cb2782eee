"""Those who act on an amendment at the same instant: it comes into force once, or not at all."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.half_days.models import HalfDay
from app.mandates.models import MandateParty, MandateSignature
from tests.amendments.builders import PURPOSE, sign_all, slots, submitted
from tests.half_days import builders as half_days
from tests.mandates.builders import START, active
from tests.mandates.test_races import posting, together
from tests.support.world import World

ROUNDS = 3


def signing(world: World, seen: dict[str, Any], name: str) -> Any:
    body = {"document_hash": seen["document_hash"], "consent": True}
    return posting(world, name, f"/amendments/{seen['id']}/sign", body)


def in_one_rank(world: World, seen: dict[str, Any]) -> None:
    """Everybody may be the last."""
    with world.database.transaction() as session:
        session.execute(
            update(MandateParty).where(col(MandateParty.submission) == seen["submission"]).values(rank=1)
        )


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_everybody_last(world: World, _round: int) -> None:
    made = active(world)
    seen = submitted(world, made, slots=slots(world, alice="tuesday", bruno="thursday"))
    in_one_rank(world, seen)
    assert together([signing(world, seen, name) for name in ("alice", "head_dep", "lab")]) == [200] * 3
    assert world.lab.get(f"/amendments/{seen['id']}")["state"] == "in_force"
    types = world.event_types(made["id"])
    assert types.count("mandate.amended") == 1
    assert world.event_types(seen["id"]).count("amendment.signed") == 3
    with world.database.read() as connection:
        hashes = connection.execute(
            select(col(MandateSignature.document_hash)).where(
                col(MandateSignature.mandate_id) == UUID(made["id"])
            )
        ).scalars()
        assert list(hashes).count(seen["document_hash"]) == 3
        days = connection.execute(
            select(col(HalfDay.day)).where(
                col(HalfDay.agent_id) == UUID(world.alice.id), col(HalfDay.state) == "planned"
            )
        ).scalars()
        assert {day.weekday() for day in days} == {1}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_last_signature_against_the_end_of_the_mandate(world: World, _round: int) -> None:
    made = active(world)
    seen = sign_all(world, submitted(world, made, ends_on="2027-11-30"), but=("lab",))
    end = posting(
        world, "dgs", f"/mandates/{made['id']}/terminate", {"reason": "Fin.", "on_day": START.isoformat()}
    )
    assert together([signing(world, seen, "lab"), end]) in ([200, 200], [200, 409])
    amendment = world.lab.get(f"/amendments/{seen['id']}")
    mandate = world.lab.get(f"/mandates/{made['id']}")
    assert mandate["state"] == "terminated"
    assert (amendment["state"], mandate["ends_on"]) in {
        ("in_force", "2027-11-30"),
        ("dropped", made["ends_on"]),
    }
    # Whichever came first, nothing is owed after the last day.
    after = half_days.every(world, mandate_id=made["id"], from_day="2026-12-12", state=["planned"])
    assert [item for item in after if item["day"] > START.isoformat()] == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_last_signature_against_withdrawal(world: World, _round: int) -> None:
    made = active(world)
    seen = sign_all(world, submitted(world, made, budget_euros=900), but=("lab",))
    withdraw = posting(world, "coach", f"/amendments/{seen['id']}/withdraw")
    assert together([signing(world, seen, "lab"), withdraw]) == [200, 409]
    state = world.lab.get(f"/amendments/{seen['id']}")["state"]
    budget = world.lab.get(f"/mandates/{made['id']}")["budget_euros"]
    assert (state, budget) in {("in_force", 900), ("draft", 0)}


def test_two_drafts(world: World) -> None:
    made = active(world)
    body = {"purpose": PURPOSE, "budget_euros": 900}
    path = f"/mandates/{made['id']}/amendments"
    assert together([posting(world, "lab", path, body)] * 3) == [201, 409, 409]


def test_submission_twice(world: World) -> None:
    made = active(world)
    draft = world.lab.post(f"/mandates/{made['id']}/amendments", {"purpose": PURPOSE, "budget_euros": 900})
    submit = posting(world, "lab", f"/amendments/{draft['id']}/submit")
    assert together([submit] * 3) == [200, 409, 409]
    assert world.lab.get(f"/amendments/{draft['id']}")["parties_count"] == 5
