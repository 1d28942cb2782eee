"""The spiral: one answer each, and nothing that leads from a person to an answer."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from app.follow_ups.models import SpiralReceipt, SpiralScore
from app.journal.models import JournalEvent
from app.kit.idempotency import IdempotencyRecord
from tests.follow_ups.builders import SCORES, answer, first, held, scheduled
from tests.half_days.test_races import together
from tests.support.world import World

ANSWERABLE = ("alice", "bruno", "head_dep", "head_dej", "head_dsi", "dgs")
"""The members, their managers, the head of the client directorate, the sponsor."""


def spiral(town: World, follow_up: dict[str, Any], by: str = "lab") -> dict[str, Any]:
    seen: dict[str, Any] = town.people[by].get(f"/follow-ups/{follow_up['id']}/spiral")
    return seen


def test_who(town: World) -> None:
    follow_up = scheduled(town)
    path = f"/follow-ups/{follow_up['id']}"
    town.anonymous.post(f"{path}/scores", SCORES, expect=401)
    town.anonymous.get(f"{path}/spiral", expect=401)
    for name in ("chloe", "david", "hr", "elected"):
        town.people[name].post(f"{path}/scores", SCORES, expect=404)
        town.people[name].get(f"{path}/spiral", expect=404)
    for name in ("coach", "lab"):
        town.people[name].post(f"{path}/scores", SCORES, expect=403)
    answer(town, follow_up, *ANSWERABLE)
    for name in (*ANSWERABLE, "coach", "lab"):
        seen = spiral(town, follow_up, by=name)
        assert seen["respondents"] == 6
        assert seen["answered"] is (name in ANSWERABLE)


def test_nothing_is_shown_below_three(town: World) -> None:
    follow_up = scheduled(town)
    hidden = dict.fromkeys(("respondents", *SCORES, "words"))
    for name in ("alice", "bruno"):
        answer(town, follow_up, name, word="élan")
        assert spiral(town, follow_up) == {"follow_up_id": follow_up["id"], "answered": False, **hidden}
    answer(town, follow_up, "dgs", security=5)
    seen = spiral(town, follow_up)
    assert (seen["respondents"], seen["legitimacy"], seen["security"]) == (3, 4.0, 3.7)
    assert seen["words"] is None, "two words only"
    answer(town, follow_up, "head_dsi", word="clarté")
    assert spiral(town, follow_up)["words"] == ["clarté", "élan", "élan"]


def test_once(town: World) -> None:
    follow_up = scheduled(town)
    path = f"/follow-ups/{follow_up['id']}/scores"
    answers = together([lambda: town.alice.request("POST", path, json=SCORES).status_code for _ in range(5)])
    assert answers == [204, 409, 409, 409, 409]
    assert town.alice.post(path, SCORES, expect=409)["type"].endswith("already-answered")
    with town.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(SpiralScore)).scalar() == 1


def test_all_at_once(town: World) -> None:
    """Every answer counts: writing them all anew loses none."""
    follow_up = scheduled(town)
    path = f"/follow-ups/{follow_up['id']}/scores"

    def post(name: str) -> int:
        return town.people[name].request("POST", path, json=SCORES).status_code

    assert together([lambda name=name: post(name) for name in ANSWERABLE]) == [204] * 6  # type: ignore[misc]
    assert spiral(town, follow_up)["respondents"] == 6


def test_when(town: World) -> None:
    follow_up = first(town)
    path = f"/follow-ups/{follow_up['id']}/scores"
    assert town.alice.post(path, SCORES, expect=409)["type"].endswith("spiral-closed")
    held(town, follow_up)
    answer(town, follow_up, "alice")


def test_scale(town: World) -> None:
    follow_up = scheduled(town)
    path = f"/follow-ups/{follow_up['id']}/scores"
    wrong = [(name, {**SCORES, name: value}) for name in SCORES for value in (0, 6, "3", 2.5, None)]
    wrong += [("word", {**SCORES, "word": "deux mots"}), ("word", {**SCORES, "word": "x" * 41})]
    wrong += [("name", {**SCORES, "name": "Alice"})]
    for field, body in wrong:
        problem = town.alice.post(path, body, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]
    assert spiral(town, follow_up, by="alice")["answered"] is False


def test_nothing_leads_to_the_person(town: World) -> None:
    """Neither keys, nor order, nor the journal, nor a kept idempotency key."""
    follow_up = scheduled(town)
    with town.database.read() as connection:
        keys_before = connection.execute(select(func.count()).select_from(IdempotencyRecord)).scalar()
    for place, name in enumerate(ANSWERABLE):
        headers = {"Idempotency-Key": f"clef-{name}"}
        body = {**SCORES, "legitimacy": place % 5 + 1}
        path = f"/follow-ups/{follow_up['id']}/scores"
        town.people[name].post(path, body, expect=204, headers=headers)
    with town.database.read() as connection:
        scores = connection.execute(select(SpiralScore)).mappings().all()
        receipts = connection.execute(select(SpiralReceipt)).mappings().all()
        events = (
            connection.execute(
                select(JournalEvent).where(col(JournalEvent.type) == "follow_up.spiral_answered")
            )
            .mappings()
            .all()
        )
        keys = connection.execute(select(func.count()).select_from(IdempotencyRecord)).scalar()
    assert set(scores[0]) == {"id", "authority_id", "follow_up_id", *SCORES, "word"}
    assert set(receipts[0]) == {"id", "authority_id", "follow_up_id", "agent_id"}
    assert {row["id"].version for row in (*scores, *receipts)} == {4}, "random, not dated"
    assert not {row["id"] for row in scores} & {row["id"] for row in receipts}
    assert {row["agent_id"] for row in receipts} == {town.people[name].agent.id for name in ANSWERABLE}
    assert len(events) == 6
    for event in events:
        assert (event["agent_id"], event["client_id"], event["request_id"]) == (None, None, None)
        assert (event["subject_id"], event["payload"]) == (UUID(follow_up["id"]), "{}")
    assert keys == keys_before


def test_answers_are_written_anew(town: World) -> None:
    """Each answer gives all of them other keys, in another order."""
    follow_up = scheduled(town)
    answer(town, follow_up, "alice")

    def keys() -> set[UUID]:
        with town.database.read() as connection:
            return set(connection.execute(select(col(SpiralScore.id))).scalars())

    before = keys()
    answer(town, follow_up, "bruno")
    assert len(keys()) == 2
    assert not before & keys()
