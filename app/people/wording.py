"""What is not an irritant, and where it goes instead."""

from collections.abc import Mapping
from typing import Any

from app.kit.i18n import _

ALERTS = _(
    "Un irritant n'est pas une alerte. Harcèlement, violences, discrimination, agissements sexistes : votre "
    "collectivité tient un dispositif de signalement (code général de la fonction publique, article L.135-6). Crime, "
    "délit, corruption, menace pour l'intérêt général : la loi protège les lanceurs d'alerte (loi n° 2022-401 du 21 "
    "mars 2022), qui peuvent aussi saisir le Défenseur des droits."
)
"""What points real alerts to their statutory channel."""


def told_of_alerts(own: Mapping[str, str | None] | None, language: str) -> dict[str, Any]:
    """The authority's `own` channel (text, contact, url), with what the law says of it."""
    own = own or {}
    return {
        "notice": ALERTS.to(language),
        "text": own.get("text"),
        "contact": own.get("contact"),
        "url": own.get("url"),
    }
