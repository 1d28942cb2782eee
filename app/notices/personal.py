"""What notices hold about a person."""

from typing import Any, Final
from uuid import UUID

from app.access.personal import THE_PERSON_ALONE, Fate, Period, PersonalData, before_day, old_rows
from app.kit.columns import table_of
from app.kit.i18n import _
from app.notices.models import Notice
from app.notices.wording import render

_notices = table_of(Notice)


def _read(row: dict[str, Any], _agent_id: UUID, language: str) -> dict[str, Any]:
    """A notice as it is read, without the name that it may call."""
    sentences = {part: render(row[part], row["facts"], None, language) for part in ("title", "body")}
    return {**row, **sentences}


PERSONAL: Final = (
    PersonalData(
        kind="notices", label=_("Avis reçus"), table=_notices, by=("agent_id",), fate=Fate.DELETED,
        readers=THE_PERSON_ALONE, told=_read,
    ),
    PersonalData(
        kind="notices_about", label=_("Avis où la personne est nommée"), table=_notices, by=("person_id",),
        fate=Fate.BLANKED, blank={"person_id": None}, copied=False,
    ),
)  # fmt: skip

_DUE, _PURGE = old_rows(_notices, lambda day: before_day(_notices.c.created_at, day))

PERIODS: Final = (
    Period(
        kind="notices",
        label=_("Avis reçus par chacun"),
        since=_("leur date"),
        source=_("choix d'Essaim : la durée d'un programme et de son bilan"),
        months=24,
        due=_DUE,
        purge=_PURGE,
    ),
)
