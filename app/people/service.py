"""Authorities and their people."""

from zoneinfo import available_timezones

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import GRANTED, Capacity
from app.journal.models import JournalChain
from app.kit.calendar import SUBDIVISIONS
from app.kit.database import insert
from app.kit.ids import UUID
from app.people.models import Agent, Authority, CapacityGrant, Directorate
from app.people.problems import NoSuchAuthority, UnknownAgent, UnknownDirectorate


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
    authorities = found.scalars().all()
    if len(authorities) != 1:
        raise NoSuchAuthority
    return authorities[0]


def grant(session: Session, agent: Agent, capacity: Capacity) -> None:
    """Give a person a capacity across the authority. Twice is once.

    Raises `ValueError` for a capacity that follows from facts and cannot be granted.
    """
    if capacity not in GRANTED:
        raise ValueError(f"{capacity} cannot be granted; {', '.join(GRANTED)} can")
    held = select(col(CapacityGrant.id)).where(
        col(CapacityGrant.agent_id) == agent.id, col(CapacityGrant.capacity) == capacity
    )
    if session.execute(held).first() is None:
        insert(session, CapacityGrant(authority_id=agent.authority_id, agent_id=agent.id, capacity=capacity))


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
    """The directorate that a body names in `field`. Raises `UnknownDirectorate` (422) naming the field."""
    directorate = session.get(Directorate, directorate_id)
    if directorate is None or directorate.authority_id != actor.authority_id:
        raise UnknownDirectorate.on(field, UnknownDirectorate.title)
    return directorate
