"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class SolutionIncomplete(Conflict):
    slug = "solution-incomplete"
    title = _("Il manque encore des textes à cette solution pour que d'autres puissent l'adopter.")


class SolutionRetired(Conflict):
    slug = "solution-retired"
    title = _(
        "Cette solution est retirée : elle ne change plus. Décrivez la suite dans une nouvelle solution."
    )


class UnknownSolution(Invalid):
    slug = "unknown-solution"
    title = _("Cette solution n'existe pas dans votre collectivité, ou n'est pas encore publiée.")


class NotToBeAdopted(Conflict):
    slug = "not-to-be-adopted"
    title = _("On adopte une solution publiée. Celle-ci ne l'est pas, ou ne l'est plus.")


class AlreadyAdopted(Conflict):
    slug = "already-adopted"
    title = _("Cette direction s'intéresse déjà à cette solution : poursuivez l'essaimage commencé.")


class ContactElsewhere(Invalid):
    slug = "contact-elsewhere"
    title = _(
        "La personne contact travaille dans la direction qui adopte : choisissez quelqu'un de chez elle."
    )
