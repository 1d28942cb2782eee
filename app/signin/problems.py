"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, NotFound


class NoSuchAgent(NotFound):
    slug = "no-such-agent"
    title = _("Aucun agent en poste ne répond à cette adresse ou à ce matricule.")


class TooManyTokens(Conflict):
    slug = "too-many-tokens"
    title = _("Vous avez déjà {most} jetons valables : révoquez-en un, puis recommencez.")


class ClientNameTaken(Conflict):
    slug = "client-name-taken"
    title = _("Une application connectée porte déjà ce nom.")
