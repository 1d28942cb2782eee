"""The life of a request for agreement on what a mandate reserves."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class AgreementState(Labelled):
    REQUESTED = "requested", _("accord attendu")
    AGREED = "agreed", _("accord donné")
    REFUSED = "refused", _("accord refusé, avec une raison")
    WITHDRAWN = "withdrawn", _("demande retirée")


S = AgreementState
SPONSOR = _("sponsor, ou sa délégation de signature")

LIFECYCLE = Lifecycle(
    "agreement",
    S.REQUESTED,
    title=_("Accord sur une matière réservée"),
    moves=[
        Move("agree", (S.REQUESTED,), S.AGREED, SPONSOR, _("Donner son accord")),
        Move("refuse", (S.REQUESTED,), S.REFUSED, SPONSOR, _("Refuser, avec sa raison")),
        Move(
            "withdraw",
            (S.REQUESTED,),
            S.WITHDRAWN,
            _("équipe, coach, laboratoire ; fin du mandat"),
            _("Retirer la demande"),
        ),
    ],
)
