"""Who may do what with teams and their log."""

from sqlmodel import Session

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.kit.i18n import Text, _
from app.people.models import Directorate
from app.teams import belonging
from app.teams.lifecycle import PHASES, TEAMS, TeamState, Visibility
from app.teams.models import LogEntry, Team
from app.teams.problems import TeamConcluded, TeamSettled

LAB_ONLY = _("Ce geste revient au laboratoire.")
LAB_OR_COACH = _("Ce geste revient au laboratoire et au coach de l'équipe.")
AUTHOR_ONLY = _("Une page du journal de bord n'est changée que par qui l'a écrite.")


def is_member(session: Session, actor: Actor, team: Team) -> bool:
    return belonging.is_member(session, team.id, actor.agent_id)


def is_coach(_session: Session, actor: Actor, team: Team) -> bool:
    return team.coach_id == actor.agent_id


def is_sponsor(_session: Session, actor: Actor, team: Team) -> bool:
    return team.sponsor_id == actor.agent_id


def is_head(session: Session, actor: Actor, team: Team) -> bool:
    """Does the actor head the client directorate?"""
    directorate = session.get(Directorate, team.client_directorate_id)
    return directorate is not None and directorate.head_id == actor.agent_id


TEAM_RELATIONS = {C.MEMBER: is_member, C.COACH: is_coach, C.SPONSOR: is_sponsor, C.HEAD: is_head}
"""For every policy whose resource is a team."""

TEAM_POLICY = Policy(
    "team",
    title=_("Équipe"),
    relations=TEAM_RELATIONS,
    actions=[
        Action("list", _("consulter les équipes (les élus : celles dont ils sont sponsors)"),
               (C.AGENT, C.LAB, C.HR, C.ELECTED),
               _("La liste des équipes s'adresse aux agents et aux sponsors."), scope="programme:read"),
        Action("read", _("lire une équipe"), (C.AGENT, C.LAB, C.HR, C.SPONSOR),
               _("Une équipe se lit entre agents, et par son sponsor."), scope="programme:read"),
        Action("form", _("composer une équipe"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("edit", _("corriger une équipe"), (C.LAB, C.COACH), LAB_OR_COACH, scope="programme:write"),
        Action("gather", _("ajouter ou retirer un membre"), (C.LAB, C.COACH), LAB_OR_COACH,
               scope="programme:write"),
        Action("enter_phase", _("changer la phase d'une équipe"), (C.LAB, C.COACH), LAB_OR_COACH,
               scope="programme:write"),
        Action("conclude", _("terminer une équipe"), (C.LAB, C.COACH), LAB_OR_COACH, scope="programme:write"),
        Action("write_log", _("écrire dans le journal de bord"), (C.MEMBER, C.COACH),
               _("Le journal de bord est écrit par les membres de l'équipe et leur coach.")),
    ],
)  # fmt: skip


def is_author(_session: Session, actor: Actor, entry: LogEntry) -> bool:
    return entry.author_id == actor.agent_id


def is_of_team(session: Session, actor: Actor, entry: LogEntry) -> bool:
    return belonging.is_member(session, entry.team_id, actor.agent_id)


def coaches_team(session: Session, actor: Actor, entry: LogEntry) -> bool:
    return is_coach(session, actor, session.get_one(Team, entry.team_id))


def sponsors_team(session: Session, actor: Actor, entry: LogEntry) -> bool:
    return is_sponsor(session, actor, session.get_one(Team, entry.team_id))


is_for_all = Condition(
    _("la page est ouverte à tous les agents"),
    lambda _session, _actor, entry: entry.visibility is Visibility.AUTHORITY,
)
is_shared = Condition(
    _("la page est ouverte à qui prend part au programme, et c'est le cas"),
    lambda session, actor, entry: (
        entry.visibility is not Visibility.TEAM and belonging.takes_part(session, actor)
    ),
)

LOG_POLICY = Policy(
    "log_entry",
    title=_("Page du journal de bord"),
    relations={C.OWNER: is_author, C.MEMBER: is_of_team, C.COACH: coaches_team, C.SPONSOR: sponsors_team},
    actions=[
        Action("list", _("consulter les journaux de bord"), (C.AGENT, C.LAB, C.HR, C.ELECTED),
               _("Les journaux de bord s'adressent aux agents et aux sponsors.")),
        Action("read", _("lire une page du journal de bord"),
               (C.LAB, C.OWNER, C.MEMBER, C.COACH, C.SPONSOR,
                Grant(C.AGENT, is_for_all), Grant(C.AGENT, is_shared), Grant(C.ELECTED, is_shared)),
               _("Cette page du journal de bord est réservée à l'équipe.")),
        Action("edit", _("corriger une page du journal de bord"), (C.OWNER,), AUTHOR_ONLY),
        Action("delete", _("supprimer une page du journal de bord"), (C.OWNER,), AUTHOR_ONLY),
    ],
)  # fmt: skip


def _concluded(team: Team, _actor: Actor) -> Text | None:
    return TeamConcluded.title if team.state is TeamState.CONCLUDED else None


def _settled(team: Team, actor: Actor) -> Text | None:
    return _concluded(team, actor) or (None if team.state is TeamState.FORMING else TeamSettled.title)


def _at_its_end(team: Team, actor: Actor) -> Text | None:
    return None if PHASES.possible(team.phase) else _concluded(team, actor)


TEAM_ABILITIES = Abilities(
    TEAM_POLICY,
    Step("edit", _concluded),
    Step("gather", _settled),
    Step("enter_phase", _at_its_end),
    "conclude",
    "write_log",
    lifecycle=TEAMS,
)
LOG_ABILITIES = Abilities(LOG_POLICY, "edit", "delete")
