"""Refusals about the papers of a mandate."""

from app.kit.i18n import _
from app.kit.problems import Conflict


class SealUnavailable(Conflict):
    slug = "seal-unavailable"
    title = _(
        "Le cachet de la collectivité ne répond pas : rien n'a été enregistré. "
        "Réessayez dans un moment, puis prévenez la personne qui administre Essaim."
    )
