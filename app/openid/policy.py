"""Who may set the providers, and undo what they have bound."""

from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _

ADMINISTRATION = _("Ces réglages reviennent à l'administration de la plateforme.")

PROVIDER = Policy(
    "identity_provider",
    title=_("Connexion par compte professionnel"),
    actions=[
        Action("read", _("lire les réglages de connexion par compte professionnel"), (C.ADMINISTRATOR,),
               ADMINISTRATION),
        Action("set", _("régler la connexion par compte professionnel"), (C.ADMINISTRATOR,), ADMINISTRATION,
               fresh=True),
    ],
)  # fmt: skip

BINDING = Policy(
    "identity_binding",
    title=_("Compte professionnel lié"),
    actions=[
        Action("read", _("lire quels agents ont lié un compte professionnel"), (C.ADMINISTRATOR, C.LAB),
               _("Cette liste s'adresse au laboratoire et à l'administration de la plateforme.")),
        Action("release", _("délier un compte professionnel"), (C.ADMINISTRATOR,), ADMINISTRATION, fresh=True),
    ],
)  # fmt: skip

POLICIES = (PROVIDER, BINDING)
