"""What signing in holds about a person."""

from typing import Final

from sqlalchemy import and_, or_

from app.access.personal import THE_PERSON_ALONE, Fate, Period, PersonalData, before_day, old_rows
from app.kit.columns import table_of
from app.kit.i18n import _
from app.signin.models import AccessToken, WebSession

_tokens = table_of(AccessToken)

PERSONAL: Final = (
    PersonalData(
        kind="tokens", label=_("Jetons personnels"), table=_tokens, by=("agent_id",), fate=Fate.DELETED,
        readers=THE_PERSON_ALONE,
        hide=frozenset({"client_id"}),
    ),
    PersonalData(
        kind="sessions", label=_("Sessions ouvertes"), table=table_of(WebSession), by=("agent_id",),
        holds=("address", "user_agent", "id_token"), fate=Fate.DELETED,
        readers=THE_PERSON_ALONE,
    ),
)  # fmt: skip

_DUE, _PURGE = old_rows(
    _tokens,
    lambda day: and_(
        _tokens.c.agent_id.is_not(None),
        or_(before_day(_tokens.c.expires_at, day), before_day(_tokens.c.revoked_at, day)),
    ),
)

PERIODS: Final = (
    Period(
        kind="tokens",
        label=_("Jetons personnels expirés ou révoqués"),
        since=_("leur fin"),
        source=_("CNIL, recommandation sur la journalisation (délibération 2021-122) : six mois à un an"),
        months=12,
        least=6,
        most=12,
        due=_DUE,
        purge=_PURGE,
    ),
)
