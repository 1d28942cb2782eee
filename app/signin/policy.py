"""Who may do what with sessions: everybody with their own."""

from typing import Any

from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _
from app.signin.models import WebSession

ONES_OWN = _("Chacun voit et ferme ses propres connexions, et elles seules.")


def is_holder(_session: Any, actor: Actor, row: WebSession) -> bool:
    return row.agent_id == actor.agent_id


POLICY = Policy(
    "session",
    title=_("Connexion"),
    relations={C.OWNER: is_holder},
    actions=[
        Action("list", _("voir où l'on est connecté"), (C.AGENT, C.ELECTED), ONES_OWN),
        Action("read", _("voir l'une de ses connexions"), (C.OWNER,), ONES_OWN),
        Action("revoke", _("fermer l'une de ses connexions"), (C.OWNER,), ONES_OWN),
    ],
)  # fmt: skip
