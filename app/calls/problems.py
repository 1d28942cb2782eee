"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class UnknownIrritants(Invalid):
    slug = "unknown-irritants"
    title = _(
        "Certains de ces irritants n'existent pas dans votre collectivité : vérifiez leurs identifiants."
    )


class UnknownCall(Invalid):
    slug = "unknown-call"
    title = _("Cet appel n'existe pas, ou n'est pas encore ouvert.")


class IrritantNotInCall(Invalid):
    slug = "irritant-not-in-call"
    title = _("Cet appel ne porte pas sur cet irritant : choisissez l'un de ceux qu'il présente.")


class DatesReversed(Invalid):
    slug = "dates-reversed"
    title = _("Un appel se clôt au plus tôt le jour de son ouverture : vérifiez les deux dates.")


class CallNotEditable(Conflict):
    slug = "call-not-editable"
    title = _(
        "Un appel se corrige tant qu'il est en préparation. Une fois ouvert, seule sa date de clôture peut changer."
    )


class CallWithoutIrritant(Conflict):
    slug = "call-without-irritant"
    title = _("Un appel porte sur au moins un irritant : ajoutez-en un, puis ouvrez l'appel.")


class CallAlreadyPast(Conflict):
    slug = "call-already-past"
    title = _("La date de clôture est déjà passée : repoussez-la, puis ouvrez l'appel.")


class IrritantsNotQualified(Conflict):
    slug = "irritants-not-qualified"
    title = _("Un appel porte sur des irritants qualifiés et encore libres.")


class ApplicationsUnanswered(Conflict):
    slug = "applications-unanswered"
    title = _("Des candidatures attendent une réponse.")


class CallNotOpen(Conflict):
    slug = "call-not-open"
    title = _("Cet appel ne reçoit pas de candidatures aujourd'hui.")


class AlreadyApplied(Conflict):
    slug = "already-applied"
    title = _("Vous avez déjà répondu à cet appel pour cet irritant. Votre candidature suit son cours.")


class NotActive(Conflict):
    slug = "not-active"
    title = _("Les candidatures demandent d'être en activité.")
