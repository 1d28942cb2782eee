"""The lives of a call and of an application to it."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class CallState(Labelled):
    DRAFT = "draft", _("en préparation")
    OPEN = "open", _("ouvert")
    SELECTING = "selecting", _("candidatures closes, équipes en composition")
    CONCLUDED = "concluded", _("terminé")
    CANCELLED = "cancelled", _("annulé")


class ApplicationState(Labelled):
    SUBMITTED = "submitted", _("déposée")
    ACCEPTED = "accepted", _("acceptée")
    DECLINED = "declined", _("déclinée, avec une raison")
    WITHDRAWN = "withdrawn", _("retirée")


C = CallState
A = ApplicationState
LAB = _("laboratoire")

CALLS = Lifecycle(
    "call",
    C.DRAFT,
    title=_("Appel à volontaires"),
    moves=[
        Move("open", (C.DRAFT,), C.OPEN, LAB, _("Ouvrir")),
        Move("close", (C.OPEN,), C.SELECTING, _("laboratoire, ou date de clôture passée"), _("Clore")),
        Move("conclude", (C.SELECTING,), C.CONCLUDED, LAB, _("Terminer")),
        Move("cancel", (C.DRAFT, C.OPEN, C.SELECTING), C.CANCELLED, LAB, _("Annuler")),
    ],
)

APPLICATIONS = Lifecycle(
    "application",
    A.SUBMITTED,
    title=_("Candidature"),
    moves=[
        Move("accept", (A.SUBMITTED,), A.ACCEPTED, LAB, _("Accepter")),
        Move("decline", (A.SUBMITTED,), A.DECLINED, _("laboratoire, ou appel annulé"), _("Décliner")),
        Move("withdraw", (A.SUBMITTED, A.ACCEPTED), A.WITHDRAWN, _("candidat·e"), _("Retirer")),
    ],
)
