"""The organisation tree that an HR export implies, and who heads each node. Pure: rows in, nodes out.

Nodes: one per directorate code, and one below it per service; two spellings of a service that differ by case or accents
are one. Where a code or a service carries several names, the most frequent stands.

Heads, from who reports to whom:

1. The head of a node is the person of that node, in post, whose own manager is outside it and under whom most of its
   people stand, counted down the line. For a directorate, somebody without a service goes first.
2. A service where nobody is in that case, but most of whose people report to one person of its directorate, is headed
   by that person.
3. Otherwise it has no head: it is vacant until an export says who.

Position is not looked at: a head on leave stays the head until the export, or an interim, says otherwise.

A directorate stands under the one where its head's manager works (the general directorate, as a rule); a directorate
whose head has no manager is a root.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.kit.search import folded
from app.people.hr_cells import HrRow

CODE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Node:
    """A directorate (`parent` is another one, or none) or a service (`parent` is its directorate)."""

    code: str
    name: str
    parent: str | None
    head_hr_id: str | None


def tree(rows: Sequence[HrRow], today: date) -> list[Node]:
    """The nodes of an export, directorates by code, then services by code."""
    by_hr_id = {row.hr_id: row for row in rows}
    directorates: dict[str, list[HrRow]] = defaultdict(list)
    services: dict[str, list[HrRow]] = defaultdict(list)
    for row in rows:
        directorates[row.directorate_code].append(row)
        if row.service:
            services[node_code(row)].append(row)
    leading = {code: _leading(members, today) for code, members in directorates.items()}
    parents = _parents(leading, by_hr_id)
    nodes = [
        Node(
            code,
            _name(row.directorate_name for row in members),
            parents[code],
            _in_post(leading[code], today),
        )
        for code, members in sorted(directorates.items())
    ]
    for code, members in sorted(services.items()):
        directorate = members[0].directorate_code
        head = _in_post(_leading(members, today), today) or _outside_head(members, by_hr_id, today)
        nodes.append(Node(code, _name(row.service for row in members), directorate, head))
    return nodes


def node_code(row: HrRow) -> str:
    """The code of the node where an agent works: `DEP`, or `DEP/espaces-verts`. At most 64 characters."""
    if not row.service:
        return row.directorate_code
    slug = folded(row.service).replace(" ", "-")
    room = CODE_LENGTH - len(row.directorate_code) - 1
    if not slug or len(slug) > room:
        digest = hashlib.sha256((slug or row.service).encode()).hexdigest()[:6]
        slug = f"{slug[: room - 7]}-{digest}" if slug else digest
    return f"{row.directorate_code}/{slug}"


def _leading(members: Sequence[HrRow], today: date) -> HrRow | None:
    """Who leads these people by rule 1; somebody who left stands in where nobody in post does."""
    inside = {row.hr_id: row for row in members}
    below: Counter[str] = Counter()
    tops: dict[str, str] = {}
    for row in members:
        below[_top(row, inside, tops)] += row.in_post(today)
    alone = len(members) == 1 and not members[0].service
    candidates = [
        inside[hr_id] for hr_id, people in below.items() if people > inside[hr_id].in_post(today) or alone
    ]
    return min(
        candidates,
        key=lambda row: (not row.in_post(today), bool(row.service), -below[row.hr_id], row.hr_id),
        default=None,
    )


def _top(row: HrRow, inside: Mapping[str, HrRow], tops: dict[str, str]) -> str:
    """The last person of `inside` up the line from `row`. Lines end: no one is their own manager's manager."""
    path = []
    while row.hr_id not in tops:
        path.append(row.hr_id)
        manager = inside.get(row.manager_hr_id or "")
        if manager is None:
            tops[row.hr_id] = row.hr_id
        else:
            row = manager
    top = tops[row.hr_id]
    tops.update(dict.fromkeys(path, top))
    return top


def _in_post(row: HrRow | None, today: date) -> str | None:
    return row.hr_id if row and row.in_post(today) else None


def _outside_head(members: Sequence[HrRow], by_hr_id: Mapping[str, HrRow], today: date) -> str | None:
    present = [row for row in members if row.in_post(today)]
    managers = Counter(row.manager_hr_id for row in present)
    for hr_id, people in managers.most_common(1):
        manager = by_hr_id.get(hr_id or "")
        if manager and people * 2 > len(present) and manager.directorate_code == members[0].directorate_code:
            return _in_post(manager, today)
    return None


def _parents(leading: Mapping[str, HrRow | None], by_hr_id: Mapping[str, HrRow]) -> dict[str, str | None]:
    parents: dict[str, str | None] = {}
    for code in sorted(leading):
        leader = leading[code]
        manager = by_hr_id.get(leader.manager_hr_id or "") if leader else None
        parent = manager.directorate_code if manager and manager.directorate_code != code else None
        # Two directorates whose heads report to each other's people: the first by code keeps its parent.
        above = parent
        while above is not None and above != code:
            above = parents.get(above)
        parents[code] = None if above == code else parent
    return parents


def _name(names: Iterable[str]) -> str:
    counted = Counter(names)
    return min(counted, key=lambda name: (-counted[name], name))
