"""Renew a mandate: draft the one of the next period, with everything carried over."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.amendments.events import MandateRenewed
from app.amendments.models import Renewal
from app.amendments.problems import UnknownFollowUp
from app.amendments.schemas import RenewalForm
from app.follow_ups.lifecycle import FollowUpState
from app.follow_ups.models import FollowUp
from app.journal.service import record
from app.kit.database import insert
from app.mandates import policy as mandates
from app.mandates import wording
from app.mandates.clause_schemas import ClauseBody
from app.mandates.lifecycle import IN_FORCE
from app.mandates.models import Mandate
from app.mandates.problems import NotInForce
from app.mandates.schemas import MandateDraft, SlotBody
from app.mandates.service import draft
from app.mandates.service.finding import hold
from app.teams.queries import members_of


def renew(session: Session, actor: Actor, mandate: Mandate, form: RenewalForm) -> Mandate:
    """The mandate that is to follow this one, from the day after its last. Its parameters are those of the charter in
    force now; the half-days of former members, and those of a moment that an agent works no longer, stay behind.

    Raises `NotInForce`; `UnknownFollowUp` for one of another mandate, or not held; what drafting raises of `ends_on`
    and `sponsor_id`; and the database refuses a second mandate in preparation for the team.
    """
    mandates.POLICY.require(session, actor, "renew", mandate)
    hold(session, mandate)
    if mandate.state not in IN_FORCE:
        raise NotInForce
    _check_follow_up(session, mandate, form.follow_up_id)
    following = draft(session, actor, _form(session, mandate, form))
    insert(
        session,
        Renewal(
            authority_id=mandate.authority_id,
            mandate_id=following.id,
            renews_id=mandate.id,
            follow_up_id=form.follow_up_id,
            decision=form.decision,
        ),
    )
    event = MandateRenewed(subject_id=mandate.id, by_id=following.id, follow_up_id=form.follow_up_id)
    record(session, event, by=actor)
    return following


def _check_follow_up(session: Session, mandate: Mandate, follow_up_id: UUID | None) -> None:
    if follow_up_id is None:
        return
    held = select(col(FollowUp.id)).where(
        col(FollowUp.id) == follow_up_id,
        col(FollowUp.mandate_id) == mandate.id,
        col(FollowUp.state) == FollowUpState.HELD,
    )
    if session.execute(held).first() is None:
        raise UnknownFollowUp.on("follow_up_id", UnknownFollowUp.title)


def _form(session: Session, mandate: Mandate, form: RenewalForm) -> MandateDraft:
    members = {agent.id: agent for agent in members_of(session, mandate.team_id)}
    return MandateDraft(
        team_id=mandate.team_id,
        sponsor_id=form.sponsor_id or mandate.sponsor_id,
        starts_on=mandate.ends_on + timedelta(days=1),
        ends_on=form.ends_on,
        slots=[
            SlotBody(**{name: slot[name] for name in SlotBody.model_fields})
            for slot in wording.slots(session, mandate.id)
            if slot["agent_id"] in members
            and f"{slot['weekday']}:{slot['half']}" not in members[slot["agent_id"]].off_halves
        ],
        clauses=[
            ClauseBody(**{name: clause[name] for name in ClauseBody.model_fields if name in clause})
            for clause in wording.clauses(session, mandate.id)
        ],
        purpose=mandate.purpose,
        problem=mandate.problem,
        expected_result=mandate.expected_result,
        how_known=mandate.how_known,
        means=mandate.means,
        budget_euros=mandate.budget_euros,
    )
