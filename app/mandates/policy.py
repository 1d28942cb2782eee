"""Who may do what with a mandate.

Each relation is a clause of SQL, so that a list and a single mandate are read by the same rule. A directorate's head
stands in for the manager of an agent who has none.
"""

from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, exists, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy, Relation
from app.kit.i18n import _
from app.mandates.models import Mandate, MandateParty
from app.people.models import Agent, Directorate
from app.people.queries import WITHOUT_MANAGER
from app.teams.models import Team, TeamMember

_viewer: Any = bindparam("viewer_id", type_=Uuid())
_current_member = and_(col(TeamMember.team_id) == col(Mandate.team_id), col(TeamMember.left_on).is_(None))


def _some(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Some row meets these conditions, whatever else the statement joins."""
    return exists(1).where(*conditions).correlate(Mandate)


IS_SPONSOR: ColumnElement[bool] = col(Mandate.sponsor_id) == _viewer
IS_PARTY = _some(
    col(MandateParty.mandate_id) == col(Mandate.id),
    col(MandateParty.submission) == col(Mandate.submission),
    col(MandateParty.agent_id) == _viewer,
)
IS_COACH = _some(col(Team.id) == col(Mandate.team_id), col(Team.coach_id) == _viewer)
IS_HEAD = _some(
    col(Directorate.id) == col(Mandate.client_directorate_id), col(Directorate.head_id) == _viewer
)
IS_MEMBER = _some(_current_member, col(TeamMember.agent_id) == _viewer)
IS_MANAGER = or_(
    _some(_current_member, col(Agent.id) == col(TeamMember.agent_id), col(Agent.manager_id) == _viewer),
    _some(
        _current_member,
        col(Agent.id) == col(TeamMember.agent_id),
        WITHOUT_MANAGER,
        col(Directorate.id) == col(Agent.directorate_id),
        col(Directorate.head_id) == _viewer,
    ),
)


def is_coach(session: Session, actor: Actor, mandate: Mandate) -> bool:
    """Also of a mandate that is not written yet."""
    return session.get_one(Team, mandate.team_id).coach_id == actor.agent_id


def _stands(clause: ColumnElement[bool]) -> Relation:
    statement = select(col(Mandate.id)).where(
        col(Mandate.id) == bindparam("mandate_id", type_=Uuid()), clause
    )

    def relation(session: Session, actor: Actor, mandate: Mandate) -> bool:
        parameters = {"viewer_id": actor.agent_id, "mandate_id": mandate.id}
        return session.execute(statement, parameters).first() is not None

    return relation


is_not_elected = Condition(
    _("à titre d'agent·e, et non d'élu·e"), lambda _session, actor, _mandate: not actor.has(C.ELECTED)
)
as_agent = tuple(Grant(capacity, is_not_elected) for capacity in (C.MEMBER, C.COACH, C.MANAGER, C.HEAD))

LAB_AND_COACH = _("Ce geste revient au laboratoire et au coach de l'équipe.")
SPONSOR_AND_LAB = _("Ce geste revient au sponsor et au laboratoire : écrivez-leur ce qui vous arrête.")
PARTIES_ONLY = _("Ce geste revient aux parties du mandat.")

POLICY = Policy(
    "mandate",
    relations={
        C.PARTY: _stands(IS_PARTY),
        C.SPONSOR: _stands(IS_SPONSOR),
        C.COACH: is_coach,
        C.HEAD: _stands(IS_HEAD),
        C.MEMBER: _stands(IS_MEMBER),
        C.MANAGER: _stands(IS_MANAGER),
    },
    actions=[
        Action("list", _("consulter les mandats"), (C.AGENT, C.ELECTED, C.LAB, C.HR),
               _("La liste des mandats s'adresse aux personnes qu'ils concernent."), scope="programme:read"),
        Action("read", _("lire un mandat"), (C.LAB, C.HR, C.PARTY, C.SPONSOR, *as_agent),
               _("Un mandat est lu par les personnes qu'il concerne."), scope="programme:read"),
        Action("draft", _("rédiger un mandat"), (C.LAB, C.COACH), LAB_AND_COACH, scope="programme:write"),
        Action("edit", _("modifier un mandat en rédaction"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("relieve", _("écrire l'allègement de charge d'un agent"), (C.LAB, C.COACH, C.MANAGER),
               _("L'allègement est écrit par la personne qui libère les demi-journées de l'agent."),
               scope="programme:write"),
        Action("submit", _("soumettre un mandat à signature"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("withdraw", _("reprendre la rédaction d'un mandat en signature"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("sign", _("signer un mandat"), (C.PARTY,), PARTIES_ONLY),
        Action("refuse", _("refuser un mandat, avec sa raison"), (C.PARTY,), PARTIES_ONLY),
        Action("suspend", _("suspendre un mandat"), (C.SPONSOR, C.LAB), SPONSOR_AND_LAB, scope="programme:write"),
        Action("resume", _("reprendre un mandat suspendu"), (C.SPONSOR, C.LAB), SPONSOR_AND_LAB,
               scope="programme:write"),
        Action("terminate", _("interrompre un mandat"), (C.SPONSOR, C.LAB), SPONSOR_AND_LAB,
               scope="programme:write"),
        Action("complete", _("déclarer un mandat terminé"), (C.LAB,), _("Ce geste revient au laboratoire."),
               scope="programme:write"),
    ],
)  # fmt: skip
