"""The half-days of a draft, and the workload relief that makes them real."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.journal.service import record
from app.kit.calendar import Half, Weekday
from app.kit.i18n import Text, _
from app.kit.problems import FieldError
from app.mandates import events
from app.mandates.lifecycle import LIFECYCLE
from app.mandates.models import Mandate, MandateSlot
from app.mandates.policy import POLICY
from app.mandates.problems import InvalidMandate, NotTheirManager
from app.mandates.service import parties
from app.people.delegations import acts_for, citing
from app.people.models import Agent
from app.teams.models import Team
from app.teams.queries import members_of

Slots = Sequence[Mapping[str, Any]]


def check(session: Session, mandate: Mandate, weekly: Slots, among: Iterable[Agent] | None = None) -> None:
    """Raise `InvalidMandate`, naming each slot that cannot be and saying why.

    They are for the members of the team, or `among` those that it would have.
    """
    members = {agent.id: agent for agent in among or members_of(session, mandate.team_id)}
    errors: list[FieldError] = []
    seen: set[tuple[UUID, Weekday, Half]] = set()
    counts: dict[UUID, int] = {}
    for position, slot in enumerate(weekly):
        moment = (slot["agent_id"], slot["weekday"], slot["half"])
        agent = members.get(slot["agent_id"])
        counts[slot["agent_id"]] = counts.get(slot["agent_id"], 0) + 1
        if agent is None:
            wrong, sentence = "agent_id", _("Cette personne n'est pas membre de l'équipe.")
        elif moment in seen:
            wrong, sentence = "weekday", _("Cette demi-journée est déjà dans la liste pour {name}.")
        elif f"{slot['weekday']}:{slot['half']}" in agent.off_halves:
            wrong, sentence = "weekday", _("{name} ne travaille pas à ce moment-là : choisissez-en un autre.")
        elif counts[agent.id] > mandate.half_days_per_week:
            wrong, sentence = (
                "agent_id",
                _(
                    "La charte prévoit {count} demi-journée(s) par semaine et par agent : {name} en a davantage."
                ),
            )
        else:
            seen.add(moment)
            continue
        named: Text = sentence.format(name=agent.name if agent else "", count=mandate.half_days_per_week)
        errors.append(FieldError(f"slots.{position}.{wrong}", named))
    if errors:
        raise InvalidMandate(errors=errors)


def write(session: Session, mandate: Mandate, weekly: Slots) -> None:
    """Replace the slots. What was written of an agent's relief stays where the new slot says nothing."""
    held = session.execute(
        select(col(MandateSlot.agent_id), col(MandateSlot.relief)).where(
            col(MandateSlot.mandate_id) == mandate.id, col(MandateSlot.relief) != ""
        )
    ).all()
    reliefs = {row.agent_id: row.relief for row in held}
    session.execute(delete(MandateSlot).where(col(MandateSlot.mandate_id) == mandate.id))
    session.add_all(
        MandateSlot(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            agent_id=slot["agent_id"],
            weekday=slot["weekday"],
            half=slot["half"],
            relief=slot.get("relief") or reliefs.get(slot["agent_id"], ""),
        )
        for slot in weekly
    )
    session.flush()


def relieve(session: Session, actor: Actor, mandate: Mandate, agent_id: UUID, relief: str) -> None:
    """Write what is taken off an agent's plate, for all their half-days of this mandate.

    Raises `NotTheirManager` for the manager of somebody else, `InvalidMandate` for an agent without a half-day here.
    """
    POLICY.require(session, actor, "relieve", mandate)
    agent = session.get(Agent, agent_id)
    if agent is not None and agent.authority_id != mandate.authority_id:
        agent = None
    writes_for_all = (
        actor.is_system
        or actor.client_id is not None
        or actor.has(Capacity.LAB)
        or session.get_one(Team, mandate.team_id).coach_id == actor.agent_id
    )
    if not writes_for_all and agent is not None:
        manager = parties.releasing_manager(session, agent, actor.today())
        if manager is None or agent.id == actor.agent_id or not acts_for(session, actor, manager.id):
            raise NotTheirManager
        actor = citing(session, actor, manager.id, Capacity.MANAGER)
    LIFECYCLE.apply(session, mandate, "relieve")
    written = session.execute(
        update(MandateSlot)
        .where(col(MandateSlot.mandate_id) == mandate.id, col(MandateSlot.agent_id) == agent_id)
        .values(relief=relief)
        .returning(col(MandateSlot.id))
        .execution_options(synchronize_session=False)
    )
    if written.first() is None:
        raise InvalidMandate.on("agent_id", _("Cette personne n'a pas de demi-journée dans ce mandat."))
    record(session, events.MandateEdited(subject_id=mandate.id, fields=("relief",)), by=actor)
