"""What agreements hold about a person."""

from typing import Final

from app.access.personal import THE_PERSON_ALONE, Fate, PersonalData
from app.agreements.models import Agreement
from app.kit.columns import table_of
from app.kit.i18n import _

PERSONAL: Final = (
    PersonalData(
        kind="agreements", label=_("Accords demandés ou donnés sur une matière réservée"), table=table_of(Agreement),
        by=("requested_by_id", "answered_by_id", "on_behalf_of_id"), fate=Fate.UNNAMED,
        readers=THE_PERSON_ALONE, why=_("l'identifiant ne mène plus qu'à une fiche sans nom"),
    ),
)  # fmt: skip
