"""Whose signatures a mandate needs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.i18n import _
from app.kit.problems import FieldError
from app.mandates.lifecycle import PartyCapacity
from app.mandates.models import Mandate
from app.people.delegation_models import Interim
from app.people.models import Agent, CapacityGrant, Directorate, Position
from app.teams.models import Team


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs, in one capacity."""

    capacity: PartyCapacity
    agent: Agent


def releasing_manager(session: Session, agent: Agent, today: date) -> Agent | None:
    """Who frees an agent's half-days: their manager in post.

    Without one, the nearest head above them in the organisation tree. None where there is nobody but themselves.
    """
    if agent.manager_id is not None:
        manager = session.get_one(Agent, agent.manager_id)
        if in_function(session, manager, today) and manager.id != agent.id:
            return manager
    return next((head for head in _heads_above(session, agent, today) if head.id != agent.id), None)


def signers(
    session: Session, actor: Actor, mandate: Mandate, members: Iterable[Agent]
) -> tuple[list[Signer], list[FieldError]]:
    """Everybody who must sign, by rank, and who is missing. The guarantor is `actor` when they belong to the lab."""
    found: list[Signer] = []
    missing: list[FieldError] = []
    today = actor.today()
    managers: dict[UUID, Agent] = {}
    for member in members:
        found.append(Signer(PartyCapacity.AGENT, member))
        manager = releasing_manager(session, member, today)
        if manager is None:
            missing.append(
                FieldError(
                    "slots",
                    _(
                        "Pour {name}, personne ne peut libérer les demi-journées : "
                        "indiquez son responsable, ou la personne qui dirige sa direction."
                    ).format(name=member.name),
                )
            )
        else:
            managers[manager.id] = manager
    found += [
        Signer(PartyCapacity.RELEASING_MANAGER, manager)
        for manager in sorted(managers.values(), key=lambda each: (each.sort_name, each.id))
    ]
    directorate = session.get_one(Directorate, mandate.client_directorate_id)
    head = session.get(Agent, directorate.head_id) if directorate.head_id else None
    if head is None or not in_function(session, head, today):
        missing.append(
            FieldError(
                "client_directorate_id",
                _(
                    "« {name} » n'a personne à sa tête : "
                    "indiquez qui la dirige, car cette personne signe pour la direction cliente."
                ).format(name=directorate.name),
            )
        )
    else:
        found.append(Signer(PartyCapacity.CLIENT_DIRECTORATE, head))
    sponsor = session.get_one(Agent, mandate.sponsor_id)
    if not in_function(session, sponsor, today):
        missing.append(
            FieldError("sponsor_id", _("Le sponsor n'est plus en poste : choisissez une autre personne."))
        )
    found.append(Signer(PartyCapacity.SPONSOR, sponsor))
    guarantor = guarantor_of(session, actor, mandate)
    if guarantor is None:
        missing.append(
            FieldError(
                "guarantor",
                _("Aucun membre du laboratoire n'est en poste pour garantir le cadre : faites-en nommer un."),
            )
        )
    else:
        found.append(Signer(PartyCapacity.GUARANTOR, guarantor))
    return found, missing


def guarantor_of(session: Session, actor: Actor, mandate: Mandate) -> Agent | None:
    """The lab person who submits; else the team's coach if of the lab; else whoever has been of the lab longest."""
    coach_id = session.get_one(Team, mandate.team_id).coach_id
    statement = (
        select(Agent)
        .join(CapacityGrant, col(CapacityGrant.agent_id) == col(Agent.id))
        .where(
            col(CapacityGrant.authority_id) == mandate.authority_id,
            col(CapacityGrant.capacity) == Capacity.LAB,
            or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= actor.today()),
            col(Agent.position) == Position.ACTIVE,
        )
        .order_by(
            (col(Agent.id) == actor.agent_id).desc(),
            (col(Agent.id) == coach_id).desc(),
            col(CapacityGrant.granted_at),
            col(Agent.id),
        )
        .limit(1)
    )
    found: Agent | None = session.execute(statement).scalar_one_or_none()
    return found


def _heads_above(session: Session, agent: Agent, today: date) -> Iterator[Agent]:
    seen: set[UUID] = set()
    directorate_id = agent.directorate_id
    while directorate_id is not None and directorate_id not in seen:
        seen.add(directorate_id)
        directorate = session.get_one(Directorate, directorate_id)
        head = session.get(Agent, directorate.head_id) if directorate.head_id else None
        if head is not None and in_function(session, head, today):
            yield head
        directorate_id = directorate.parent_id


def in_function(session: Session, agent: Agent, today: date) -> bool:
    """Whether an agent, in post, exercises a function: in activity, or replaced in it by a named interim.

    Detachment, availability and parental leave free of every function (CGFP, book V).
    """
    if agent.left_on is not None and agent.left_on < today:
        return False
    if agent.position is Position.ACTIVE:
        return True
    replaced = select(col(Interim.id)).where(
        col(Interim.absent_id) == agent.id, col(Interim.starts_on) <= today, col(Interim.last_day) >= today
    )
    return session.execute(replaced.limit(1)).first() is not None
