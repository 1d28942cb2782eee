"""The capacities of the policy table."""

from app.kit.columns import Labelled
from app.kit.i18n import _


class Capacity(Labelled):
    """What somebody is when they act: the first group across the authority, the second towards an object."""

    AGENT = "agent", _("agent·e")
    LAB = "lab", _("laboratoire")
    HR = "hr", _("ressources humaines")
    ELECTED = "elected", _("élu·e")
    TRUSTED = "trusted", _("personne de confiance")
    ADMINISTRATOR = "administrator", _("administration de la plateforme")
    CLIENT = "client", _("application connectée")
    SYSTEM = "system", _("Essaim")
    OPERATOR = "operator", _("exploitation de la plateforme")

    REPORTER = "reporter", _("auteur·e du signalement")
    APPLICANT = "applicant", _("candidat·e")
    MANAGER = "manager", _("responsable direct·e")
    MEMBER = "member", _("membre de l'équipe")
    COACH = "coach", _("coach")
    HEAD = "head", _("direction concernée")
    SPONSOR = "sponsor", _("sponsor")
    PARTY = "party", _("partie au mandat")
    OWNER = "owner", _("personne concernée")


GRANTED = (Capacity.LAB, Capacity.TRUSTED, Capacity.HR, Capacity.ELECTED, Capacity.ADMINISTRATOR)
"""Capacities that an administrator grants to a person; every other follows from facts."""
