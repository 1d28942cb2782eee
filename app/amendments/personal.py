"""What this room holds about a person. The parties and signatures of an amendment are those of its mandate."""

from typing import Final

from app.access.personal import Fate, PersonalData
from app.amendments.models import ResigningTask
from app.kit.columns import table_of
from app.kit.i18n import _

PERSONAL: Final = (
    PersonalData(
        kind="mandate_tasks", label=_("Signatures demandées à qui succède"), table=table_of(ResigningTask),
        by=("agent_id", "former_id"), fate=Fate.UNNAMED, hide=frozenset({"since"}),
        why=_("l'identifiant ne mène plus qu'à une fiche sans nom"),
    ),
)  # fmt: skip
