"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid, NotFound


class VoteRefused(Conflict):
    slug = "vote-refused"
    title = _("On vote pour un irritant qualifié et encore ouvert. Celui-ci ne l'est pas, ou ne l'est plus.")


class MergeRefused(Invalid):
    slug = "merge-refused"
    title = _("Choisissez un autre irritant, qualifié et encore ouvert, dans lequel réunir celui-ci.")


class ProtectionUnavailable(Conflict):
    slug = "protection-unavailable"
    title = _(
        "Le signalement sous protection n'est pas ouvert sur ce serveur, ou sa clé n'est pas la bonne. Rien n'a été "
        "enregistré : adressez-vous à l'administration de la plateforme."
    )


class TooFewToProtect(Invalid):
    slug = "too-few-to-protect"
    title = _(
        "Moins de trois personnes travaillent là : dire où désignerait qui. Choisissez une direction plus large."
    )


class NotProtected(Conflict):
    slug = "not-protected"
    title = _("Cet irritant n'a pas été signalé sous protection : il n'a ni dialogue ni identité à ouvrir.")


class IdentityForgotten(Conflict):
    slug = "identity-forgotten"
    title = _(
        "L'identité de l'auteur·e a été effacée : l'irritant est clos depuis plus longtemps que sa durée de garde."
    )


class UnknownReceipt(NotFound):
    slug = "unknown-receipt"
    title = _("Cette clé de suivi n'est pas connue. Relisez-la : sept groupes de quatre lettres et chiffres.")
