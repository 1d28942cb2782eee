"""What happened → who is told → in which words. The table is in the modules beside; here it is put to work."""

from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from app.journal.models import JournalEvent
from app.kit.ids import new_id
from app.notices.models import Notice
from app.notices.notices.amendments import AMENDMENTS
from app.notices.notices.calls import CALLS
from app.notices.notices.identity import IDENTITY
from app.notices.notices.irritants import IRRITANTS
from app.notices.notices.mandates import MANDATES
from app.notices.notices.privacy import PRIVACY
from app.notices.notices.teams import TEAMS
from app.notices.notices.telling import Table
from app.notices.notices.time import TIME
from app.notices.queries.scenes import in_post
from app.notices.wording import pack

TABLE: Table = {**IDENTITY, **IRRITANTS, **CALLS, **TEAMS, **MANDATES, **AMENDMENTS, **TIME, **PRIVACY}
"""By type of event."""


def tell(session: Session, event: JournalEvent) -> None:
    """Write one notice for each person concerned by a sealed event, in the transaction of its delivery."""
    row = TABLE[event.type]
    scene = row.scene(session, event)
    facts = pack(scene.facts())
    told: set[object] = set()
    notices: list[dict[str, Any]] = []
    for telling in row.tellings:
        people = in_post(session, event.authority_id, [person for to in telling.to for person in to(scene)])
        named = next(iter(telling.names(scene)), None) if telling.names else None
        for person in people:
            if person in told or (person == event.agent_id and not telling.author_too):
                continue
            told.add(person)
            notices.append(
                {
                    "id": new_id(),
                    "authority_id": event.authority_id,
                    "agent_id": person,
                    "event_id": event.id,
                    "kind": event.type,
                    "subject_type": event.subject_type,
                    "subject_id": event.subject_id,
                    "title": telling.title.msgid,
                    "body": telling.body.msgid,
                    "facts": facts,
                    "person_id": named,
                    "created_at": event.occurred_at,
                }
            )
    if notices:
        session.execute(insert(Notice), notices)


__all__ = ["TABLE", "tell"]
