"""Who sets which machines may call the API. No machine does."""

from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _

ADMINISTRATION = _("Les applications connectées reviennent à l'administration de la plateforme.")
ONLY = (C.ADMINISTRATOR,)

POLICY = Policy(
    "api_client",
    title=_("Application connectée"),
    actions=[
        Action("read", _("lire les applications connectées et leur dernier usage"), ONLY, ADMINISTRATION),
        Action("create", _("connecter une application"), ONLY, ADMINISTRATION, fresh=True),
        Action("edit", _("régler le nom, les portées ou les clés d'une application"), ONLY, ADMINISTRATION, fresh=True),
        Action("rotate", _("donner un nouveau secret à une application"), ONLY, ADMINISTRATION, fresh=True),
        Action("revoke", _("révoquer un secret d'une application"), ONLY, ADMINISTRATION),
        Action("close", _("fermer une application connectée"), ONLY, ADMINISTRATION),
    ],
)  # fmt: skip
