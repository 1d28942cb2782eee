"""Who may do what with an amendment: whoever reads the mandate reads it, and only the parties it concerns sign it."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.access.standing import Clauses
from app.amendments.lifecycle import LIFECYCLE, AmendmentState
from app.amendments.models import Amendment
from app.amendments.problems import AmendmentNotADraft
from app.kit.i18n import Text, _
from app.kit.sql import one_of
from app.mandates import policy as mandates
from app.mandates.lifecycle import PartyState
from app.mandates.models import Mandate, MandateParty, MandateSignature
from app.mandates.policy import LAB_AND_COACH, as_agent, binds, not_awaited, nothing_pending
from app.mandates.substitution import MAY_SIGN_FOR
from app.people.delegations import VIEWER

_signed: Any = aliased(MandateParty)


def of_amendment(party: Any) -> ColumnElement[bool]:
    """The party is one of those whom the amendment's text asks to sign."""
    return and_(party.mandate_id == col(Amendment.mandate_id), party.submission == col(Amendment.submission))


def _of_mandate(clause: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(1).where(col(Mandate.id) == col(Amendment.mandate_id), clause).correlate(Amendment)


IS_PARTY: ColumnElement[bool] = or_(
    exists(1).where(of_amendment(MandateParty), col(MandateParty.agent_id) == VIEWER).correlate(Amendment),
    exists(1)
    .where(
        col(Mandate.id) == col(MandateParty.mandate_id),
        of_amendment(MandateParty),
        one_of(col(MandateParty.state), (PartyState.PENDING, PartyState.REFUSED)),
        MAY_SIGN_FOR,
    )
    .correlate(Amendment),
    exists(1)
    .where(
        of_amendment(_signed),
        col(MandateSignature.party_id) == _signed.id,
        col(MandateSignature.agent_id) == VIEWER,
    )
    .correlate(Amendment),
)
IS_SPONSOR = _of_mandate(mandates.IS_SPONSOR)
IS_COACH = _of_mandate(mandates.IS_COACH)
IS_HEAD = _of_mandate(mandates.IS_HEAD)
IS_MEMBER = _of_mandate(mandates.IS_MEMBER)
IS_MANAGER = _of_mandate(mandates.IS_MANAGER)

PARTIES_ONLY = _("Ce geste revient aux parties que cet avenant concerne.")

POLICY = Policy(
    "amendment",
    title=_("Avenant"),
    clauses=Clauses(
        Amendment,
        {
            C.PARTY: IS_PARTY,
            C.SPONSOR: IS_SPONSOR,
            C.COACH: IS_COACH,
            C.HEAD: IS_HEAD,
            C.MEMBER: IS_MEMBER,
            C.MANAGER: IS_MANAGER,
        },
        binds,
    ),
    actions=[
        Action("list", _("consulter les avenants"), (C.AGENT, C.ELECTED, C.LAB, C.HR),
               _("La liste des avenants s'adresse aux personnes que leurs mandats concernent."),
               scope="programme:read"),
        Action("read", _("lire un avenant"), (C.LAB, C.HR, C.PARTY, C.SPONSOR, *as_agent),
               _("Un avenant est lu par les personnes que son mandat concerne."), scope="programme:read"),
        Action("edit", _("modifier un avenant en rédaction"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("submit", _("soumettre un avenant à signature"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("withdraw", _("reprendre la rédaction d'un avenant en signature"), (C.LAB, C.COACH),
               LAB_AND_COACH, scope="programme:write"),
        Action("drop", _("laisser un avenant sans suite"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("sign", _("signer un avenant"), (C.PARTY,), PARTIES_ONLY, fresh=True),
        Action("refuse", _("refuser un avenant, avec sa raison"), (C.PARTY,), PARTIES_ONLY, fresh=True),
    ],
)  # fmt: skip

TASKS = Policy(
    "mandate_task",
    title=_("Signature à demander à qui succède"),
    actions=[
        Action("list", _("consulter les signatures à demander : les siennes, ou toutes"),
               (C.AGENT, C.LAB, C.HR), _("Cette liste s'adresse aux personnes dont une signature est attendue."),
               scope="programme:read"),
    ],
)  # fmt: skip


def _not_a_draft(amendment: Any, _actor: Actor) -> Text | None:
    return None if amendment.state is AmendmentState.DRAFT else AmendmentNotADraft.title


ABILITIES = Abilities(
    POLICY,
    Step("edit", _not_a_draft),
    "submit",
    "withdraw",
    "drop",
    Step("sign", not_awaited),
    Step("refuse", nothing_pending),
    lifecycle=LIFECYCLE,
)
