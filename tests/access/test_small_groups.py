"""Three is the floor."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.small_groups import FLOOR, is_enough, shown, wide_enough

ROOT, DIRECTORATE, SERVICE, OTHER = (UUID(int=number) for number in range(1, 5))
TREE = {ROOT: None, DIRECTORATE: ROOT, SERVICE: DIRECTORATE, OTHER: ROOT}


@pytest.mark.parametrize(("people", "said"), [(0, 0), (1, 3), (2, 3), (3, 3), (4, 4), (250, 250)])
def test_head_counts(people: int, said: int) -> None:
    assert shown(people) == said


@pytest.mark.parametrize(("people", "enough"), [(0, False), (2, False), (3, True)])
def test_floor(people: int, enough: bool) -> None:
    assert is_enough(people) is enough


@pytest.mark.parametrize(
    ("people", "place"),
    [
        ({SERVICE: 3}, SERVICE),
        ({SERVICE: 2, DIRECTORATE: 1}, DIRECTORATE),
        ({SERVICE: 1, OTHER: 2}, ROOT),
        ({SERVICE: 1, OTHER: 1}, None),
        ({OTHER: 9}, ROOT),
        ({}, None),
    ],
)
def test_wide_enough(people: dict[UUID, int], place: UUID | None) -> None:
    assert wide_enough(SERVICE, TREE, people) == place


@given(
    parents=st.lists(st.integers(0, 30), min_size=1, max_size=12),
    people=st.lists(st.integers(0, 4), min_size=12, max_size=12),
    start=st.integers(0, 11),
)
def test_as_counting_by_hand(parents: list[int], people: list[int], start: int) -> None:
    nodes = [UUID(int=number) for number in range(len(parents))]
    # A node's parent stands before it, so that the tree is one.
    tree = {
        node: nodes[parent % number] if number and parent % 3 else None
        for number, (node, parent) in enumerate(zip(nodes, parents, strict=True))
    }
    heads = dict(zip(nodes, people, strict=False))

    def below(place: UUID) -> int:
        return heads[place] + sum(below(child) for child in nodes if tree[child] == place)

    expected: UUID | None = nodes[start % len(nodes)]
    while expected is not None and below(expected) < FLOOR:
        expected = tree[expected]
    assert wide_enough(nodes[start % len(nodes)], tree, heads) == expected
