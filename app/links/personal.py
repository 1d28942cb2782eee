"""What links by mail hold about a person."""

from typing import Any, Final

from sqlalchemy import delete, false, func
from sqlmodel import Session

from app.access.personal import THE_PERSON_ALONE, Fate, PersonalData
from app.kit.columns import table_of
from app.kit.i18n import _
from app.links.models import LinkRequest, SignInLink

_requests = table_of(LinkRequest)


def _forget_requests(session: Session, agent: Any) -> int:
    if agent.email is None:
        return 0
    gone = session.execute(delete(_requests).where(func.lower(_requests.c.email) == agent.email.lower()))
    return int(gone.rowcount)  # type: ignore[attr-defined]


PERSONAL: Final = (
    PersonalData(
        kind="links", label=_("Liens de connexion par courriel"), table=table_of(SignInLink), by=("agent_id",),
        fate=Fate.DELETED,
        readers=THE_PERSON_ALONE,
    ),
    PersonalData(
        kind="link_requests", label=_("Demandes de lien en attente"), table=_requests, holds=("email",),
        rows=lambda _agent_id: false(), fate=Fate.DELETED, erase=_forget_requests, copied=False,
    ),
)  # fmt: skip
