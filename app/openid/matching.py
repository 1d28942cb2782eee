"""Who is who: from a provider's account to an agent.

The first time, by the authority's rule: the account's email, or its `uid` as the matricule, is that of exactly one
agent in post. From then on by the binding, the provider's `sub` alone: nothing else is stable (OpenID Connect Core,
section 5.7). What the rule would say later changes no binding: where it disagrees, nobody is let in and the lab is
told.
"""

from datetime import date
from typing import assert_never
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock
from app.kit.database import insert_if_absent
from app.openid import events
from app.openid.models import IdentityBinding, IdentityProvider
from app.openid.problems import (
    BoundElsewhere,
    HasLeft,
    MatchChanged,
    NobodyKnown,
    OtherOrganisation,
    SignInRefused,
    SomebodyElse,
)
from app.openid.profiles import MatchBy
from app.openid.protocol import Identity
from app.people.models import Agent


def recognise(
    session: Session,
    actor: Actor,
    provider: IdentityProvider,
    identity: Identity,
    *,
    expected: UUID | None = None,
) -> Agent | SignInRefused:
    """The agent whose account this is, or why nobody is let in: for the caller to commit, with its event.

    `expected` is the one agent that it may be, where somebody proves afresh who they are.
    """
    found = _stranger(provider, identity) or _agent_of(session, actor, provider, identity, expected)
    if isinstance(found, SignInRefused) and not isinstance(found, BoundElsewhere | MatchChanged):
        note(session, actor, provider, found)
    return found


def note(session: Session, actor: Actor, provider: IdentityProvider, refusal: SignInRefused) -> None:
    """Have the journal say that somebody who came back from `provider` was not let in."""
    record(session, events.PersonRefused(subject_id=provider.id, reason=refusal.reason), by=actor)


def _stranger(provider: IdentityProvider, identity: Identity) -> SignInRefused | None:
    """Why an account of the provider is none of the authority's."""
    if provider.sirets and (identity.siret or "").replace(" ", "") not in provider.sirets:
        return OtherOrganisation()
    if provider.idp_ids and identity.idp_id not in provider.idp_ids:
        return OtherOrganisation()
    return None


def _agent_of(
    session: Session,
    actor: Actor,
    provider: IdentityProvider,
    identity: Identity,
    expected: UUID | None,
) -> Agent | SignInRefused:
    today = actor.today()
    candidate = _by_rule(session, provider, identity, today)
    binding = _binding(session, provider, identity.sub)
    if binding is None:
        if candidate is None:
            return NobodyKnown()
        if expected not in {None, candidate.id}:
            return SomebodyElse()
        return _bind(session, actor, provider, identity.sub, candidate)
    if candidate is not None and candidate.id != binding.agent_id:
        _contest(session, actor, binding, MatchChanged.reason, candidate.id)
        return MatchChanged()
    if expected not in {None, binding.agent_id}:
        return SomebodyElse()
    agent: Agent = session.get_one(Agent, binding.agent_id)
    if agent.left_on is not None and agent.left_on < today:
        return HasLeft()
    session.execute(
        update(IdentityBinding)
        .where(col(IdentityBinding.id) == binding.id)
        .values(last_used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return agent


def _by_rule(session: Session, provider: IdentityProvider, identity: Identity, today: date) -> Agent | None:
    match provider.match_by:
        case MatchBy.EMAIL:
            vouched = identity.email_verified is True or (
                provider.traits.vouches_for_email and identity.email_verified is not False
            )
            if not identity.email or not vouched:
                return None
            same = col(Agent.email) == identity.email.strip().lower()
        case MatchBy.HR_ID:
            if not identity.uid:
                return None
            same = col(Agent.hr_id) == identity.uid
        case _:
            assert_never(provider.match_by)
    agent: Agent | None = session.execute(
        select(Agent).where(
            col(Agent.authority_id) == provider.authority_id,
            same,
            or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= today),
        )
    ).scalar_one_or_none()
    return agent


def _bind(
    session: Session, actor: Actor, provider: IdentityProvider, subject: str, agent: Agent
) -> Agent | SignInRefused:
    binding = IdentityBinding(
        authority_id=provider.authority_id, provider_id=provider.id, subject=subject, agent_id=agent.id
    )
    if insert_if_absent(session, binding):
        event = events.AccountBound(subject_id=binding.id, provider_id=provider.id, agent_id=agent.id)
        record(session, event, by=actor)
        return agent
    # Quicker than us: the same account in another tab, or another account of the same agent.
    if made := _binding(session, provider, subject):
        if made.agent_id == agent.id:
            return agent
        _contest(session, actor, made, MatchChanged.reason, agent.id)
        return MatchChanged()
    held = session.execute(
        select(IdentityBinding).where(
            col(IdentityBinding.provider_id) == provider.id, col(IdentityBinding.agent_id) == agent.id
        )
    ).scalar_one()
    _contest(session, actor, held, BoundElsewhere.reason)
    return BoundElsewhere()


def _binding(session: Session, provider: IdentityProvider, subject: str) -> IdentityBinding | None:
    binding: IdentityBinding | None = session.execute(
        select(IdentityBinding).where(
            col(IdentityBinding.provider_id) == provider.id, col(IdentityBinding.subject) == subject
        )
    ).scalar_one_or_none()
    return binding


def _contest(
    session: Session, actor: Actor, binding: IdentityBinding, reason: str, other: UUID | None = None
) -> None:
    event = events.AccountContested(
        subject_id=binding.id,
        provider_id=binding.provider_id,
        agent_id=binding.agent_id,
        reason=reason,
        other_agent_id=other,
    )
    record(session, event, by=actor)
