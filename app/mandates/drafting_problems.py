"""Refusals around the model mandate."""

from app.kit.i18n import _
from app.kit.problems import Conflict


class ModelInPreparation(Conflict):
    slug = "model-in-preparation"
    title = _("Une nouvelle version du mandat type est déjà en rédaction : reprenez celle-là.")


class ModelPublished(Conflict):
    slug = "model-published"
    title = _(
        "Cette version du mandat type est publiée et ne change plus : préparez la suivante, puis publiez-la."
    )
