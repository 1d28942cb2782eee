"""Ask the sponsor of a mandate for what it reserves, answer, and hold the team and its follow-ups to the answer."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.agreements import events
from app.agreements.lifecycle import LIFECYCLE, AgreementState
from app.agreements.models import Agreement
from app.agreements.policy import GIVEN_BY_SPONSOR, POLICY, REQUESTING
from app.agreements.problems import AgreementMissing, NotInForce, NotReserved
from app.journal.service import record
from app.kit import clock
from app.kit.database import get, insert
from app.kit.problems import FieldError, Forbidden, NotFound
from app.mandates.lifecycle import IN_FORCE, ClauseKind
from app.mandates.models import Mandate, MandateClause
from app.people.delegation_models import SigningDelegation


def find(session: Session, actor: Actor, agreement_id: UUID) -> Agreement:
    """The agreement, if `actor` may know of it. Raises `NotFound`."""
    agreement = get(session, Agreement, agreement_id, actor.authority_id)
    if not POLICY.allows(session, actor, "read", agreement):
        raise NotFound
    return agreement


def request(session: Session, actor: Actor, mandate: Mandate, clause_key: str, matter: str) -> Agreement:
    """Ask the sponsor. Raises `NotInForce`, or `NotReserved` for a clause that is not one on reserved matters."""
    REQUESTING.require(session, actor, "request", mandate)
    _hold(session, mandate)
    kind = session.execute(
        select(col(MandateClause.kind)).where(
            col(MandateClause.mandate_id) == mandate.id, col(MandateClause.key) == clause_key
        )
    ).scalar_one_or_none()
    if kind is not ClauseKind.RESERVED:
        raise NotReserved.on("clause_key", NotReserved.title)
    agreement = insert(
        session,
        Agreement(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            clause_key=clause_key,
            matter=matter,
            requested_by_id=actor.agent_id,
        ),
    )
    record(session, events.AgreementRequested(**facts(agreement)), by=actor)
    return agreement


def agree(session: Session, actor: Actor, agreement: Agreement, reason: str | None) -> None:
    """Give the agreement, in the sponsor's own name or by delegation; `reason` holds its conditions.

    Raises `FreshAuthenticationNeeded`, `NotInForce`.
    """
    actor, answer, by_act = _answer(session, actor, "agree", agreement)
    LIFECYCLE.apply(session, agreement, "agree", reason=reason, **answer)
    record(session, events.AgreementGiven(**facts(agreement), by_act=by_act), by=actor)


def refuse(session: Session, actor: Actor, agreement: Agreement, reason: str) -> None:
    """Refuse it, and say why. Raises as `agree` does."""
    actor, answer, by_act = _answer(session, actor, "refuse", agreement)
    LIFECYCLE.apply(session, agreement, "refuse", reason=reason, **answer)
    record(session, events.AgreementRefused(**facts(agreement), reason=reason, by_act=by_act), by=actor)


def withdraw(session: Session, actor: Actor, agreement: Agreement) -> None:
    """The answer is no longer needed."""
    POLICY.require(session, actor, "withdraw", agreement)
    _withdraw(session, actor, agreement)


def withdraw_all(session: Session, actor: Actor, mandate_id: UUID) -> None:
    """The mandate has ended: nobody is asked to answer any more."""
    awaited = select(Agreement).where(
        col(Agreement.mandate_id) == mandate_id, col(Agreement.state) == AgreementState.REQUESTED
    )
    for agreement in session.execute(awaited.order_by(col(Agreement.id))).scalars().all():
        _withdraw(session, actor, agreement)


def is_awaited(session: Session, team_id: UUID) -> bool:
    """Whether a mandate in force of this team has a request that its sponsor has yet to answer."""
    awaited = (
        select(col(Agreement.id))
        .join(Mandate, col(Mandate.id) == col(Agreement.mandate_id))
        .where(
            col(Mandate.team_id) == team_id,
            col(Mandate.state).in_(IN_FORCE),
            col(Agreement.state) == AgreementState.REQUESTED,
        )
    )
    return session.execute(awaited.limit(1)).first() is not None


def check_decisions(
    session: Session, mandate_id: UUID, decisions: Iterable[tuple[str, bool, UUID | None]]
) -> None:
    """Each decision on a reserved matter names an agreement given under this mandate.

    `decisions` are a field, whether what was decided is reserved, and the agreement. Raises `AgreementMissing` on every
    field that names none.
    """
    named = [each for each in decisions if each[1] or each[2] is not None]
    if not named:
        return
    given = set(
        session.execute(
            select(col(Agreement.id)).where(
                col(Agreement.id).in_({agreement_id for _field, _reserved, agreement_id in named}),
                col(Agreement.mandate_id) == mandate_id,
                col(Agreement.state) == AgreementState.AGREED,
            )
        ).scalars()
    )
    errors = [
        FieldError(field, AgreementMissing.title)
        for field, _reserved, agreement_id in named
        if agreement_id not in given
    ]
    if errors:
        raise AgreementMissing(errors=errors)


def facts(agreement: Agreement) -> dict[str, Any]:
    """What every event of an agreement says of it."""
    return {
        "subject_id": agreement.id,
        "mandate_id": agreement.mandate_id,
        "clause_key": agreement.clause_key,
    }


def _withdraw(session: Session, actor: Actor, agreement: Agreement) -> None:
    LIFECYCLE.apply(session, agreement, "withdraw")
    record(session, events.AgreementWithdrawn(**facts(agreement)), by=actor)


def _hold(session: Session, mandate: Mandate) -> None:
    """Nobody ends the mandate before this transaction does. Raises `NotInForce` for one that has ended, or has yet to
    be signed."""
    session.refresh(mandate, with_for_update={"read": True})
    if mandate.state not in IN_FORCE:
        raise NotInForce


def _answer(
    session: Session, actor: Actor, action: str, agreement: Agreement
) -> tuple[Actor, dict[str, Any], events.ByDelegation | None]:
    """Who answers, in whose name: the actor as they act, what the row keeps of it, and what the journal does."""
    POLICY.require(session, actor, action, agreement)
    LIFECYCLE.check(agreement.state, action)
    mandate = session.get_one(Mandate, agreement.mandate_id)
    _hold(session, mandate)
    answer: dict[str, Any] = {"answered_by_id": actor.agent_id, "answered_at": clock.now()}
    if actor.agent_id == mandate.sponsor_id:
        return actor, answer, None
    delegation = session.execute(
        select(SigningDelegation)
        .join(Mandate, col(Mandate.id) == mandate.id)
        .where(GIVEN_BY_SPONSOR, col(SigningDelegation.holder_id) == actor.agent_id)
        .order_by(col(SigningDelegation.last_day).desc(), col(SigningDelegation.id))
        .limit(1)
        .with_for_update(read=True, of=SigningDelegation),
        {"today": actor.today()},
    ).scalar_one_or_none()
    if delegation is None:
        raise Forbidden(POLICY[action].refusal)
    act = {
        "on_behalf_of_id": mandate.sponsor_id,
        "delegation_id": delegation.id,
        "act_reference": delegation.act_reference,
        "act_last_day": delegation.last_day,
    }
    by_act = events.ByDelegation(
        on_behalf_of=mandate.sponsor_id,
        act_id=delegation.id,
        act_reference=delegation.act_reference,
        last_day=delegation.last_day,
    )
    acting = replace(actor, delegation_id=delegation.id, acting_as=Capacity.SPONSOR)
    return acting, {**answer, **act}, by_act
