"""What happens to API clients."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ClientCreated(Event):
    type: ClassVar[str] = "api_client.created"
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClientEdited(Event):
    """`fields` are those that took another value; `scopes` those it has from now on."""

    type: ClassVar[str] = "api_client.edited"
    fields: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClientClosed(Event):
    type: ClassVar[str] = "api_client.closed"


@dataclass(frozen=True, kw_only=True)
class SecretIssued(Event):
    """`former_ends_at`: until when the secret before it counts, where there is one."""

    type: ClassVar[str] = "api_client.secret_issued"
    secret_id: UUID
    former_ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SecretRevoked(Event):
    type: ClassVar[str] = "api_client.secret_revoked"
    secret_id: UUID


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    """`method` is how the client has shown who it is (RFC 8414: `token_endpoint_auth_methods_supported`);
    `command_line`: an operator was given it for the client."""

    type: ClassVar[str] = "api_client.token_issued"
    method: str
    scopes: tuple[str, ...]
