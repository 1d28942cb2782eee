"""Refusals of this room. Those about a chosen half-day propose others: `free_slots`."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class HalfDayTaken(Conflict):
    slug = "half-day-taken"
    title = _("Une demi-journée protégée se trouve déjà à ce moment-là : choisissez-en un autre.")


class NotYet(Conflict):
    slug = "half-day-to-come"
    title = _("Une demi-journée se note à partir du jour même.")


class NotFree(Invalid):
    slug = "half-day-not-free"
    title = _("L'agent ne travaille pas à ce moment-là : choisissez-en un autre.")


class OutOfReach(Invalid):
    slug = "half-day-out-of-reach"
    title = _("Ce moment est hors du délai permis : choisissez-en un autre.")


class NotOwed(Conflict):
    slug = "half-day-not-owed"
    title = _("Cette demi-journée reste non due : sa raison tient toujours.")
