"""Open programmes, draft charters and have them adopted."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit.columns import table_of
from app.kit.database import get, insert
from app.kit.lifecycle import change, swap
from app.programmes import events
from app.programmes.models import Charter, Programme
from app.programmes.policy import CHARTER, PROGRAMME
from app.programmes.problems import (
    AdoptionBeforeAnother,
    CharterAdopted,
    ProgrammeDatesReversed,
    UnknownProgramme,
)
from app.programmes.queries import ruling
from app.programmes.schemas import CharterDraft, ProgrammeCreation


def create_programme(session: Session, actor: Actor, form: ProgrammeCreation) -> Programme:
    """A new edition. Raises `ProgrammeDatesReversed`."""
    PROGRAMME.require(session, actor, "write")
    _check_dates(form.starts_on, form.ends_on)
    programme = insert(session, Programme(authority_id=actor.authority_id, **form.model_dump()))
    record(session, events.ProgrammeCreated(subject_id=programme.id), by=actor)
    return programme


def find_programme(session: Session, actor: Actor, programme_id: UUID, action: str = "read") -> Programme:
    """The programme on which `actor` may do `action`. Raises `NotFound` or `Forbidden`."""
    programme = get(session, Programme, programme_id, actor.authority_id)
    PROGRAMME.require(session, actor, action, programme)
    return programme


def edit_programme(session: Session, actor: Actor, programme: Programme, changes: dict[str, Any]) -> None:
    """Rename a programme or move its dates. Raises `ProgrammeDatesReversed`."""
    PROGRAMME.require(session, actor, "write", programme)
    changes = {name: value for name, value in changes.items() if getattr(programme, name) != value}
    if not changes:
        return
    _check_dates(changes.get("starts_on", programme.starts_on), changes.get("ends_on", programme.ends_on))
    change(session, programme, **changes)
    record(session, events.ProgrammeEdited(subject_id=programme.id, fields=tuple(sorted(changes))), by=actor)


def _check_dates(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise ProgrammeDatesReversed.on("ends_on", ProgrammeDatesReversed.title)


def draft_charter(session: Session, actor: Actor, form: CharterDraft) -> Charter:
    """A new charter of a programme, numbered after the last. Raises `UnknownProgramme`."""
    CHARTER.require(session, actor, "write")
    programme = session.get(Programme, form.programme_id)
    if programme is None or programme.authority_id != actor.authority_id:
        raise UnknownProgramme.on("programme_id", UnknownProgramme.title)
    _hold(session, programme.id)
    last = select(func.max(col(Charter.number))).where(col(Charter.programme_id) == programme.id)
    number = (session.execute(last).scalar() or 0) + 1
    charter = insert(session, Charter(authority_id=actor.authority_id, number=number, **form.model_dump()))
    event = events.CharterDrafted(subject_id=charter.id, programme_id=programme.id, number=number)
    record(session, event, by=actor)
    return charter


def find_charter(session: Session, actor: Actor, charter_id: UUID, action: str = "read") -> Charter:
    """The charter on which `actor` may do `action`. Raises `NotFound` or `Forbidden`."""
    charter = get(session, Charter, charter_id, actor.authority_id)
    CHARTER.require(session, actor, action, charter)
    return charter


def edit_charter(session: Session, actor: Actor, charter: Charter, changes: dict[str, Any]) -> None:
    """Correct a draft. Raises `CharterAdopted`."""
    CHARTER.require(session, actor, "write", charter)
    if charter.adopted_on is not None:
        raise CharterAdopted
    changes = {name: value for name, value in changes.items() if getattr(charter, name) != value}
    if not changes:
        return
    change(session, charter, **changes)
    record(session, events.CharterEdited(subject_id=charter.id, fields=tuple(sorted(changes))), by=actor)


def adopt_charter(session: Session, actor: Actor, charter: Charter, adopted_on: date | None = None) -> None:
    """Have a draft rule from a day on, today unless said; from then on it does not change.

    Raises `CharterAdopted`, or `AdoptionBeforeAnother` where that would put it behind one adopted already.
    """
    CHARTER.require(session, actor, "adopt", charter)
    adopted_on = adopted_on or actor.today()
    _hold(session, charter.programme_id)
    if not swap(session, charter, table_of(charter).c.adopted_on.is_(None), {"adopted_on": adopted_on}):
        raise CharterAdopted
    last = select(func.max(col(Charter.adopted_on))).where(
        col(Charter.programme_id) == charter.programme_id, col(Charter.id) != charter.id
    )
    latest = session.execute(last).scalar()
    if latest is not None and latest >= adopted_on:
        raise AdoptionBeforeAnother.on("adopted_on", AdoptionBeforeAnother.title)
    event = events.CharterAdoptedOn(
        subject_id=charter.id,
        programme_id=charter.programme_id,
        number=charter.number,
        adopted_on=adopted_on,
    )
    record(session, event, by=actor)


def _hold(session: Session, programme_id: UUID) -> None:
    """Until the end of the transaction, nobody else numbers or adopts a charter of this programme."""
    session.execute(
        select(col(Programme.id)).where(col(Programme.id) == programme_id).with_for_update(key_share=True)
    )


def charter_in_force(session: Session, authority_id: UUID, day: date) -> Charter | None:
    """The charter that rules in an authority on a day: the last one adopted by then, whichever its programme."""
    found: Charter | None = session.execute(ruling(authority_id, day)).scalar_one_or_none()
    return found
