"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class SlugTaken(Conflict):
    slug = "slug-taken"
    title = _("Une collectivité porte déjà cet identifiant.")


class UnknownAgent(Invalid):
    slug = "unknown-agent"
    title = _("Cette personne n'est pas un agent en poste de votre collectivité.")


class UnknownDirectorate(Invalid):
    slug = "unknown-directorate"
    title = _("Cette direction n'existe pas dans votre collectivité.")
