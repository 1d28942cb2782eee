"""What follow-ups hold about a person. Scores of the spiral carry nobody's id."""

from typing import Final

from app.access.personal import THE_PERSON_ALONE, Fate, PersonalData
from app.follow_ups.models import (
    Commitment,
    Decision,
    FollowUpAttendee,
    FollowUpReport,
    Obstacle,
    SpiralReceipt,
)
from app.kit.columns import table_of
from app.kit.i18n import _

_UNNAMED = _("l'identifiant ne mène plus qu'à une fiche sans nom")

PERSONAL: Final = (
    PersonalData(
        kind="commitments", label=_("Engagements pris"), table=table_of(Commitment), by=("owner_id",),
        fate=Fate.UNNAMED,
        readers=THE_PERSON_ALONE, why=_UNNAMED,
    ),
    PersonalData(
        kind="decisions", label=_("Décisions prises aux points de suivi"), table=table_of(Decision),
        by=("decided_by_id",), fate=Fate.UNNAMED,
        readers=THE_PERSON_ALONE, why=_UNNAMED,
    ),
    PersonalData(
        kind="attendances", label=_("Présences aux points de suivi"), table=table_of(FollowUpAttendee),
        by=("agent_id",), fate=Fate.UNNAMED,
        readers=THE_PERSON_ALONE, why=_UNNAMED,
    ),
    PersonalData(
        kind="follow_up_reports", label=_("Comptes rendus écrits"), table=table_of(FollowUpReport),
        by=("author_id",), fate=Fate.UNNAMED,
        readers=THE_PERSON_ALONE, why=_UNNAMED,
    ),
    PersonalData(
        kind="obstacles", label=_("Obstacles à lever"), table=table_of(Obstacle), by=("owner_id",),
        fate=Fate.UNNAMED,
        readers=THE_PERSON_ALONE, why=_UNNAMED,
    ),
    PersonalData(
        kind="spiral_receipts", label=_("Points de suivi où la personne a noté la spirale, sans ses notes"),
        table=table_of(SpiralReceipt), by=("agent_id",), fate=Fate.UNNAMED, why=_UNNAMED, readers=THE_PERSON_ALONE,
    ),
)  # fmt: skip
