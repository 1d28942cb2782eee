"""Refusals about the papers of a mandate."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class SealUnavailable(Conflict):
    slug = "seal-unavailable"
    title = _(
        "Le cachet de la collectivité ne répond pas : rien n'a été enregistré. "
        "Réessayez dans un moment, puis prévenez la personne qui administre Essaim."
    )


class FileUnreadable(Invalid):
    slug = "file-unreadable"
    title = _("Ce fichier ne se laisse pas lire : envoyez le PDF du mandat tel que vous l'avez reçu.")
