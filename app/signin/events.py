"""What happens at the doors."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event
from app.kit.columns import Labelled
from app.kit.i18n import _


class Ended(Labelled):
    """Why a session or a token ended before its time."""

    ASKED = "asked", _("à la demande de la personne")
    ADMINISTRATOR = "administrator", _("par l'administration de la plateforme")
    BINDING_RELEASED = "binding_released", _("parce que son compte professionnel a été détaché")
    CODE_REPLACED = "code_replaced", _("parce qu'un nouveau code a été imprimé")
    CODE_REVOKED = "code_revoked", _("parce que son code a été annulé")
    LEFT = "left", _("parce que la personne a quitté la collectivité")


@dataclass(frozen=True, kw_only=True)
class SessionOpened(Event):
    type: ClassVar[str] = "session.opened"
    method: str
    acr: str | None = None


@dataclass(frozen=True, kw_only=True)
class SessionClosed(Event):
    """`agent_id` is whose it was."""

    type: ClassVar[str] = "session.closed"
    agent_id: UUID
    reason: Ended


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    """`agent_id` is its holder. What they call it is not said: it may be a name."""

    type: ClassVar[str] = "access_token.issued"
    agent_id: UUID
    scopes: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """`agent_id` was its holder."""

    type: ClassVar[str] = "access_token.revoked"
    agent_id: UUID
    reason: Ended
