"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Problem


class LinkSpent(Conflict):
    """Unknown, used, expired, of an agent who has left: whoever shows it is told no more."""

    slug = "link-spent"
    title = _("Ce lien a déjà servi, ou il a plus de dix minutes. Demandez-en un autre.")


class OtherBrowser(Problem):
    slug = "other-browser"
    status = 409
    title = _(
        "Ce lien ne s'ouvre que dans le navigateur où vous l'avez demandé. Ouvrez-le là, ou demandez-en un autre d'ici."
    )
