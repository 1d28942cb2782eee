"""Refusals around delegations of signature and interims."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Forbidden, Invalid


class PowerRefused(Invalid):
    slug = "power-refused"
    title = _("Cet acte ne peut pas être enregistré ainsi : vérifiez les personnes et les dates.")


class PowerForOneself(Forbidden):
    slug = "power-for-oneself"
    title = _("Un acte qui vous donne un pouvoir est enregistré par quelqu'un d'autre que vous.")


class DelegationPassedOn(Conflict):
    slug = "delegation-passed-on"
    title = _(
        "Une délégation de signature ne se transmet pas : qui en tient une sur ces dates n'en donne pas. "
        "Adressez-vous à l'exécutif qui l'a donnée."
    )


class InterimOverlap(Conflict):
    slug = "interim-overlap"
    title = _(
        "Un intérim de cette personne est déjà nommé sur une partie de ces jours. Retirez-le, ou changez les dates."
    )


class InterimChain(Conflict):
    slug = "interim-chain"
    title = _(
        "Un intérim ne s'enchaîne pas : qui est remplacé sur ces dates ne remplace personne. Nommez quelqu'un d'autre."
    )


class PowerStarted(Conflict):
    slug = "power-started"
    title = _("Cet acte a pris effet : il ne se corrige plus. Retirez-le, puis enregistrez le nouvel acte.")


class PowerOver(Conflict):
    slug = "power-over"
    title = _("Ce pouvoir a déjà pris fin : il n'y a rien à retirer.")
