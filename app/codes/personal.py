"""What printed codes hold about a person."""

from typing import Final

from sqlalchemy import and_

from app.access.personal import THE_PERSON_ALONE, Fate, Period, PersonalData, before_day, old_rows
from app.codes.models import SignInCode
from app.kit.columns import table_of
from app.kit.i18n import _

_codes = table_of(SignInCode)

PERSONAL: Final = (
    PersonalData(
        kind="codes", label=_("Codes de connexion imprimés"), table=_codes, by=("agent_id",), fate=Fate.DELETED,
        readers=THE_PERSON_ALONE,
    ),
    PersonalData(
        kind="codes_issued", label=_("Codes de connexion imprimés pour d'autres"), table=_codes,
        by=("issued_by_id",), fate=Fate.BLANKED,
        readers=THE_PERSON_ALONE, blank={"issued_by_id": None},
    ),
)  # fmt: skip

_DUE, _PURGE = old_rows(
    _codes,
    lambda day: and_(before_day(_codes.c.issued_at, day), before_day(_codes.c.expires_at, day)),
)

PERIODS: Final = (
    Period(
        kind="codes",
        label=_("Codes de connexion imprimés, utilisés ou périmés"),
        since=_("leur impression, ou leur fin si elle vient après"),
        source=_("CNIL, recommandation sur la journalisation (délibération 2021-122) : six mois à un an"),
        months=12,
        least=6,
        most=12,
        due=_DUE,
        purge=_PURGE,
    ),
)
