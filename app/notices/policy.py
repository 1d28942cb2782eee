"""Who may read notices: each person their own, and nobody else's."""

from typing import Any

from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _
from app.notices.models import Notice


def is_told(_session: Any, actor: Actor, notice: Notice) -> bool:
    return notice.agent_id == actor.agent_id


OWN_ONLY = _("Les avis s'adressent à une personne : présentez le jeton d'une personne.")

POLICY = Policy(
    "notice",
    title=_("Avis"),
    relations={C.OWNER: is_told},
    actions=[
        Action("list", _("lire ses avis"), (C.AGENT, C.LAB, C.HR, C.ELECTED, C.ADMINISTRATOR), OWN_ONLY),
        Action("read", _("marquer lu l'un de ses avis"), (C.OWNER,), OWN_ONLY),
    ],
)  # fmt: skip
