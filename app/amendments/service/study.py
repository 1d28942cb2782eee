"""What an amendment would make of a mandate, who must sign it, and what it still lacks."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.amendments.lifecycle import Cause, TaskState
from app.amendments.models import ResigningTask
from app.amendments.reading import amended, document_of
from app.amendments.terms import Terms, reach
from app.kit.i18n import _
from app.kit.problems import FieldError
from app.mandates import wording
from app.mandates.lifecycle import IN_FORCE, PREPARED, PartyCapacity
from app.mandates.models import Mandate
from app.mandates.service import parties
from app.mandates.service.completeness import slots_missing
from app.mandates.service.finding import mandates_of
from app.mandates.service.parties import Signer
from app.mandates.wording import Instead
from app.people.models import Agent
from app.teams.lifecycle import TeamState
from app.teams.models import Team

Capacities = set[tuple[UUID, PartyCapacity]]


@dataclass(frozen=True, slots=True)
class Study:
    """`mandate` is a copy that nothing stores, with the columns that the terms make; `named` is everybody whom the text
    names, `signing` those whom what changes concerns."""

    mandate: Mandate
    instead: Instead
    named: list[Signer]
    signing: list[Signer]
    missing: list[FieldError]


def study(session: Session, actor: Actor, mandate: Mandate, terms: Terms) -> Study:
    """The mandate under these terms, beside the one in force."""
    columns, instead = amended(session, mandate.model_dump(), terms)
    copy = Mandate(**columns)
    members = [session.get_one(Agent, row.id) for row in instead.members]
    named, missing = parties.signers(session, actor, copy, members)
    signing = _concerned(session, actor, mandate, terms, named)
    missing += _missing(session, actor, mandate, copy, members, instead)
    if not terms.fields() and all(signer.capacity is PartyCapacity.GUARANTOR for signer in signing):
        sentence = _("Cet avenant ne change rien, et personne n'a à signer de nouveau : il est sans objet.")
        missing.append(FieldError("terms", sentence))
    return Study(copy, instead, named, signing, missing)


def named_in_force(session: Session, mandate: Mandate) -> Capacities:
    """Who is a party to the text in force, and in which capacity."""
    document = document_of(session, mandate.id, mandate.submission)
    return {(UUID(party["id"]), PartyCapacity(party["capacity"])) for party in document["parties"]}


def _concerned(
    session: Session, actor: Actor, mandate: Mandate, terms: Terms, named: list[Signer]
) -> list[Signer]:
    today = actor.today()
    changes = reach(terms, wording.slots(session, mandate.id), wording.clauses(session, mandate.id))
    touched = [session.get_one(Agent, agent_id) for agent_id in sorted(changes.touched)]
    managers = {
        manager.id: manager
        for agent in touched
        if (manager := parties.releasing_manager(session, agent, today)) is not None
    }
    leaving = [
        agent for agent in touched if agent.id in terms.leaving and parties.in_function(session, agent, today)
    ]
    candidates = {(signer.capacity, signer.agent.id): signer for signer in named}
    if leaving:
        own = {manager.id: manager for agent in leaving if (manager := _manager_of(session, agent, actor))}
        for capacity, people in (
            (PartyCapacity.AGENT, {agent.id: agent for agent in leaving}),
            (PartyCapacity.RELEASING_MANAGER, own),
        ):
            for agent_id, agent in people.items():
                candidates.setdefault((capacity, agent_id), Signer(capacity, agent))
    in_force = named_in_force(session, mandate)
    asked = _asked_again(session, mandate)
    signing = [
        signer
        for signer in candidates.values()
        if (signer.agent.id, signer.capacity) not in in_force
        or signer.capacity in asked
        or changes.concerns(
            signer.capacity,
            touched=signer.agent.id
            in (managers if signer.capacity is PartyCapacity.RELEASING_MANAGER else changes.touched),
        )
    ]
    return sorted(signing, key=lambda signer: signer.capacity.rank)


def _manager_of(session: Session, agent: Agent, actor: Actor) -> Agent | None:
    return parties.releasing_manager(session, agent, actor.today())


def _asked_again(session: Session, mandate: Mandate) -> set[PartyCapacity]:
    """Capacities in which a signature is asked for, whoever holds them: a sponsor stays one past an elected term."""
    statement = select(col(ResigningTask.capacity)).where(
        col(ResigningTask.mandate_id) == mandate.id,
        col(ResigningTask.state) == TaskState.OPEN,
        col(ResigningTask.cause) == Cause.TERM_ENDED,
    )
    return set(session.execute(statement).scalars())


def _missing(
    session: Session, actor: Actor, mandate: Mandate, copy: Mandate, members: list[Agent], instead: Instead
) -> list[FieldError]:
    errors: list[FieldError] = []
    if session.get_one(Team, mandate.team_id).state is TeamState.CONCLUDED:
        errors.append(FieldError("team_id", _("Cette équipe est terminée : elle n'a plus besoin de mandat.")))
    if not members:
        errors.append(
            FieldError("leaving", _("Une équipe garde au moins un membre : sinon, interrompez le mandat."))
        )
    if copy.ends_on < actor.today():
        errors.append(
            FieldError(
                "ends_on", _("Cet avenant ferait finir le mandat avant d'être signé : changez la date.")
            )
        )
    after = [
        other
        for other in mandates_of(session, mandate.team_id, (*IN_FORCE, *PREPARED))
        if other.id != mandate.id and mandate.ends_on < other.starts_on <= copy.ends_on
    ]
    if after:
        sentence = _("Un autre mandat de l'équipe commence le {day} : celui-ci finit avant.")
        errors.append(FieldError("ends_on", sentence.format(day=after[0].starts_on)))
    return errors + slots_missing(session, copy, members, instead.half_days)
