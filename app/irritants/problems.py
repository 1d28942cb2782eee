"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class VoteRefused(Conflict):
    slug = "vote-refused"
    title = _("On vote pour un irritant qualifié et encore ouvert. Celui-ci ne l'est pas, ou ne l'est plus.")


class MergeRefused(Invalid):
    slug = "merge-refused"
    title = _("Choisissez un autre irritant, qualifié et encore ouvert, dans lequel réunir celui-ci.")
