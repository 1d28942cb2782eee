"""A new authority and its first administrator, made by an operator of the platform."""

from dataclasses import replace
from zoneinfo import available_timezones

from sqlmodel import Session

from app.access.actor import Actor, system
from app.access.capacity import Capacity
from app.journal.service import record
from app.kit.calendar import SUBDIVISIONS
from app.kit.database import insert
from app.kit.i18n import _
from app.people import events, policy
from app.people.models import Agent, Authority
from app.people.problems import CalendarRefused
from app.people.schemas import AuthorityFounding, FirstAdministrator
from app.people.service import create_authority, grant


def found_authority(session: Session, actor: Actor, form: AuthorityFounding) -> Authority:
    """A new authority, with an empty journal but for its own beginning. `session` must see every authority.

    Raises `SlugTaken`, or `CalendarRefused` naming the field for an unknown time zone or territory.
    """
    policy.AUTHORITY.require(None, actor, "create")
    if form.time_zone not in available_timezones():
        raise CalendarRefused.on(
            "time_zone", _("Donnez un fuseau de la base IANA, par exemple Europe/Paris ou America/Cayenne.")
        )
    if form.holiday_subdivision not in SUBDIVISIONS:
        detail = _("Choisissez un territoire parmi : {codes}.").format(codes=list(SUBDIVISIONS))
        raise CalendarRefused.on("holiday_subdivision", detail)
    authority = create_authority(
        session,
        slug=form.slug,
        name=form.name,
        time_zone=form.time_zone,
        holiday_subdivision=form.holiday_subdivision,
    )
    person = form.administrator and _administrator(session, authority, form.administrator)
    # The first line of its journal is its own: the operator belongs to no authority.
    record(
        session,
        events.AuthorityCreated(
            subject_id=authority.id, operator=actor.name, administrator_id=person.id if person else None
        ),
        by=replace(system(authority.id, authority.time_zone), address=actor.address),
    )
    return authority


def _administrator(session: Session, authority: Authority, form: FirstAdministrator) -> Agent:
    person = Agent(
        authority_id=authority.id,
        hr_id=form.hr_id,
        family_name=form.family_name,
        given_name=form.given_name,
        email=form.email.lower(),
    )
    insert(session, person)
    grant(session, person, Capacity.ADMINISTRATOR)
    return person
