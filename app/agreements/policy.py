"""Who asks for agreement on what a mandate reserves, and who gives it.

Each relation is a clause of SQL, so that a list and a single row are read by the same rule.
"""

from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, exists, false, func, or_, select
from sqlmodel import col

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.access.standing import Clauses
from app.agreements.lifecycle import LIFECYCLE
from app.agreements.models import Agreement
from app.agreements.problems import NotInForce
from app.kit.i18n import Text, _
from app.mandates.lifecycle import IN_FORCE
from app.mandates.models import Mandate
from app.mandates.policy import IS_COACH, IS_HEAD, IS_MEMBER, as_agent, binds
from app.people.delegation_models import SigningDelegation
from app.people.delegations import DELEGATION_RUNS, covers

_viewer: Any = bindparam("viewer_id", type_=Uuid())

GIVEN_BY_SPONSOR: ColumnElement[bool] = and_(
    col(SigningDelegation.authority_id) == col(Mandate.authority_id),
    col(SigningDelegation.giver_id) == col(Mandate.sponsor_id),
    DELEGATION_RUNS,
    covers(col(Mandate.client_directorate_id)),
)
"""The delegation lets its holder answer today in the name of the sponsor of this mandate."""

HOLDS_DELEGATION: ColumnElement[bool] = (
    exists(1).where(GIVEN_BY_SPONSOR, col(SigningDelegation.holder_id) == _viewer).correlate(Mandate)
)
ANSWERS: ColumnElement[bool] = or_(
    func.coalesce(col(Mandate.sponsor_id) == _viewer, false()), HOLDS_DELEGATION
)
"""The viewer is the sponsor, or may sign today in the sponsor's name in the field of this mandate."""


def _of_mandate(clause: ColumnElement[bool]) -> ColumnElement[bool]:
    return col(Agreement.mandate_id).in_(select(col(Mandate.id)).where(clause))


TEAM = _("Un accord se demande au nom de l'équipe : par un membre, par le coach ou par le laboratoire.")
SPONSOR_ONLY = _(
    "La réponse revient au sponsor du mandat, ou à la personne à qui il a donné délégation de signature."
)

REQUESTING = Policy(
    "agreements of a mandate",
    title=_("Accord à demander"),
    clauses=Clauses(Mandate, {C.MEMBER: IS_MEMBER, C.COACH: IS_COACH}, binds),
    actions=[
        Action("request", _("demander l'accord du sponsor sur une matière réservée"), (C.MEMBER, C.COACH, C.LAB),
               TEAM, scope="programme:write"),
    ],
)  # fmt: skip

POLICY = Policy(
    "agreement",
    title=_("Accord sur une matière réservée"),
    clauses=Clauses(
        Agreement,
        {
            C.MEMBER: _of_mandate(IS_MEMBER),
            C.COACH: _of_mandate(IS_COACH),
            C.HEAD: _of_mandate(IS_HEAD),
            C.SPONSOR: _of_mandate(ANSWERS),
        },
        binds,
    ),
    actions=[
        Action("list", _("consulter les accords demandés"), (C.AGENT, C.ELECTED, C.LAB),
               _("Les accords s'adressent aux personnes du mandat."), scope="programme:read"),
        Action("read", _("lire un accord demandé"),
               (C.LAB, C.SPONSOR, *(grant for grant in as_agent if grant.capacity is not C.MANAGER)),
               _("Un accord se lit par l'équipe, le coach, la direction cliente, le sponsor et le laboratoire."),
               scope="programme:read"),
        Action("agree", _("donner son accord sur une matière réservée"), (C.SPONSOR,), SPONSOR_ONLY, fresh=True),
        Action("refuse", _("refuser son accord, avec sa raison"), (C.SPONSOR,), SPONSOR_ONLY, fresh=True),
        Action("withdraw", _("retirer une demande d'accord"), (C.MEMBER, C.COACH, C.LAB), TEAM,
               scope="programme:write"),
    ],
)  # fmt: skip


def _out_of_force(agreement: Any, _actor: Actor) -> Text | None:
    return None if agreement.mandate_state in IN_FORCE else NotInForce.title


ABILITIES = Abilities(
    POLICY, Step("agree", _out_of_force), Step("refuse", _out_of_force), "withdraw", lifecycle=LIFECYCLE
)
