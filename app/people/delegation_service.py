"""Record delegations of signature and interims, correct those to come, withdraw them, and note those that ended.

Essaim takes no act: it keeps what the authority has decided. What two acts at once could break (one interim at a time,
no chain) is a trigger of the database, which holds the people named before it looks.
"""

from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.policy import Policy
from app.journal.events import Event
from app.journal.service import record
from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import get, insert
from app.kit.i18n import _
from app.kit.lifecycle import change, swap
from app.people import delegation_events as events
from app.people.delegation_models import (
    DelegationField,
    HolderFunction,
    Interim,
    Power,
    PowerEnd,
    SigningDelegation,
)
from app.people.delegation_policy import DELEGATION, INTERIM, is_over
from app.people.delegation_problems import PowerForOneself, PowerOver, PowerRefused, PowerStarted
from app.people.delegation_schemas import DelegationForm, InterimForm
from app.people.delegations import ABSENT_IN_POST, GIVER_IN_POST, HOLDER_ACTIVE, HOLDS_FUNCTION, TODAY
from app.people.models import Agent, CapacityGrant, Directorate, Position
from app.people.service import agent_in_post, directorate_of

P = TypeVar("P", SigningDelegation, Interim)
_POLICIES: dict[type[Power], Policy] = {SigningDelegation: DELEGATION, Interim: INTERIM}


def give(session: Session, actor: Actor, form: DelegationForm) -> SigningDelegation:
    """Record a delegation of signature.

    Raises `PowerRefused` naming the field; `PowerForOneself`; `DelegationPassedOn` where the giver holds one, or the
    holder has given one, on the same days.
    """
    DELEGATION.require(session, actor, "give")
    agent_in_post(session, actor, form.giver_id, "giver_id")
    holder = _holder(session, actor, form.holder_id, form.giver_id)
    if _is_elected(session, holder):
        raise PowerRefused.on(
            "holder_id", _("Une délégation de signature va à un agent : un élu reçoit une fonction.")
        )
    if form.holder_function is HolderFunction.HEAD_OF_SERVICE and not _heads(session, holder.id):
        raise PowerRefused.on(
            "holder_function", _("{name} n'est à la tête d'aucun service.").format(name=holder.name)
        )
    if holder.directorate_id is None:
        raise PowerRefused.on(
            "holder_id", _("{name} n'a pas de direction d'affectation.").format(name=holder.name)
        )
    values = form.model_dump()
    _check_delegation(session, actor, values)
    delegation = insert(
        session,
        SigningDelegation(
            authority_id=actor.authority_id,
            holder_directorate_id=holder.directorate_id,
            last_day=_last_day(values),
            **values,
        ),
    )
    record(
        session,
        events.DelegationGiven(
            subject_id=delegation.id,
            giver_id=delegation.giver_id,
            holder_id=delegation.holder_id,
            act_reference=delegation.act_reference,
            starts_on=delegation.starts_on,
            last_day=delegation.last_day,
        ),
        by=actor,
    )
    return delegation


def name_interim(session: Session, actor: Actor, form: InterimForm) -> Interim:
    """Record who acts for an absent head or manager.

    Raises `PowerRefused` naming the field; `PowerForOneself`; `InterimOverlap` where somebody else replaces them on one
    of these days; `InterimChain` where one of the two is replaced, or replaces somebody, who should not.
    """
    INTERIM.require(session, actor, "name")
    absent = agent_in_post(session, actor, form.absent_id, "absent_id")
    _holder(session, actor, form.holder_id, form.absent_id)
    if not _heads(session, absent.id) and not _manages(session, absent.id):
        sentence = _("{name} ne dirige ni n'encadre personne : il n'y a pas d'intérim à nommer.")
        raise PowerRefused.on("absent_id", sentence.format(name=absent.name))
    values = form.model_dump()
    _check_dates(actor, values, "ends_on")
    interim = insert(session, Interim(authority_id=actor.authority_id, last_day=form.ends_on, **values))
    record(
        session,
        events.InterimNamed(
            subject_id=interim.id,
            absent_id=interim.absent_id,
            holder_id=interim.holder_id,
            act_reference=interim.act_reference,
            starts_on=interim.starts_on,
            last_day=interim.last_day,
        ),
        by=actor,
    )
    return interim


def find(session: Session, actor: Actor, model: type[P], power_id: UUID) -> P:
    """The act, if `actor` may know of it. Raises `NotFound`."""
    power = get(session, model, power_id, actor.authority_id)
    _POLICIES[model].require(session, actor, "read", power)
    return power


def edit(session: Session, actor: Actor, power: Power, changes: dict[str, Any]) -> None:
    """Correct an act to come. Raises `PowerStarted` once it has begun or ended, `PowerRefused` naming the field."""
    _POLICIES[type(power)].require(session, actor, "edit", power)
    if is_over(power, actor) or power.starts_on <= actor.today():
        raise PowerStarted
    changes = {name: value for name, value in changes.items() if getattr(power, name) != value}
    if not changes:
        return
    values = {**power.model_dump(), **changes}
    if isinstance(power, SigningDelegation):
        if changes.get("field") is DelegationField.MANDATES:
            # The field that named a directorate is no more; a directorate named with the new one is refused below.
            values["directorate_id"] = changes.setdefault("directorate_id", None)
        _check_delegation(session, actor, values)
        change(session, power, **changes, last_day=_last_day(values))
        made: Event = events.DelegationEdited(subject_id=power.id, fields=tuple(sorted(changes)))
    else:
        _check_dates(actor, values, "ends_on")
        change(session, power, **changes, last_day=values["ends_on"])
        made = events.InterimEdited(subject_id=power.id, fields=tuple(sorted(changes)))
    record(session, made, by=actor)


def withdraw(session: Session, actor: Actor, power: Power, reason: str) -> None:
    """End a power at once: today it may no longer be exercised. Raises `PowerOver` when it has ended."""
    _POLICIES[type(power)].require(session, actor, "withdraw", power)
    table = table_of(power)
    last_day = min(power.last_day, actor.today() - timedelta(days=1))
    stands = and_(table.c.end_cause.is_(None), table.c.last_day >= actor.today())
    end = {
        "end_cause": PowerEnd.WITHDRAWN,
        "end_reason": reason,
        "ended_at": clock.now(),
        "last_day": last_day,
    }
    if not swap(session, power, stands, end):
        raise PowerOver
    if isinstance(power, SigningDelegation):
        record(session, events.DelegationWithdrawn(subject_id=power.id, last_day=last_day), by=actor)
    else:
        record(session, events.InterimWithdrawn(subject_id=power.id, last_day=last_day), by=actor)


def note_ends(session: Session, actor: Actor, today: date) -> int:
    """Note the powers of the authority that ended by themselves; how many. Nothing to do the second time.

    A delegation to come follows its holder: it is given for the function of its first day.
    """
    session.execute(
        update(SigningDelegation)
        .where(
            col(SigningDelegation.authority_id) == actor.authority_id,
            col(SigningDelegation.starts_on) > today,
            col(SigningDelegation.end_cause).is_(None),
            col(Agent.id) == col(SigningDelegation.holder_id),
            col(Agent.directorate_id).is_not(None),
            col(Agent.directorate_id) != col(SigningDelegation.holder_directorate_id),
        )
        .values(holder_directorate_id=col(Agent.directorate_id))
        .execution_options(synchronize_session=False)
    )
    ended = 0
    for power, cause in [
        *_ended(session, actor, SigningDelegation, GIVER_IN_POST, HOLDS_FUNCTION),
        *_ended(session, actor, Interim, ABSENT_IN_POST, HOLDER_ACTIVE),
    ]:
        last_day = min(power.last_day, today - timedelta(days=1))
        end = {"end_cause": cause, "ended_at": clock.now(), "last_day": last_day}
        if swap(session, power, table_of(power).c.end_cause.is_(None), end):
            made = events.DelegationEnded if isinstance(power, SigningDelegation) else events.InterimEnded
            record(session, made(subject_id=power.id, last_day=last_day, cause=cause), by=actor)
            ended += 1
    return ended


def _ended(
    session: Session,
    actor: Actor,
    model: type[Power],
    principal_in_post: ColumnElement[bool],
    holder_serves: ColumnElement[bool],
) -> list[tuple[Power, PowerEnd]]:
    started = col(model.starts_on) <= TODAY
    holder_left = (
        exists(1).where(col(Agent.id) == col(model.holder_id), col(Agent.left_on) < TODAY).correlate(model)
    )
    cause = case(
        (col(model.last_day) < TODAY, PowerEnd.EXPIRED.value),
        (holder_left, PowerEnd.HOLDER_LEFT.value),
        (~principal_in_post, PowerEnd.PRINCIPAL_LEFT.value),
        (and_(started, ~holder_serves), PowerEnd.HOLDER_MOVED.value),
    )
    statement = (
        select(model, cause.label("cause"))
        .where(
            col(model.authority_id) == actor.authority_id,
            col(model.end_cause).is_(None),
            cause.is_not(None),
        )
        .order_by(col(model.id))
        .execution_options(populate_existing=True)
    )
    return [(row[0], PowerEnd(row.cause)) for row in session.execute(statement, {"today": actor.today()})]


def _holder(session: Session, actor: Actor, holder_id: UUID, principal_id: UUID) -> Agent:
    """The person who receives the power, in post and at work."""
    if holder_id == actor.agent_id:
        raise PowerForOneself
    holder = agent_in_post(session, actor, holder_id, "holder_id")
    if holder_id == principal_id:
        raise PowerRefused.on(
            "holder_id", _("Personne ne se donne un pouvoir à soi-même : nommez deux personnes.")
        )
    if holder.position is not Position.ACTIVE:
        sentence = _("{name} n'est pas en activité ({position}).")
        raise PowerRefused.on("holder_id", sentence.format(name=holder.name, position=holder.position.label))
    return holder


def _check_delegation(session: Session, actor: Actor, values: dict[str, Any]) -> None:
    of_one = values["field"] is DelegationField.DIRECTORATE_MANDATES
    if of_one and values["directorate_id"] is None:
        raise PowerRefused.on(
            "directorate_id", _("Dites de quelle direction l'acte permet de signer les mandats.")
        )
    if not of_one and values["directorate_id"] is not None:
        raise PowerRefused.on(
            "directorate_id", _("Ce champ couvre toutes les directions : n'en nommez aucune.")
        )
    if of_one:
        directorate_of(session, actor, values["directorate_id"])
    for name in ("published_on", "notified_on", "transmitted_on"):
        if values[name] > values["starts_on"]:
            raise PowerRefused.on(
                name,
                _("L'acte prend effet une fois publié, notifié et transmis : au plus tôt le {day}.").format(
                    day=values[name]
                ),
            )
    _check_dates(actor, values, "term_ends_on")
    if values["ends_on"] is not None:
        _check_dates(actor, values, "ends_on")


def _check_dates(actor: Actor, values: dict[str, Any], end: str) -> None:
    if values[end] < values["starts_on"]:
        raise PowerRefused.on(end, _("Le dernier jour vient après le premier, ou le même jour."))
    if values[end] < actor.today():
        raise PowerRefused.on(end, _("Cet acte a déjà pris fin : il ne donne plus de pouvoir."))


def _last_day(values: dict[str, Any]) -> date:
    term: date = values["term_ends_on"]
    return min(values["ends_on"] or term, term)


def _is_elected(session: Session, agent: Agent) -> bool:
    return _any(
        session, col(CapacityGrant.agent_id) == agent.id, col(CapacityGrant.capacity) == Capacity.ELECTED
    )


def _heads(session: Session, agent_id: UUID) -> bool:
    return _any(session, col(Directorate.head_id) == agent_id)


def _manages(session: Session, agent_id: UUID) -> bool:
    return _any(session, col(Agent.manager_id) == agent_id)


def _any(session: Session, *conditions: ColumnElement[bool]) -> bool:
    return bool(session.execute(select(exists(1).where(*conditions))).scalar())
