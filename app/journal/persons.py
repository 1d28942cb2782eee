"""Whom each event concerns, so that a person reads what concerns them in one page's time.

An event concerns every agent whose id it carries: who did it, its subject, those its payload names; and those whom a
room declares for its kind of subject (`concern`): an irritant's reporter, a mandate's parties. What must lead to nobody
therefore carries no agent's id, and has a subject that leads to none. The worker finds them once the event is sealed,
so that recording costs nothing more. It is an index, no proof: `journal.forgetting` takes a person out of it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, column, insert, select, table, update
from sqlmodel import Session

from app.journal.chain import chains, sealed_events
from app.journal.models import EventPerson
from app.kit.bounds import everywhere, within
from app.kit.columns import table_of
from app.kit.database import Database
from app.kit.sql import among

BATCH = 500

Pairs: TypeAlias = Select[*tuple[Any, ...]]
"""Ids of subjects, and of agents whom they concern."""

_Place: TypeAlias = tuple[int, UUID]
"""An event's position and id."""

_UUIDS = re.compile(r'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')
_persons = table_of(EventPerson)
# The rooms are above: their table is known here by its name, as in a foreign key.
_agents = table("agents", column("id", Uuid()), column("authority_id", Uuid()))
_relations: dict[str, list[Pairs]] = defaultdict(list)


def concern(subject_type: str, pairs: Pairs) -> None:
    """Events of these subjects concern the agents that `pairs` selects: subject ids, then agent ids."""
    if not any(pairs is known for known in _relations[subject_type]):
        _relations[subject_type].append(pairs)


def index(database: Database) -> int:
    """Find whom the sealed events concern that have not been looked at; how many were."""
    with everywhere(), database.read() as connection:
        behind = connection.execute(
            select(chains.c.authority_id).where(chains.c.concerned_position < chains.c.position)
        )
        authorities = behind.scalars().all()
    return sum(_index_authority(database, authority_id) for authority_id in authorities)


def _index_authority(database: Database, authority_id: UUID) -> int:
    with within(authority_id), database.transaction() as session:
        chain = session.execute(
            select(chains.c.position, chains.c.concerned_position)
            .where(chains.c.authority_id == authority_id)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if chain is None:
            return 0
        last = min(chain.position, chain.concerned_position + BATCH)
        rows = session.execute(sealed_events(authority_id, chain.concerned_position, last)).all()
        found = _named(session, authority_id, rows) | _related(session, rows)
        if found:
            session.execute(
                insert(_persons), [_row(authority_id, *place, agent_id) for place, agent_id in found]
            )
        session.execute(
            update(chains).where(chains.c.authority_id == authority_id).values(concerned_position=last)
        )
    return len(rows)


def _row(authority_id: UUID, position: int, event_id: UUID, agent_id: UUID) -> dict[str, Any]:
    return {"authority_id": authority_id, "position": position, "event_id": event_id, "agent_id": agent_id}


def _named(session: Session, authority_id: UUID, rows: Sequence[Row[Any]]) -> set[tuple[_Place, UUID]]:
    carried = {
        ((row.position, row.id), found)
        for row in rows
        for found in {row.agent_id, row.subject_id, *map(UUID, _UUIDS.findall(row.payload))} - {None}
    }
    statement = select(_agents.c.id).where(_agents.c.authority_id == authority_id, among(_agents.c.id, "ids"))
    ids = list({found for _place, found in carried})
    agents = set(session.execute(statement, {"ids": ids}).scalars())
    return {(place, found) for place, found in carried if found in agents}


def _related(session: Session, rows: Sequence[Row[Any]]) -> set[tuple[_Place, UUID]]:
    places: dict[str, dict[UUID, list[_Place]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        places[row.subject_type][row.subject_id].append((row.position, row.id))
    return {
        (place, agent_id)
        for kind, of_subject in places.items()
        for pairs in _relations.get(kind, ())
        for subject_id, agent_id in session.execute(
            pairs.where(among(next(iter(pairs.selected_columns)), "subjects")), {"subjects": list(of_subject)}
        )
        if agent_id is not None
        for place in of_subject[subject_id]
    }
