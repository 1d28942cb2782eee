"""Who may read the journal."""

from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _

POLICY = Policy(
    "event",
    title=_("Journal"),
    actions=[
        Action(
            "list",
            _("lire le journal"),
            (C.LAB, C.ADMINISTRATOR),
            _("Le journal s'adresse au laboratoire et à l'administration de la plateforme."),
            scope="events:read",
        ),
    ],
)
