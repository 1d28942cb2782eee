"""What the journal holds about a person: ids and facts, never a name. What leads to them may be forgotten."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import Session

from app.access.personal import THE_PERSON_ALONE, Fate, Period, PersonalData
from app.audit.queries import BY_THE_REPORTER
from app.journal.forgetting import forget_person
from app.journal.models import EventPerson, JournalEvent
from app.kit.columns import table_of
from app.kit.i18n import _

_events, _persons = table_of(JournalEvent), table_of(EventPerson)


def _concerned(agent_id: UUID) -> ColumnElement[bool]:
    named = exists().where(_persons.c.event_id == _events.c.id, _persons.c.agent_id == agent_id)
    return or_(_events.c.agent_id == agent_id, named)


def _forget(session: Session, agent: Any) -> int:
    found = EVENTS.count(session, agent.id)
    forget_person(session, agent.authority_id, agent.id)
    return found


def _read(row: dict[str, Any], agent_id: UUID, _language: str) -> dict[str, Any]:
    """An event as its person reads it: neither where others called from, nor who reported."""
    if row["agent_id"] == agent_id:
        return row
    return {**row, "address": None, **({"agent_id": None} if row["type"] in BY_THE_REPORTER else {})}


EVENTS: Final = PersonalData(
    kind="events", label=_("Journal : ce que la personne a fait et ce qui la concerne"), table=_events,
    by=("agent_id",), holds=("address",), rows=_concerned, fate=Fate.UNNAMED, erase=_forget,
    readers=THE_PERSON_ALONE, told=_read,
    hide=frozenset({"previous_hash", "hash", "digest_version", "request_id"}),
    why=_("le journal fait preuve et ne s'efface pas ; il ne porte que des identifiants, et les adresses d'où la "
          "personne s'est connectée sont oubliées"),
)  # fmt: skip

PERSONAL: Final = (
    EVENTS,
    PersonalData(
        kind="event_persons", label=_("Index du journal par personne"), table=_persons, by=("agent_id",),
        fate=Fate.DELETED, copied=False,
    ),
)  # fmt: skip

PERIODS: Final = (
    Period(
        kind="journal_addresses",
        label=_("Adresses réseau du journal"),
        since=_("l'événement"),
        source=_("fixée par l'exploitation (ESSAIM_JOURNAL_ADDRESS_DAYS) : un an au plus (CNIL, 2021-122)"),
        months=12,
    ),
    Period(
        kind="journal",
        label=_("Journal, sans nom ni adresse"),
        since=_("la fin du programme"),
        source=_(
            "fixe : il fait preuve des actes signés ; son versement aux archives est à décider avec elles"
        ),
        months=None,
    ),
)
