"""Who may do what with printed codes."""

from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _

PRINTERS = (C.LAB, C.ADMINISTRATOR)
FOR_PRINTERS = _("Les codes imprimés reviennent au laboratoire et à l'administration de la plateforme.")

POLICY = Policy(
    "sign_in_code",
    title=_("Code imprimé"),
    actions=[
        Action("list", _("voir à qui des codes ont été remis"), PRINTERS, FOR_PRINTERS),
        Action("issue", _("imprimer des codes pour des agents sans adresse"), PRINTERS, FOR_PRINTERS,
               fresh=True),
        Action("read", _("voir la fiche d'un code, jamais le code"), PRINTERS, FOR_PRINTERS),
        Action("revoke", _("annuler un code"), PRINTERS, FOR_PRINTERS),
    ],
)  # fmt: skip
