"""What the chain and the signatures are over: JSON arrays without blanks, in UTF-8. `docs/journal.md` says the same.

UUIDs are in lower case with their dashes, instants in RFC 3339 in UTC with as many decimals as they have and a Z.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from app.kit.encoding import to_json

VERSION = 2
"""What events recorded from now on are digested by. Version 1 knew neither capacity, nor delegation, nor address."""

MAX_ADDRESS = 45
"""As many characters as an IPv6 address without a zone may have."""


class Facts(Protocol):
    """The columns of an event by name."""

    def __getitem__(self, name: str, /) -> Any: ...


def digest(previous: str, position: int, event: Facts) -> str:
    """The SHA-256, in hexadecimal, that chains an event to the one before: over its facts, in a fixed order."""
    version = event["digest_version"]
    return hashlib.sha256(to_json([*_BEGINNING[version], previous, position, *_facts(event)])).hexdigest()


_BEGINNING: dict[int, list[int]] = {1: [], 2: [2]}
_FACTS = {
    1: (
        "id",
        "authority_id",
        "type",
        "subject_type",
        "subject_id",
        "agent_id",
        "client_id",
        "request_id",
        "occurred_at",
        "payload",
    ),
    2: (
        "id",
        "authority_id",
        "type",
        "subject_type",
        "subject_id",
        "agent_id",
        "client_id",
        "acting_as",
        "delegation_id",
        "address_hash",
        "request_id",
        "occurred_at",
        "payload",
    ),
}


def _facts(event: Facts) -> list[Any]:
    return [event[name] for name in _FACTS[event["digest_version"]]]


def hidden(address: str | None) -> dict[str, str | None]:
    """The columns of an event that hold an address: itself, a salt of 128 random bits, and the hash of both."""
    if address is None:
        return {"address": None, "address_salt": None, "address_hash": None}
    # An IPv6 address with its zone has no longest form.
    address = address[:MAX_ADDRESS]
    salt = secrets.token_hex(16)
    return {"address": address, "address_salt": salt, "address_hash": address_hash(salt, address)}


def address_hash(salt: str, address: str) -> str:
    """What the chain holds of an address."""
    return hashlib.sha256(f"{salt} {address}".encode()).hexdigest()


def checkpoint_message(
    authority_id: UUID, position: int, hash_: str, made_at: datetime, key_id: str
) -> bytes:
    """What the signature of a checkpoint is over."""
    return to_json(["essaim-checkpoint-1", authority_id, position, hash_, made_at, key_id])


def export_message(
    authority_id: UUID,
    head: tuple[int, str],
    checkpoints: int,
    exported_at: datetime,
    keys: Iterable[str],
    key_id: str,
) -> bytes:
    """What the signature of an export's header is over: `head` is how many events there are and the last one's hash."""
    claims = (authority_id, *head, checkpoints, exported_at, sorted(keys))
    return to_json(["essaim-export-1", *claims, key_id])
