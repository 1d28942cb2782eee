"""Put a signed amendment into force, in the transaction of its last signature."""

from typing import cast

from sqlmodel import Session

from app.access.actor import Actor
from app.amendments import events, terms
from app.amendments.lifecycle import LIFECYCLE
from app.amendments.models import Amendment
from app.amendments.service.study import Study
from app.amendments.service.tasks import review
from app.journal.service import record
from app.kit.lifecycle import change
from app.mandates import papers
from app.mandates.events import MandateAmended
from app.mandates.models import Mandate
from app.mandates.service import articles, slots
from app.teams import service as teams
from app.teams.models import Team


def take_effect(session: Session, actor: Actor, mandate: Mandate, amendment: Amendment, found: Study) -> None:
    """Have the mandate, which is held, take the terms that were signed. Half-days and follow-ups follow from today on.

    Raises `HalfDayTaken` where another mandate protects a half-day that they ask for.
    """
    wanted = terms.of_json(amendment.terms)
    submission = cast(int, amendment.submission)
    document_hash = cast(str, amendment.document_hash)
    from_day = max(actor.today(), mandate.starts_on)
    LIFECYCLE.apply(session, amendment, "take_effect", in_force_from=from_day)
    change(
        session,
        mandate,
        **wanted.columns(),
        submission=submission,
        document_hash=document_hash,
        open_amendment_id=None,
    )
    if wanted.slots is not None or wanted.leaving:
        slots.write(session, mandate, found.instead.half_days)
    if wanted.clauses is not None:
        articles.write(session, mandate, found.instead.clauses)
    _gather(session, actor, mandate, wanted)
    event = events.AmendmentInForce(
        subject_id=amendment.id, mandate_id=mandate.id, submission=submission, from_day=from_day
    )
    record(session, event, by=actor)
    amended = MandateAmended(
        subject_id=mandate.id,
        amendment_id=amendment.id,
        submission=submission,
        document_hash=document_hash,
        from_day=from_day,
        fields=wanted.fields(),
    )
    record(session, amended, by=actor)
    papers.seal(session, mandate, submission, by=actor)
    review(session, actor, mandate)


def _gather(session: Session, actor: Actor, mandate: Mandate, wanted: terms.Terms) -> None:
    team = session.get_one(Team, mandate.team_id)
    if wanted.sponsor_id is not None:
        teams.mark_mandated(session, actor, team, wanted.sponsor_id)
    for agent_id in wanted.leaving:
        teams.leave(session, actor, team, agent_id)
    for agent_id in wanted.joining:
        teams.join(session, actor, team, agent_id)
