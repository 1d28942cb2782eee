"""Who may do what with an authority, its directorates and its agents."""

from typing import Any

from app.access.abilities import Abilities
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.kit.i18n import _
from app.people.models import Agent

EVERYBODY = (C.AGENT, C.LAB, C.HR, C.ELECTED, C.ADMINISTRATOR, C.CLIENT)
FOR_AGENTS = _("Cette page s'adresse aux agents de la collectivité.")


def is_oneself(_session: Any, actor: Actor, agent: Agent) -> bool:
    return agent.id == actor.agent_id


def is_manager(_session: Any, actor: Actor, agent: Agent) -> bool:
    return agent.manager_id == actor.agent_id


is_somebody_else = Condition(
    _("pour une autre personne que soi"), lambda _session, actor, agent: agent.id != actor.agent_id
)

AUTHORITY = Policy(
    "authority",
    title=_("Collectivité"),
    actions=[
        Action("read", _("lire la fiche de sa collectivité"), EVERYBODY, FOR_AGENTS),
        Action("create", _("créer une collectivité"), (C.OPERATOR,),
               _("Une collectivité est créée par l'exploitation de la plateforme.")),
        Action("edit", _("régler la collectivité : nom, fuseau, jours chômés"), (C.ADMINISTRATOR,),
               _("Ces réglages reviennent à l'administration de la plateforme.")),
        Action("read_doors", _("lire qui entre par quelle porte"), (C.LAB, C.ADMINISTRATOR),
               _("Ces réglages s'adressent au laboratoire et à l'administration de la plateforme.")),
        Action("set_doors", _("régler qui entre par quelle porte : compte professionnel, lien, code"),
               (C.ADMINISTRATOR,), _("Ces réglages reviennent à l'administration de la plateforme."), fresh=True),
    ],
)  # fmt: skip

DIRECTORATE = Policy(
    "directorate",
    title=_("Direction, service"),
    actions=[
        Action("read", _("consulter l'organigramme"), EVERYBODY, FOR_AGENTS),
        Action("name_head", _("y lire qui est à la tête d'une direction"),
               (C.AGENT, C.LAB, C.HR, C.ADMINISTRATOR, C.CLIENT),
               _("Les élus suivent le programme sans les noms.")),
        Action("count", _("y lire un effectif de une ou deux personnes"), (C.LAB, C.HR, C.ADMINISTRATOR),
               _("En dessous de trois personnes, l'effectif d'une direction se lit « trois »."), scope="hr:read"),
    ],
)  # fmt: skip

HR_ONLY = _("Ce geste revient aux ressources humaines.")

AGENT = Policy(
    "agent",
    title=_("Agent et absences"),
    relations={C.OWNER: is_oneself, C.MANAGER: is_manager},
    actions=[
        Action("list", _("consulter les fiches que l'on peut lire"), (C.AGENT, C.LAB, C.HR), FOR_AGENTS,
               scope="hr:read"),
        Action("read_all", _("lire la fiche de tout agent"), (C.LAB, C.HR),
               _("On lit sa propre fiche et celles des personnes que l'on encadre."), scope="hr:read"),
        Action("read", _("lire la fiche d'un agent"), (C.LAB, C.HR, C.OWNER, C.MANAGER),
               _("On lit sa propre fiche et celles des personnes que l'on encadre."), scope="hr:read"),
        Action("edit", _("régler le rythme de travail d'un agent"), (C.HR,), HR_ONLY, scope="hr:write"),
        Action("give_capacity", _("donner une qualité : laboratoire, personne de confiance, RH, élu·e, administration"),
               (Grant(C.ADMINISTRATOR, is_somebody_else),),
               _("L'administration de la plateforme donne les qualités, et nul ne s'en donne à soi-même."), fresh=True),
        Action("withdraw_capacity", _("retirer une qualité"), (C.ADMINISTRATOR,),
               _("Les qualités sont retirées par l'administration de la plateforme."), fresh=True),
        Action("read_absences", _("lire les dates d'absence d'un agent"), (C.HR, C.OWNER, C.MANAGER),
               _("Les absences d'un agent ne regardent que lui, son encadrement et les ressources humaines."),
               scope="hr:read"),
        Action("read_absence_kinds", _("lire le motif de ses absences"), (C.HR, C.OWNER),
               _("Le motif d'une absence ne regarde que l'agent et les ressources humaines."), scope="hr:read"),
        Action("declare_absence", _("déclarer ou retirer une absence"), (C.HR, C.OWNER),
               _("Une absence est déclarée par l'agent lui-même ou par les ressources humaines."),
               scope="hr:write"),
    ],
)  # fmt: skip

POLICIES = (AUTHORITY, DIRECTORATE, AGENT)

AUTHORITY_ABILITIES = Abilities(AUTHORITY, "edit", "set_doors")
DIRECTORATE_ABILITIES = Abilities(DIRECTORATE)
AGENT_ABILITIES = Abilities(AGENT, "edit", "give_capacity", "withdraw_capacity", "declare_absence")
