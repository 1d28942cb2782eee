"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class UnknownProgramme(Invalid):
    slug = "unknown-programme"
    title = _("Ce programme n'existe pas dans votre collectivité.")


class ProgrammeDatesReversed(Invalid):
    slug = "programme-dates-reversed"
    title = _("Un programme finit après avoir commencé : vérifiez les deux dates.")


class CharterAdopted(Conflict):
    slug = "charter-adopted"
    title = _("Ce cadre est adopté : il ne change plus. Rédigez-en un nouveau, puis faites-le adopter.")


class AdoptionBeforeAnother(Invalid):
    slug = "adoption-before-another"
    title = _("Un autre cadre de ce programme a été adopté plus tard : choisissez une date qui le suit.")
