"""What solutions hold about a person."""

from typing import Final

from sqlmodel import col

from app.access.personal import Fate, PersonalData
from app.kit.columns import table_of
from app.kit.i18n import _
from app.solutions.models import Adoption, Solution

_adoptions = table_of(Adoption)

PERSONAL: Final = (
    PersonalData(
        kind="adoptions", label=_("Essaimages dont la personne est le contact"), table=_adoptions,
        by=("contact_id",), fate=Fate.BLANKED, blank={"contact_id": None},
        about=(Solution.title, col(Solution.id) == _adoptions.c.solution_id),
    ),
)  # fmt: skip
