"""Whoever replaces the head of the client directorate, or a manager, stands where they would, and cites the act."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from app.access.capacity import Capacity
from app.follow_ups.events import CommitmentDropAgreed, CommitmentKept, FollowUpReported
from app.journal import service as journal
from tests.follow_ups.builders import REPORTS, WHY, commitments, follow_ups, scheduled
from tests.people.builders import interim
from tests.support.world import World

EVENTS = (FollowUpReported, CommitmentKept, CommitmentDropAgreed)


@pytest.fixture
def actors() -> Iterator[list[Any]]:
    """Who did what is recorded, as the journal hears of them."""
    heard: list[Any] = []

    def hear(_session: Any, _event: Any, actor: Any) -> None:
        heard.append(actor)

    for event in EVENTS:
        journal.react(event, hear)
    yield heard
    for event in EVENTS:
        journal._reactions[event.type].remove(hear)


def replaces(town: World, absent: str) -> dict[str, Any]:
    made: dict[str, Any] = interim(town, absent_id=town.people[absent].id)
    return made


def test_reads_and_reports_for_the_client_directorate(town: World, actors: list[Any]) -> None:
    seen = scheduled(town)
    path = f"/follow-ups/{seen['id']}"
    body = {"body": REPORTS["client_directorate"]}
    town.david.get(path, expect=404)
    town.david.put(f"{path}/reports/client_directorate", body, expect=404)
    made = replaces(town, "head_dsi")
    assert [item["id"] for item in follow_ups(town, by="david")] == [
        item["id"] for item in follow_ups(town, by="head_dsi")
    ]
    town.david.get(path)
    town.david.put(f"{path}/reports/team", body, expect=403)
    town.david.put(f"{path}/reports/client_directorate", body)
    (acting,) = actors
    assert (acting.agent_id, acting.delegation_id) == (town.david.agent.id, UUID(made["id"]))
    assert acting.acting_as is Capacity.HEAD
    town.hr.post(f"/interims/{made['id']}/withdraw", {"reason": "Retour."})
    town.david.get(path, expect=404)


def test_the_head_cites_nothing(town: World, actors: list[Any]) -> None:
    seen = scheduled(town)
    replaces(town, "head_dsi")
    body = {"body": REPORTS["client_directorate"]}
    town.head_dsi.put(f"/follow-ups/{seen['id']}/reports/client_directorate", body)
    assert [acting.delegation_id for acting in actors] == [None]


def test_says_what_became_of_commitments(town: World, actors: list[Any]) -> None:
    theirs, ours = commitments(town)
    actors.clear()
    made = replaces(town, "head_dsi")
    town.david.post(f"/commitments/{ours['id']}/drop")
    town.david.post(f"/commitments/{theirs['id']}/keep")
    assert [acting.delegation_id for acting in actors] == [UUID(made["id"])] * 2


def test_a_member_acts_as_such(town: World, actors: list[Any]) -> None:
    theirs, _ours = commitments(town)
    actors.clear()
    interim(town, absent_id=town.head_dsi.id, holder_id=town.alice.id)
    town.alice.post(f"/commitments/{theirs['id']}/keep")
    assert [acting.delegation_id for acting in actors] == [None]


def test_of_a_manager_reads_the_spiral_and_no_more(town: World) -> None:
    theirs, _ours = commitments(town)
    replaces(town, "head_dej")
    town.david.get(f"/follow-ups/{theirs['follow_up_id']}/spiral")
    town.david.get(f"/follow-ups/{theirs['follow_up_id']}", expect=404)
    town.david.post(f"/commitments/{theirs['id']}/break", WHY, expect=404)
