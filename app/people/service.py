"""Authorities and their people: create, set, declare absences; what other rooms ask of them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import CursorResult, delete, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import GRANTED, Capacity
from app.journal.models import JournalChain
from app.journal.service import record
from app.kit.calendar import SUBDIVISIONS, HalfDay, Holiday, HolidayCalendar
from app.kit.database import get, insert, insert_if_absent
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.problems import NotFound
from app.people import arithmetic, events, policy
from app.people.models import Absence, Agent, Authority, CapacityGrant, Directorate
from app.people.problems import (
    AbsenceOverlap,
    AbsenceReversed,
    CalendarRefused,
    NoSuchAuthority,
    UnknownAgent,
    UnknownDirectorate,
    WorkingTimeRefused,
)
from app.people.schemas import AbsenceDeclaration


def create_authority(
    session: Session,
    *,
    slug: str,
    name: str,
    time_zone: str = "Europe/Paris",
    holiday_subdivision: str = "FR",
) -> Authority:
    """A new tenant, with an empty journal.

    Raises `ValueError` for an unknown time zone or holiday subdivision, `SlugTaken` for a slug in use.
    """
    if time_zone not in available_timezones():
        raise ValueError(f"unknown time zone {time_zone!r}")
    if holiday_subdivision not in SUBDIVISIONS:
        raise ValueError(f"unknown subdivision {holiday_subdivision!r}; known: {', '.join(SUBDIVISIONS)}")
    authority = Authority(slug=slug, name=name, time_zone=time_zone, holiday_subdivision=holiday_subdivision)
    session.add(authority)
    session.flush()
    session.add(JournalChain(authority_id=authority.id))
    session.flush()
    return authority


def authority_named(session: Session, slug: str | None) -> Authority:
    """The authority with this slug; without one, the only authority there is.

    Raises `NoSuchAuthority` for an unknown slug, or where a slug is needed to tell several apart.
    """
    found = session.execute(
        select(Authority).limit(2) if slug is None else select(Authority).where(col(Authority.slug) == slug)
    )
    authorities: Sequence[Authority] = found.scalars().all()
    if len(authorities) != 1:
        raise NoSuchAuthority
    return authorities[0]


def grant(session: Session, agent: Agent, capacity: Capacity) -> bool:
    """Have a person hold a capacity across the authority; whether they did not before.

    Raises `ValueError` for a capacity that follows from facts and cannot be granted.
    """
    if capacity not in GRANTED:
        raise ValueError(f"{capacity} cannot be granted; {', '.join(GRANTED)} can")
    row = CapacityGrant(authority_id=agent.authority_id, agent_id=agent.id, capacity=capacity)
    return insert_if_absent(session, row)


def give_capacity(session: Session, actor: Actor, agent: Agent, capacity: Capacity) -> None:
    """Give a person a capacity across the authority. Twice is once.

    Raises `ValueError` for a capacity that follows from facts and cannot be granted.
    """
    policy.AGENT.require(session, actor, "give_capacity", agent)
    if grant(session, agent, capacity):
        event = events.AgentCapacityGranted(subject_id=agent.id, capacity=capacity.value)
        record(session, event, by=actor)


def withdraw_capacity(session: Session, actor: Actor, agent: Agent, capacity: Capacity) -> None:
    """Take a capacity back, if it is held."""
    policy.AGENT.require(session, actor, "withdraw_capacity", agent)
    gone = session.execute(
        delete(CapacityGrant).where(
            col(CapacityGrant.agent_id) == agent.id, col(CapacityGrant.capacity) == capacity
        )
    )
    if cast(CursorResult[Any], gone).rowcount:
        event = events.AgentCapacityWithdrawn(subject_id=agent.id, capacity=capacity.value)
        record(session, event, by=actor)


def agent_in_post(session: Session, actor: Actor, agent_id: UUID, field: str = "agent_id") -> Agent:
    """The agent, in post today, that a body names in `field`. Raises `UnknownAgent` (422) naming the field."""
    agent = session.get(Agent, agent_id)
    if (
        agent is None
        or agent.authority_id != actor.authority_id
        or (agent.left_on is not None and agent.left_on < actor.today())
    ):
        raise UnknownAgent.on(field, UnknownAgent.title)
    return agent


def directorate_of(
    session: Session, actor: Actor, directorate_id: UUID, field: str = "directorate_id"
) -> Directorate:
    """The directorate, still open, that a body names in `field`. Raises `UnknownDirectorate` naming the field."""
    directorate = session.get(Directorate, directorate_id)
    if (
        directorate is None
        or directorate.authority_id != actor.authority_id
        or (directorate.closed_on is not None and directorate.closed_on < actor.today())
    ):
        raise UnknownDirectorate.on(field, UnknownDirectorate.title)
    return directorate


def works_in(session: Session, agent_id: UUID | None, directorate_id: UUID) -> bool:
    """Does the agent work in this directorate, or in one of the services under it?"""
    above = (
        select(col(Directorate.id), col(Directorate.parent_id))
        .join(Agent, col(Agent.directorate_id) == col(Directorate.id))
        .where(col(Agent.id) == agent_id)
        .cte("above", recursive=True)
    )
    # UNION, not UNION ALL: an organisation chart that bites its tail must not make this endless.
    above = above.union(
        select(col(Directorate.id), col(Directorate.parent_id)).where(
            col(Directorate.id) == above.c.parent_id
        )
    )
    statement = select(above.c.id).where(above.c.id == directorate_id)
    return session.execute(statement).first() is not None


def calendar_of(session: Session, authority_id: UUID) -> HolidayCalendar:
    """The days off that count in an authority."""
    authority = session.get_one(Authority, authority_id)
    return HolidayCalendar(
        subdivision=authority.holiday_subdivision,
        local_customs=frozenset(Holiday(custom) for custom in authority.local_customs),
        solidarity_day=authority.solidarity_day,
        custom_days={date.fromisoformat(day): name for day, name in authority.custom_days.items()},
        protestant_temple=authority.protestant_temple,
    )


def own_authority(session: Session, actor: Actor, authority_id: UUID) -> Authority:
    """The caller's authority. Raises `NotFound` for any other."""
    authority = session.get(Authority, authority_id) if authority_id == actor.authority_id else None
    if authority is None:
        raise NotFound
    return authority


def edit_authority(session: Session, actor: Actor, authority: Authority, changes: dict[str, Any]) -> None:
    """Set an authority's name, time zone and days off. `custom_days` are dictionaries of `date` and `name`.

    Raises `CalendarRefused` naming the field that does not fit.
    """
    policy.AUTHORITY.require(session, actor, "edit", authority)
    if "custom_days" in changes:
        changes["custom_days"] = {day["date"].isoformat(): day["name"] for day in changes["custom_days"]}
    if "local_customs" in changes:
        changes["local_customs"] = sorted({str(custom) for custom in changes["local_customs"]})
    changes = {name: value for name, value in changes.items() if getattr(authority, name) != value}
    if not changes:
        return
    if changes.get("time_zone", "UTC") not in available_timezones():
        raise CalendarRefused.on(
            "time_zone", _("Donnez un fuseau de la base IANA, par exemple Europe/Paris ou America/Cayenne.")
        )
    _check_calendar({**authority.model_dump(), **changes})
    change(session, authority, **changes)
    record(session, events.AuthorityEdited(subject_id=authority.id, fields=tuple(sorted(changes))), by=actor)


def _check_calendar(authority: dict[str, Any]) -> None:
    where = SUBDIVISIONS.get(authority["holiday_subdivision"])
    if where is None:
        detail = _("Choisissez un territoire parmi : {codes}.").format(codes=list(SUBDIVISIONS))
        raise CalendarRefused.on("holiday_subdivision", detail)
    customs = frozenset(Holiday(custom) for custom in authority["local_customs"])
    if not customs <= where.customs:
        detail = (
            _("Usages que l'on peut retenir ici ({where}) : {customs}.")
            if where.customs
            else _("Il n'y a pas d'usage local à retenir ici ({where}) : envoyez une liste vide.")
        )
        labels = [holiday.label for holiday in sorted(where.customs)]
        raise CalendarRefused.on("local_customs", detail.format(where=where.label, customs=labels))
    calendar = HolidayCalendar(where.code, customs, protestant_temple=authority["protestant_temple"])
    solidarity = authority["solidarity_day"]
    if solidarity is not None and solidarity not in calendar.solidarity_choices:
        detail = _("Jours fériés qui peuvent être travaillés ici : {choices}.")
        labels = [holiday.label for holiday in sorted(calendar.solidarity_choices)]
        raise CalendarRefused.on("solidarity_day", detail.format(choices=labels))


def find_agent(session: Session, actor: Actor, agent_id: UUID, action: str) -> Agent:
    """The agent on whom `actor` may do `action`. Raises `NotFound` or `Forbidden`."""
    agent = get(session, Agent, agent_id, actor.authority_id)
    policy.AGENT.require(session, actor, action, agent)
    return agent


def edit_agent(session: Session, actor: Actor, agent: Agent, changes: dict[str, Any]) -> None:
    """Set how an agent works. Raises `WorkingTimeRefused` naming the field that does not fit."""
    policy.AGENT.require(session, actor, "edit", agent)
    if "off_halves" in changes:
        try:
            changes["off_halves"] = arithmetic.in_order(changes["off_halves"])
        except ValueError as error:
            detail = _(
                "« {found} » n'est pas une demi-journée : écrivez wednesday:morning ou friday:afternoon:odd."
            )
            raise WorkingTimeRefused.on("off_halves", detail.format(found=str(error))) from None
    changes = {name: value for name, value in changes.items() if getattr(agent, name) != value}
    if not changes:
        return
    off_halves = changes.get("off_halves", agent.off_halves)
    percentage = changes.get("working_percentage", agent.working_percentage)
    least = arithmetic.least_worked(percentage)
    if arithmetic.worked_per_week(off_halves) < least:
        field = "off_halves" if "off_halves" in changes else "working_percentage"
        detail = _("À {percentage} %, au moins {least} demi-journées par semaine restent travaillées.")
        raise WorkingTimeRefused.on(field, detail.format(percentage=f"{percentage:g}", least=least))
    change(session, agent, **changes)
    record(session, events.AgentChanged(subject_id=agent.id, fields=tuple(sorted(changes))), by=actor)


def declare_absence(session: Session, actor: Actor, agent: Agent, form: AbsenceDeclaration) -> Absence:
    """An agent will be away. Raises `AbsenceReversed`, or `AbsenceOverlap` for half-days already covered."""
    policy.AGENT.require(session, actor, "declare_absence", agent)
    first, last = HalfDay(form.first_day, form.first_half), HalfDay(form.last_day, form.last_half)
    if last < first:
        raise AbsenceReversed.on("last_day", AbsenceReversed.title)
    # Two declarations for one agent wait for each other here, and the second sees the first.
    session.execute(select(col(Agent.id)).where(col(Agent.id) == agent.id).with_for_update(key_share=True))
    if any(
        HalfDay(other.first_day, other.first_half) <= last
        and first <= HalfDay(other.last_day, other.last_half)
        for other in absences_of(session, [agent.id], form.first_day, form.last_day)
    ):
        raise AbsenceOverlap
    absence = insert(
        session, Absence(authority_id=agent.authority_id, agent_id=agent.id, **form.model_dump())
    )
    record(session, events.AgentAbsenceDeclared(subject_id=absence.id, **_when(absence)), by=actor)
    return absence


def withdraw_absence(session: Session, actor: Actor, absence_id: UUID) -> None:
    """An agent will not be away after all, or was not. Raises `NotFound`, also for whoever comes second."""
    absence = get(session, Absence, absence_id, actor.authority_id)
    policy.AGENT.require(session, actor, "declare_absence", session.get_one(Agent, absence.agent_id))
    gone = session.execute(delete(Absence).where(col(Absence.id) == absence.id))
    if not cast(CursorResult[Any], gone).rowcount:
        raise NotFound
    record(session, events.AgentAbsenceWithdrawn(subject_id=absence.id, **_when(absence)), by=actor)


def absences_of(
    session: Session, agent_ids: Collection[UUID], first_day: date, last_day: date
) -> list[Absence]:
    """The absences of these agents that touch a day from `first_day` to `last_day`, in order."""
    statement = (
        select(Absence)
        .where(
            col(Absence.agent_id).in_(agent_ids),
            col(Absence.first_day) <= last_day,
            col(Absence.last_day) >= first_day,
        )
        .order_by(col(Absence.first_day), col(Absence.id))
    )
    return list(session.execute(statement).scalars())


def _when(absence: Absence) -> dict[str, Any]:
    return {
        "agent_id": absence.agent_id,
        "first_day": absence.first_day,
        "first_half": absence.first_half,
        "last_day": absence.last_day,
        "last_half": absence.last_half,
    }
