"""What was promised: kept, broken, or dropped by both sides."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.follow_ups.builders import FIRST, WHY, commitments
from tests.half_days.builders import on
from tests.half_days.test_races import together
from tests.support.world import World

Promised = tuple[dict[str, Any], dict[str, Any]]
UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def listed(town: World, by: str = "lab", **filters: Any) -> set[str]:
    return {item["id"] for item in town.people[by].get("/commitments", params=filters)["items"]}


class TestWho:
    def test_everyone(self, town: World) -> None:
        theirs, ours = commitments(town)
        path = f"/commitments/{theirs['id']}"
        town.anonymous.get(path, expect=401)
        town.anonymous.get("/commitments", expect=401)
        for name in ("alice", "bruno", "coach", "head_dsi", "dgs", "lab"):
            town.people[name].get(path)
            assert listed(town, by=name) == {theirs["id"], ours["id"]}, name
        for name in ("david", "head_dep", "hr", "elected"):
            town.people[name].get(path, expect=404)
            town.people[name].post(f"{path}/keep", expect=404)
            assert listed(town, by=name) == set(), name
        assert listed(town, by="chloe") == {theirs["id"]}, "it is hers to keep"
        town.chloe.post(f"{path}/break", WHY, expect=403)
        town.dgs.post(f"{path}/keep", expect=403)
        for name in ("coach", "lab", "dgs", "chloe"):
            town.people[name].post(f"{path}/drop", expect=403)
        town.lab.get(f"/commitments/{UNKNOWN}", expect=404)


class TestList:
    def test_filters(self, town: World) -> None:
        theirs, ours = commitments(town)
        assert listed(town, follow_up_id=theirs["follow_up_id"]) == {theirs["id"], ours["id"]}
        assert listed(town, side="team") == {ours["id"]}
        assert listed(town, owner_id=town.chloe.id) == {theirs["id"]}
        assert listed(town, by="alice", mine=True) == {ours["id"]}
        assert listed(town, until_day="2026-03-10") == {theirs["id"]}
        assert listed(town, state="kept") == set()
        assert listed(town, mandate_id=UNKNOWN) == set()
        assert listed(town, team_id=theirs["team_id"], mandate_id=theirs["mandate_id"]) != set()
        dues = [item["due_on"] for item in town.lab.get("/commitments?sort=-due_on&limit=1")["items"]]
        assert dues == ["2026-03-19"]
        for query in ("state=lost", "side=x", "sort=state", "until_day=x"):
            town.lab.get(f"/commitments?{query}", expect=422)

    def test_constant_queries(self, town: World) -> None:
        commitments(town)
        with town.counted_queries() as few:
            town.alice.get("/commitments?limit=1")
        with town.counted_queries() as many:
            town.alice.get("/commitments?limit=50")
        assert len(few) == len(many) == 2, "who calls, and the page"


@pytest.fixture
def promised(town: World) -> Iterator[Promised]:
    """Their commitment and ours, on the day when they were made."""
    made = commitments(town)
    with on(FIRST):
        yield made


class TestMoves:
    def test_kept_by_its_owner(self, town: World, promised: Promised) -> None:
        theirs, _ours = promised
        kept = town.chloe.post(f"/commitments/{theirs['id']}/keep")
        assert (kept["state"], kept["closed_on"], kept["possible_moves"]) == ("kept", "2026-02-19", [])
        assert town.event_types(theirs["id"]) == ["commitment.made", "commitment.kept"]
        for verb, form, name in (("keep", None, "lab"), ("break", WHY, "lab"), ("drop", None, "alice")):
            problem = town.people[name].post(f"/commitments/{theirs['id']}/{verb}", form, expect=409)
            assert (problem["state"], problem["possible_moves"]) == ("kept", [])

    def test_broken_says_why(self, town: World, promised: Promised) -> None:
        theirs, _ours = promised
        town.alice.post(f"/commitments/{theirs['id']}/break", {}, expect=422)
        broken = town.alice.post(f"/commitments/{theirs['id']}/break", WHY)
        assert (broken["state"], broken["reason"]) == ("broken", WHY["reason"])

    def test_dropped_by_both(self, town: World, promised: Promised) -> None:
        theirs, ours = promised
        once = town.bruno.post(f"/commitments/{theirs['id']}/drop")
        assert (once["state"], once["drop_agreed_by_team"], once["drop_agreed_by_client"]) == (
            "open",
            True,
            False,
        )
        problem = town.alice.post(f"/commitments/{theirs['id']}/drop", expect=409)
        assert problem["type"].endswith("drop-already-agreed"), "one side, however many its members"
        both = town.head_dsi.post(f"/commitments/{theirs['id']}/drop")
        assert (both["state"], both["closed_on"]) == ("dropped", "2026-02-19")
        assert town.event_types(theirs["id"])[1:] == [
            "commitment.drop_agreed",
            "commitment.drop_agreed",
            "commitment.dropped",
        ]
        town.head_dsi.post(f"/commitments/{ours['id']}/drop")
        assert town.alice.post(f"/commitments/{ours['id']}/drop")["state"] == "dropped"

    def test_both_sides_at_once(self, town: World, promised: Promised) -> None:
        for commitment in promised:
            path = f"/commitments/{commitment['id']}/drop"
            answers = together(
                [
                    lambda path=path: town.alice.request("POST", path).status_code,  # type: ignore[misc]
                    lambda path=path: town.head_dsi.request("POST", path).status_code,  # type: ignore[misc]
                ]
            )
            assert answers == [200, 200]
            assert town.lab.get(f"/commitments/{commitment['id']}")["state"] == "dropped"

    def test_kept_and_broken_at_once(self, town: World, promised: Promised) -> None:
        theirs, _ours = promised
        path = f"/commitments/{theirs['id']}"
        answers = together(
            [
                lambda: town.chloe.request("POST", f"{path}/keep").status_code,
                lambda: town.alice.request("POST", f"{path}/break", json=WHY).status_code,
            ]
        )
        assert answers == [200, 409]
