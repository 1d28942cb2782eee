"""What identity providers' accounts hold about a person."""

from typing import Final

from app.access.personal import THE_PERSON_ALONE, Fate, PersonalData
from app.kit.columns import table_of
from app.kit.i18n import _
from app.openid.models import IdentityBinding, SignInAttempt

PERSONAL: Final = (
    PersonalData(
        kind="bindings", label=_("Comptes professionnels liés"), table=table_of(IdentityBinding),
        by=("agent_id",), holds=("subject",), fate=Fate.DELETED,
    ),
    PersonalData(
        kind="attempts", label=_("Connexions commencées"), table=table_of(SignInAttempt), by=("agent_id",),
        fate=Fate.DELETED,
        readers=THE_PERSON_ALONE,
    ),
)  # fmt: skip
