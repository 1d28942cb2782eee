"""Who may do what with a half-day.

Each relation is a clause of SQL, so that a list, a stream and a single half-day are read by the same rule.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.access.standing import Clauses
from app.half_days.lifecycle import LIFECYCLE
from app.half_days.models import HalfDay
from app.kit.i18n import Text, _
from app.mandates.models import Mandate
from app.people.delegations import is_viewer
from app.people.models import Agent, Directorate
from app.people.queries import WITHOUT_MANAGER
from app.teams.models import Team, TeamMember

_viewer: Any = bindparam("viewer_id", type_=Uuid())
_today: Any = bindparam("today")
_above = aliased(Directorate)
_headed = (
    select(col(Directorate.id))
    .outerjoin(_above, col(_above.id) == col(Directorate.parent_id))
    .where(or_(is_viewer(col(Directorate.head_id)), is_viewer(col(_above.head_id))))
)
"""Directorates whose head is the viewer, or is replaced by the viewer, and the services under them."""

IS_OWN: ColumnElement[bool] = col(HalfDay.agent_id) == _viewer
IS_MEMBER: ColumnElement[bool] = col(HalfDay.team_id).in_(
    select(col(TeamMember.team_id)).where(
        col(TeamMember.agent_id) == _viewer,
        or_(col(TeamMember.left_on).is_(None), col(TeamMember.left_on) > _today),
    )
)
IS_COACH: ColumnElement[bool] = col(HalfDay.team_id).in_(
    select(col(Team.id)).where(col(Team.coach_id) == _viewer)
)
IS_SPONSOR: ColumnElement[bool] = col(HalfDay.mandate_id).in_(
    select(col(Mandate.id)).where(col(Mandate.sponsor_id) == _viewer)
)
IS_MANAGER: ColumnElement[bool] = col(HalfDay.agent_id).in_(
    select(col(Agent.id)).where(
        or_(
            is_viewer(col(Agent.manager_id)),
            and_(WITHOUT_MANAGER, col(Agent.directorate_id).in_(_headed)),
        )
    )
)
IS_HEAD: ColumnElement[bool] = or_(
    col(HalfDay.agent_id).in_(select(col(Agent.id)).where(col(Agent.directorate_id).in_(_headed))),
    col(HalfDay.mandate_id).in_(
        select(col(Mandate.id)).where(col(Mandate.client_directorate_id).in_(_headed))
    ),
)


def binds(actor: Actor) -> dict[str, UUID | date | None]:
    """The parameters of the clauses above."""
    return {"viewer_id": actor.agent_id, "today": actor.today()}


is_not_elected = Condition(
    _("à titre d'agent·e, et non d'élu·e"), lambda _session, actor, _half_day: not actor.has(C.ELECTED)
)
AROUND = tuple(
    Grant(capacity, is_not_elected) for capacity in (C.OWNER, C.MEMBER, C.COACH, C.MANAGER, C.HEAD)
)
THEIRS = _("Ce geste revient à l'agent dont c'est la demi-journée, ou au laboratoire en son nom.")
HR_AND_LAB = _("Ce geste revient aux ressources humaines et au laboratoire.")

POLICY = Policy(
    "half_day",
    title=_("Demi-journée protégée"),
    relations={C.OWNER: lambda _session, actor, half_day: half_day.agent_id == actor.agent_id},
    clauses=Clauses(
        HalfDay,
        {
            C.MEMBER: IS_MEMBER,
            C.COACH: IS_COACH,
            C.SPONSOR: IS_SPONSOR,
            C.MANAGER: IS_MANAGER,
            C.HEAD: IS_HEAD,
        },
        binds,
    ),
    actions=[
        Action("list", _("consulter les demi-journées"), (C.AGENT, C.ELECTED, C.LAB, C.HR),
               _("Les demi-journées se lisent par les personnes qu'elles concernent."), scope="hr:read"),
        Action("read", _("lire une demi-journée"), (C.LAB, C.HR, C.SPONSOR, *AROUND),
               _("Une demi-journée se lit par les personnes qu'elle concerne."), scope="hr:read"),
        Action("read_reasons", _("lire ce qu'un agent a noté, et qui a repris sa demi-journée"),
               (C.OWNER, C.MEMBER, C.COACH, C.SPONSOR, C.LAB),
               _("Ce que l'agent a noté reste entre lui, son équipe, le coach, le sponsor et le laboratoire.")),
        Action("take", _("noter une demi-journée prise"), (C.OWNER,),
               _("La demi-journée est notée par l'agent qui l'a prise.")),
        Action("encroach", _("noter un empiètement"), (C.OWNER, C.LAB), THEIRS),
        Action("make-good", _("choisir la demi-journée rendue"), (C.OWNER, C.LAB), THEIRS),
        Action("waive", _("laisser une demi-journée"), (C.OWNER, C.LAB), THEIRS),
        Action("move", _("déplacer une demi-journée"), (C.OWNER, C.LAB), THEIRS),
        Action("propose", _("voir les moments libres d'un agent"), (C.OWNER, C.LAB, C.COACH, C.MANAGER, C.HR),
               _("Les moments libres sont montrés à l'agent, à son responsable, au coach et au laboratoire.")),
        Action("excuse", _("excuser une demi-journée"), (C.HR, C.LAB), HR_AND_LAB, scope="hr:write"),
        Action("restore", _("rétablir une demi-journée excusée"), (C.HR, C.LAB), HR_AND_LAB, scope="hr:write"),
    ],
)  # fmt: skip


def to_come(half_day: HalfDay, actor: Actor) -> Text | None:
    """Why it cannot be noted yet; None from its day on."""
    if half_day.day <= actor.today():
        return None
    return _("Cette demi-journée se note à partir du jour même : {day}.").format(day=half_day.day)


ABILITIES = Abilities(
    POLICY,
    Step("take", to_come),
    "encroach",
    "make-good",
    "waive",
    "move",
    "excuse",
    "restore",
    lifecycle=LIFECYCLE,
)
