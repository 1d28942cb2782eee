"""Who may do what with solutions and adoptions."""

from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, select
from sqlmodel import Session, col

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.access.standing import Clauses
from app.kit.i18n import Text, _
from app.people.delegations import is_viewer
from app.people.models import Directorate
from app.people.service import works_in
from app.solutions.lifecycle import ADOPTIONS, KNOWN, SOLUTIONS, SolutionState
from app.solutions.models import Adoption, Solution
from app.solutions.problems import SolutionRetired
from app.teams.models import Team, TeamMember
from app.teams.policy import is_coach, is_member

TEAM_ONLY = _("Une solution est écrite par les membres de son équipe, leur coach et le laboratoire.")
COACH_ONLY = _("Ce geste revient au coach de l'équipe et au laboratoire.")


_viewer: Any = bindparam("viewer_id", type_=Uuid())
IS_AUTHOR: ColumnElement[bool] = col(Solution.team_id).in_(
    select(col(TeamMember.team_id)).where(
        col(TeamMember.agent_id) == _viewer, col(TeamMember.left_on).is_(None)
    )
)
IS_COACH: ColumnElement[bool] = col(Solution.team_id).in_(
    select(col(Team.id)).where(col(Team.coach_id) == _viewer)
)


def binds(actor: Actor) -> dict[str, Any]:
    """The parameters of the clauses above."""
    return {"viewer_id": actor.agent_id}


is_known = Condition(
    _("la solution a été publiée"), lambda _session, _actor, solution: solution.state in KNOWN
)

WRITING = Policy(
    "solutions of a team",
    title=_("Solution à rédiger"),
    relations={C.MEMBER: is_member, C.COACH: is_coach},
    actions=[
        Action("draft", _("rédiger une solution de l'équipe"), (C.MEMBER, C.COACH, C.LAB), TEAM_ONLY,
               scope="programme:write"),
    ],
)  # fmt: skip

SOLUTION = Policy(
    "solution",
    title=_("Solution"),
    clauses=Clauses(Solution, {C.MEMBER: IS_AUTHOR, C.COACH: IS_COACH}, binds),
    actions=[
        Action("list", _("consulter les solutions"), (C.AGENT, C.LAB, C.HR, C.ELECTED),
               _("Les solutions s'adressent aux agents et aux élus."), scope="programme:read"),
        Action("read", _("lire une solution"),
               (C.LAB, C.MEMBER, C.COACH, Grant(C.AGENT, is_known), Grant(C.HR, is_known),
                Grant(C.ELECTED, is_known)),
               _("Cette solution est encore en rédaction."), scope="programme:read"),
        Action("edit", _("corriger une solution"), (C.MEMBER, C.COACH, C.LAB), TEAM_ONLY,
               scope="programme:write"),
        Action("publish", _("publier une solution"), (C.COACH, C.LAB), COACH_ONLY, scope="programme:write"),
        Action("retire", _("retirer une solution"), (C.COACH, C.LAB), COACH_ONLY, scope="programme:write"),
    ],
)  # fmt: skip


def is_head(session: Session, actor: Actor, adoption: Adoption) -> bool:
    """Does the actor head the directorate that adopts, or replace its head?"""
    headed = select(col(Directorate.id)).where(
        col(Directorate.id) == adoption.directorate_id, is_viewer(col(Directorate.head_id))
    )
    return session.execute(headed, {**binds(actor), "today": actor.today()}).first() is not None


def is_contact(_session: Session, actor: Actor, adoption: Adoption) -> bool:
    return adoption.contact_id == actor.agent_id


works_there = Condition(
    _("la personne travaille dans cette direction"),
    lambda session, actor, adoption: works_in(session, actor.agent_id, adoption.directorate_id),
)

THEIRS = _(
    "Une direction adopte une solution à son rythme : ce geste revient à elle et à sa personne contact."
)

ADOPTION = Policy(
    "adoption",
    title=_("Essaimage"),
    relations={C.HEAD: is_head, C.OWNER: is_contact},
    actions=[
        Action("list", _("consulter les essaimages"), (C.AGENT, C.LAB, C.HR, C.ELECTED),
               _("Les essaimages se lisent entre agents et élus."), scope="programme:read"),
        Action("read", _("lire un essaimage"), (C.AGENT, C.LAB, C.HR, C.ELECTED),
               _("Les essaimages se lisent entre agents et élus."), scope="programme:read"),
        Action("declare", _("dire l'intérêt d'une direction pour une solution"),
               (C.HEAD, Grant(C.AGENT, works_there), C.LAB),
               _("L'intérêt d'une direction se dit par qui la dirige, par quelqu'un qui y travaille ou par le "
                 "laboratoire."),
               scope="programme:write"),
        Action("adapt", _("commencer à adapter une solution"), (C.HEAD, C.OWNER), THEIRS),
        Action("use", _("mettre une solution en usage"), (C.HEAD, C.OWNER), THEIRS),
        Action("drop", _("abandonner un essaimage"), (C.HEAD, C.OWNER), THEIRS),
    ],
)  # fmt: skip


def _retired(solution: Solution, _actor: Actor) -> Text | None:
    return SolutionRetired.title if solution.state is SolutionState.RETIRED else None


SOLUTION_ABILITIES = Abilities(SOLUTION, Step("edit", _retired), "publish", "retire", lifecycle=SOLUTIONS)
ADOPTION_ABILITIES = Abilities(ADOPTION, "adapt", "use", "drop", lifecycle=ADOPTIONS)
