"""Who may do what with delegations of signature and interims."""

from typing import Any

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.kit.i18n import Text, _
from app.people.delegation_problems import PowerOver, PowerStarted

HR_AND_ADMINISTRATOR = _("Ce geste revient aux ressources humaines et à l'administration de la plateforme.")
CONCERNED = _("Cet acte se lit par les personnes qu'il nomme, les ressources humaines et le laboratoire.")
EVERYBODY = (C.AGENT, C.ELECTED, C.LAB, C.HR, C.ADMINISTRATOR)
READERS = (C.OWNER, C.LAB, C.HR, C.ADMINISTRATOR)


def _is_named(_session: Any, actor: Actor, power: Any) -> bool:
    """Is the actor one of the two people of the act?"""
    principal_id = power.giver_id if hasattr(power, "giver_id") else power.absent_id
    return actor.agent_id in {power.holder_id, principal_id}


is_for_another = Condition(
    _("l'acte donne le pouvoir à quelqu'un d'autre"),
    lambda _session, actor, power: power is None or power.holder_id != actor.agent_id,
)
WRITERS = (Grant(C.HR, is_for_another), Grant(C.ADMINISTRATOR, is_for_another))

DELEGATION = Policy(
    "delegation",
    title=_("Délégation de signature"),
    relations={C.OWNER: _is_named},
    actions=[
        Action("list", _("consulter les délégations de signature que l'on peut lire"), EVERYBODY, CONCERNED,
               scope="hr:read"),
        Action("read_all", _("lire toute délégation de signature"), (C.LAB, C.HR, C.ADMINISTRATOR), CONCERNED,
               scope="hr:read"),
        Action("read", _("lire une délégation de signature"), READERS, CONCERNED, scope="hr:read"),
        Action("give", _("enregistrer une délégation de signature"), WRITERS, HR_AND_ADMINISTRATOR),
        Action("edit", _("corriger une délégation de signature à venir"), WRITERS, HR_AND_ADMINISTRATOR),
        Action("withdraw", _("retirer une délégation de signature"), (C.HR, C.ADMINISTRATOR),
               HR_AND_ADMINISTRATOR),
    ],
)  # fmt: skip

INTERIM = Policy(
    "interim",
    title=_("Intérim"),
    relations={C.OWNER: _is_named},
    actions=[
        Action("list", _("consulter les intérims que l'on peut lire"), EVERYBODY, CONCERNED, scope="hr:read"),
        Action("read_all", _("lire tout intérim"), (C.LAB, C.HR, C.ADMINISTRATOR), CONCERNED, scope="hr:read"),
        Action("read", _("lire un intérim"), READERS, CONCERNED, scope="hr:read"),
        Action("name", _("nommer un intérim"), WRITERS, HR_AND_ADMINISTRATOR),
        Action("edit", _("corriger un intérim à venir"), WRITERS, HR_AND_ADMINISTRATOR),
        Action("withdraw", _("retirer un intérim"), (C.HR, C.ADMINISTRATOR), HR_AND_ADMINISTRATOR),
    ],
)  # fmt: skip

POLICIES = (DELEGATION, INTERIM)


def is_over(power: Any, actor: Actor) -> bool:
    return power.end_cause is not None or power.last_day < actor.today()


def _over(power: Any, actor: Actor) -> Text | None:
    return PowerOver.title if is_over(power, actor) else None


def _started(power: Any, actor: Actor) -> Text | None:
    if is_over(power, actor) or power.starts_on <= actor.today():
        return PowerStarted.title
    return None


DELEGATION_ABILITIES = Abilities(DELEGATION, Step("edit", _started), Step("withdraw", _over))
INTERIM_ABILITIES = Abilities(INTERIM, Step("edit", _started), Step("withdraw", _over))
