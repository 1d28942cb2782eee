"""Who may copy or erase what Essaim holds about a person, and set how long it is kept."""

from typing import Any

from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _


def is_oneself(_session: Any, actor: Actor, agent: Any) -> bool:
    return bool(agent.id == actor.agent_id)


DATA = Policy(
    "personal_data",
    title=_("Données d'une personne"),
    relations={C.OWNER: is_oneself},
    actions=[
        Action("export_mine", _("demander la copie de ses propres données"),
               (C.AGENT, C.ELECTED, C.LAB, C.HR, C.ADMINISTRATOR),
               _("Cette copie est celle d'une personne : une application connectée n'en a pas.")),
        Action("export", _("faire la copie des données d'une personne, pour elle"), (C.HR, C.ADMINISTRATOR),
               _("Chacun demande sa propre copie ; les ressources humaines la font pour qui ne le peut pas."),
               fresh=True),
        Action("erase", _("effacer une personne qui a quitté la collectivité"), (C.ADMINISTRATOR,),
               _("L'effacement est sans retour : il revient à l'administration de la plateforme."), fresh=True),
        Action("read_erasures", _("lire les rapports d'effacement"), (C.ADMINISTRATOR, C.LAB),
               _("Ces rapports s'adressent au laboratoire et à l'administration de la plateforme.")),
    ],
)  # fmt: skip

RETENTION = Policy(
    "retention",
    title=_("Durées de conservation"),
    actions=[
        Action("read", _("lire les durées de conservation"), (C.AGENT, C.ELECTED, C.LAB, C.HR, C.ADMINISTRATOR),
               _("Ce tableau s'adresse aux agents de la collectivité.")),
        Action("read_due", _("lire ce qui arrive au terme de sa conservation"), (C.ADMINISTRATOR, C.LAB),
               _("Ce compte s'adresse au laboratoire et à l'administration de la plateforme.")),
        Action("set", _("régler les durées de conservation"), (C.ADMINISTRATOR,),
               _("Ces réglages reviennent à l'administration de la plateforme."), fresh=True),
    ],
)  # fmt: skip

POLICIES = (DATA, RETENTION)
