"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid, NotFound


class StillInPost(Conflict):
    slug = "still-in-post"
    title = _(
        "Cette personne est encore en poste : ses données servent. Elles s'effacent après son dernier jour, que les "
        "ressources humaines inscrivent."
    )


class AlreadyErased(Conflict):
    slug = "already-erased"
    title = _("Cette personne est déjà effacée.")


class WrongMatricule(Invalid):
    slug = "wrong-matricule"
    title = _(
        "Ce matricule n'est pas celui de cette personne. L'effacement est sans retour : vérifiez de qui il s'agit."
    )


class UnknownPeriod(NotFound):
    slug = "unknown-period"
    title = _("Aucune durée de conservation ne porte ce nom. Relisez le tableau.")


class FixedPeriod(Conflict):
    slug = "fixed-period"
    title = _("Cette durée est fixe : le tableau dit d'où elle vient.")


class PeriodOutOfBounds(Invalid):
    slug = "period-out-of-bounds"
    title = _("Cette durée sort de ce que le tableau permet.")
