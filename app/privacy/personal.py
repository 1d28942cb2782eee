"""What erasures hold about a person: that they were erased, and whom they erased."""

from typing import Final

from app.access.personal import Fate, PersonalData
from app.kit.columns import table_of
from app.kit.i18n import _
from app.privacy.models import Erasure

_PROOF = _("le rapport prouve que la demande a été suivie ; il ne porte aucun nom")

PERSONAL: Final = (
    PersonalData(
        kind="erasures", label=_("Effacements"), table=table_of(Erasure), by=("agent_id", "by_id"),
        fate=Fate.KEPT, why=_PROOF, hide=frozenset({"report"}),
    ),
)  # fmt: skip
