"""Who may do what with follow-ups and commitments.

Each relation is a clause of SQL, so that a list and a single row are read by the same rule.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, and_, bindparam, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.access.standing import Clauses
from app.follow_ups import lifecycle
from app.follow_ups.lifecycle import TO_COME, FollowUpState
from app.follow_ups.models import Commitment, FollowUp
from app.follow_ups.problems import NotItsDay, ReportClosed, SpiralClosed
from app.kit.calendar import local_date
from app.kit.i18n import Text, _
from app.mandates.models import Mandate
from app.people.delegations import is_viewer
from app.people.models import Agent, Directorate
from app.people.queries import WITHOUT_MANAGER
from app.teams.models import Team, TeamMember

_viewer: Any = bindparam("viewer_id", type_=Uuid())
_today: Any = bindparam("today", type_=Date())
_above = aliased(Directorate)
_headed = (
    select(col(Directorate.id))
    .outerjoin(_above, col(_above.id) == col(Directorate.parent_id))
    .where(or_(is_viewer(col(Directorate.head_id)), is_viewer(col(_above.head_id))))
)
_current = or_(col(TeamMember.left_on).is_(None), col(TeamMember.left_on) > _today)


@dataclass(frozen=True, slots=True)
class Circle:
    """The clauses that say how the viewer stands towards the mandate and the team of a row."""

    member: ColumnElement[bool]
    coach: ColumnElement[bool]
    sponsor: ColumnElement[bool]
    client: ColumnElement[bool]
    manager: ColumnElement[bool]

    @classmethod
    def around(cls, model: type[FollowUp] | type[Commitment]) -> "Circle":
        team_id, mandate_id = col(model.team_id), col(model.mandate_id)
        managed = select(col(Agent.id)).where(
            or_(
                is_viewer(col(Agent.manager_id)),
                and_(WITHOUT_MANAGER, col(Agent.directorate_id).in_(_headed)),
            )
        )
        teams = select(col(TeamMember.team_id)).where(_current)
        mandates = select(col(Mandate.id))
        return cls(
            member=team_id.in_(teams.where(col(TeamMember.agent_id) == _viewer)),
            coach=team_id.in_(select(col(Team.id)).where(col(Team.coach_id) == _viewer)),
            sponsor=mandate_id.in_(mandates.where(col(Mandate.sponsor_id) == _viewer)),
            client=mandate_id.in_(mandates.where(col(Mandate.client_directorate_id).in_(_headed))),
            manager=team_id.in_(teams.where(col(TeamMember.agent_id).in_(managed))),
        )

    @property
    def readers(self) -> ColumnElement[bool]:
        """Those who read a follow-up and its commitments, beside the lab."""
        return or_(self.member, self.coach, self.sponsor, self.client)


OF_FOLLOW_UP = Circle.around(FollowUp)
OF_COMMITMENT = Circle.around(Commitment)
IS_OWNER: ColumnElement[bool] = col(Commitment.owner_id) == _viewer


def binds(actor: Actor) -> dict[str, UUID | date | None]:
    """The parameters of the clauses above."""
    return {"viewer_id": actor.agent_id, "today": actor.today()}


def _clauses(model: type[FollowUp] | type[Commitment], circle: Circle) -> Clauses:
    return Clauses(
        model,
        {
            C.MEMBER: circle.member,
            C.COACH: circle.coach,
            C.SPONSOR: circle.sponsor,
            C.HEAD: circle.client,
            C.MANAGER: circle.manager,
        },
        binds,
    )


is_not_elected = Condition(
    _("à titre d'agent·e, et non d'élu·e"), lambda _session, actor, _row: not actor.has(C.ELECTED)
)
MEMBER, COACH_, CLIENT = (Grant(capacity, is_not_elected) for capacity in (C.MEMBER, C.COACH, C.HEAD))
CIRCLE = _("Un point de suivi réunit l'équipe, le coach, la direction cliente, le sponsor et le laboratoire.")
COACH_AND_LAB = _("Ce geste revient au coach de l'équipe et au laboratoire.")
SIDES_COACH_LAB = _("Ce geste revient à l'équipe, à la direction cliente, au coach et au laboratoire.")

FOLLOW_UPS = Policy(
    "follow_up",
    title=_("Point de suivi"),
    clauses=_clauses(FollowUp, OF_FOLLOW_UP),
    actions=[
        Action("list", _("consulter les points de suivi"), (C.AGENT, C.ELECTED, C.LAB), CIRCLE,
               scope="programme:read"),
        Action("read", _("lire un point de suivi"), (C.LAB, C.SPONSOR, MEMBER, COACH_, CLIENT), CIRCLE,
               scope="programme:read"),
        Action("report_for_team", _("écrire le compte rendu de l'équipe"), (C.MEMBER,),
               _("Ce compte rendu est écrit par les membres de l'équipe.")),
        Action("report_for_client_directorate", _("écrire le compte rendu de la direction cliente"), (C.HEAD,),
               _("Ce compte rendu est écrit par la direction cliente.")),
        Action("schedule", _("fixer un point de suivi"), (C.COACH, C.LAB), COACH_AND_LAB, scope="programme:write"),
        Action("hold", _("écrire le relevé d'un point tenu"), (C.COACH, C.LAB), COACH_AND_LAB,
               scope="programme:write"),
        Action("miss", _("dire un point manqué"), (C.COACH, C.LAB), COACH_AND_LAB, scope="programme:write"),
        Action("score", _("répondre à la spirale, une fois et sans nom"),
               (C.MEMBER, C.MANAGER, C.HEAD, C.SPONSOR),
               _("La spirale s'adresse à l'équipe, à ses responsables, à la direction cliente et au sponsor.")),
        Action("read_spiral", _("lire la spirale, à partir de trois réponses"),
               (C.LAB, C.SPONSOR, C.MANAGER, MEMBER, COACH_, CLIENT), CIRCLE, scope="programme:read"),
    ],
)  # fmt: skip

COMMITMENTS = Policy(
    "commitment",
    title=_("Engagement"),
    relations={C.OWNER: lambda _session, actor, commitment: commitment.owner_id == actor.agent_id},
    clauses=_clauses(Commitment, OF_COMMITMENT),
    actions=[
        Action("list", _("consulter les engagements"), (C.AGENT, C.ELECTED, C.LAB), CIRCLE, scope="programme:read"),
        Action("read", _("lire un engagement"), (C.LAB, C.SPONSOR, C.OWNER, MEMBER, COACH_, CLIENT), CIRCLE,
               scope="programme:read"),
        Action("keep", _("dire un engagement tenu"), (C.MEMBER, C.HEAD, C.COACH, C.LAB, C.OWNER), SIDES_COACH_LAB,
               scope="programme:write"),
        Action("break", _("dire un engagement non tenu"), (C.MEMBER, C.HEAD, C.COACH, C.LAB), SIDES_COACH_LAB,
               scope="programme:write"),
        Action("drop", _("abandonner un engagement, si l'autre côté en est d'accord"), (C.MEMBER, C.HEAD),
               _("Un engagement s'abandonne d'un commun accord de l'équipe et de la direction cliente.")),
    ],
)  # fmt: skip


def expected_on(follow_up: FollowUp, actor: Actor) -> date:
    """The day on which it should be held: the one fixed for it when that comes after the planned one."""
    if follow_up.held_at is None:
        return follow_up.planned_on
    return max(follow_up.planned_on, local_date(follow_up.held_at, actor.time_zone))


def _not_its_day(follow_up: FollowUp, actor: Actor) -> Text | None:
    return NotItsDay.title if actor.today() < expected_on(follow_up, actor) else None


def _report_closed(follow_up: FollowUp, _actor: Actor) -> Text | None:
    return None if follow_up.state in TO_COME else ReportClosed.title


def _spiral_closed(follow_up: FollowUp, _actor: Actor) -> Text | None:
    return None if follow_up.state in (FollowUpState.SCHEDULED, FollowUpState.HELD) else SpiralClosed.title


FOLLOW_UP_ABILITIES = Abilities(
    FOLLOW_UPS,
    "schedule",
    Step("report_for_team", _report_closed),
    Step("report_for_client_directorate", _report_closed),
    "hold",
    Step("miss", _not_its_day),
    Step("score", _spiral_closed),
    lifecycle=lifecycle.FOLLOW_UPS,
)
COMMITMENT_ABILITIES = Abilities(COMMITMENTS, "keep", "break", "drop", lifecycle=lifecycle.COMMITMENTS)
