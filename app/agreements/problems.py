"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class NotInForce(Conflict):
    slug = "mandate-not-in-force"
    title = _("Ce mandat n'est pas en vigueur : il ne réserve rien aujourd'hui.")


class NotReserved(Invalid):
    slug = "clause-not-reserved"
    title = _("Citez une clause de ce mandat qui réserve une matière aux élus ou à la hiérarchie.")


class AgreementMissing(Invalid):
    """A decision on a reserved matter names no agreement of the sponsor that stands."""

    slug = "agreement-missing"
    title = _(
        "Cette décision touche à une matière réservée : citez l'accord donné par le sponsor de ce mandat."
    )


class AgreementAwaited(Conflict):
    slug = "agreement-awaited"
    title = _(
        "L'équipe a demandé l'accord du sponsor sur une matière réservée : la phase suivante attend sa réponse. "
        "S'arrêter reste possible."
    )
