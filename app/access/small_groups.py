"""The one rule of small groups: nothing is shown that would single out a person.

Three is the floor. What it guards, and where:

- the means of the spiral, from three respondents on (`follow_ups.queries.spiral`);
- how many people work in a directorate: one or two are shown as three to whoever may not read their records
  (`people.queries.directorate_detail`);
- where a protected report happens: the nearest directorate above with at least three people in post, its services
  counted in (`irritants.protection.report`), so that neither the list nor its filter by directorate points at someone.

What needs no guard counts facts that are signed, or known by name to whoever reads the count: comments, a team's
members, the half-days of those whose half-days one may list. Votes are a number without any way to the voters: no list,
no filter, no event holds who voted. The place of an ordinary report is said by its reporter, who may be from anywhere.
"""

from collections.abc import Mapping
from uuid import UUID

FLOOR = 3


def is_enough(people: int) -> bool:
    """Whether so many people hide each of them."""
    return people >= FLOOR


def shown(people: int) -> int:
    """A head count for those who may not read the heads: one or two are shown as three, nobody as nobody."""
    return max(people, FLOOR) if people else 0


def wide_enough(node: UUID, parents: Mapping[UUID, UUID | None], people: Mapping[UUID, int]) -> UUID | None:
    """`node`, or the nearest above it, in which enough `people` work, those of the nodes below it included.

    None where even the root is too small. `parents` has every node of the tree, `people` those where somebody works.
    """
    within = dict.fromkeys(parents, 0)
    for place, number in people.items():
        above: UUID | None = place
        while above is not None:
            within[above] += number
            above = parents[above]
    reached: UUID | None = node
    while reached is not None and not is_enough(within[reached]):
        reached = parents[reached]
    return reached
