"""What half-days hold about a person."""

from typing import Final

from app.access.personal import THE_PERSON_ALONE, Fate, PersonalData
from app.half_days.models import HalfDay
from app.kit.columns import table_of
from app.kit.i18n import _

PERSONAL: Final = (
    PersonalData(
        kind="half_days", label=_("Demi-journées protégées"), table=table_of(HalfDay), by=("agent_id",),
        holds=("asked_by",), fate=Fate.BLANKED,
        readers=THE_PERSON_ALONE,
        blank={
            "excuse_detail": None, "note": None, "asked_by": None, "reason": None, "waived_because": None,
        },
        why=_("le compte des demi-journées du mandat reste juste, sans dire de qui ni pourquoi"),
    ),
)  # fmt: skip
