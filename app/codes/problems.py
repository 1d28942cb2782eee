"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class CodesUnavailable(Conflict):
    """The operator has given no key under which codes could be kept."""

    slug = "codes-unavailable"
    title = _("Les codes imprimés ne sont pas en service ici : il manque leur clé (ESSAIM_CODE_KEY).")


class CodeDoorShut(Conflict):
    """The authority lets nobody in by printed codes (`openid.admission`)."""

    slug = "code-door-shut"
    title = _("Votre collectivité n'ouvre à personne la porte des codes imprimés : rien n'est à imprimer.")


class ForWhom(Invalid):
    slug = "for-whom"
    title = _("Dites pour qui imprimer : soit des agents, soit une direction.")


class NobodyToPrintFor(Invalid):
    slug = "nobody-to-print-for"
    title = _(
        "Ici, chaque agent en poste a une adresse électronique ou une qualité qui exclut les codes imprimés."
    )


class TooManySlips(Invalid):
    slug = "too-many-slips"
    title = _("Cela ferait plus de {most} feuillets : imprimez service par service.")


class NoCodeForThem(Invalid):
    """A code is for those who have no other door, and never opens a capacity that was granted."""

    slug = "no-code-for-them"
    title = _(
        "Un code imprimé est réservé aux agents en poste sans adresse électronique ni qualité particulière "
        "(laboratoire, ressources humaines, élu·e, administration). À retirer : {hr_ids}."
    )


class CodeWrong(Invalid):
    """One sentence whatever is wrong: who knocks learns nothing of who exists."""

    slug = "code-wrong"
    title = _(
        "Ce matricule et ce code n'ouvrent pas. Vérifiez les deux. Un code sert une fois, puis un autre le remplace : "
        "si le vôtre est perdu ou trop vieux, appelez le numéro de votre feuillet."
    )


class CodeOver(Conflict):
    slug = "code-over"
    title = _("Ce code a déjà servi, ou il a été annulé : il n'y a plus rien à annuler.")


class CodeRaced(Conflict):
    slug = "code-raced"
    title = _("Un autre code vient d'être donné au même agent : recommencez.")
