"""Who may do what with sessions and tokens: everybody with their own; administrators end those of others."""

from typing import Any

from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _
from app.signin.models import AccessToken, WebSession

ONES_OWN = _("Chacun voit et ferme ses propres connexions, et elles seules.")


FOR_ADMINISTRATION = _(
    "Les connexions et les jetons d'autrui reviennent à l'administration de la plateforme."
)
ONES_TOKENS = _("Chacun donne et révoque ses propres jetons, et eux seuls.")


def is_holder(_session: Any, actor: Actor, row: WebSession | AccessToken) -> bool:
    return row.agent_id == actor.agent_id


POLICY = Policy(
    "session",
    title=_("Connexion"),
    relations={C.OWNER: is_holder},
    actions=[
        Action("list", _("voir où l'on est connecté"), (C.AGENT, C.ELECTED), ONES_OWN),
        Action("read", _("voir l'une de ses connexions"), (C.OWNER,), ONES_OWN),
        Action("revoke", _("fermer l'une de ses connexions"), (C.OWNER,), ONES_OWN),
        Action("list_of", _("voir où un agent est connecté"), (C.ADMINISTRATOR,), FOR_ADMINISTRATION),
        Action("end", _("fermer les connexions d'un agent"), (C.ADMINISTRATOR,), FOR_ADMINISTRATION),
    ],
)  # fmt: skip

TOKENS = Policy(
    "access_token",
    title=_("Jeton personnel"),
    relations={C.OWNER: is_holder},
    actions=[
        Action("list", _("voir ses jetons"), (C.AGENT, C.ELECTED), ONES_TOKENS),
        Action("read", _("voir la fiche d'un de ses jetons, jamais le jeton"), (C.OWNER,), ONES_TOKENS),
        Action("create", _("se donner un jeton"), (C.AGENT, C.ELECTED), ONES_TOKENS, fresh=True),
        Action("revoke", _("révoquer l'un de ses jetons"), (C.OWNER,), ONES_TOKENS),
        Action("list_of", _("voir les jetons d'un agent, jamais leur secret"), (C.ADMINISTRATOR,),
               FOR_ADMINISTRATION),
        Action("end", _("révoquer les jetons d'un agent"), (C.ADMINISTRATOR,), FOR_ADMINISTRATION),
    ],
)  # fmt: skip
