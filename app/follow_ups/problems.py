"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class WrongDay(Invalid):
    slug = "follow-up-wrong-day"
    title = _("Ce jour ne convient pas à ce point de suivi : choisissez-en un autre.")


class WhenMissing(Invalid):
    slug = "follow-up-when-missing"
    title = _("Dites quand : soit l'instant (held_at), soit le jour et l'heure locale (day et time).")


class NotItsDay(Conflict):
    slug = "follow-up-to-come"
    title = _("Un point de suivi n'est dit manqué qu'une fois son jour venu.")


class ReportsAwaited(Conflict):
    slug = "reports-awaited"
    title = _(
        "Les deux comptes rendus ne sont pas là. Attendez-les, ou dites que le point s'est tenu sans eux "
        "(without_reports)."
    )


class ReportClosed(Conflict):
    slug = "report-closed"
    title = _("Un compte rendu s'écrit avant le point de suivi : celui-ci n'est plus à venir.")


class ReportThere(Conflict):
    slug = "report-there"
    title = _("Quelqu'un de votre côté vient de déposer ce compte rendu : relisez-le, puis complétez-le.")


class AlreadyAnswered(Conflict):
    slug = "already-answered"
    title = _("Vous avez déjà donné votre réponse pour ce point de suivi : elle ne se reprend pas.")


class SpiralClosed(Conflict):
    slug = "spiral-closed"
    title = _("La spirale se remplit quand le point de suivi est fixé ou tenu.")


class DropAlreadyAgreed(Conflict):
    slug = "drop-already-agreed"
    title = _("Votre côté a déjà donné son accord : l'abandon attend celui de l'autre.")
