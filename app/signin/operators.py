"""Operators of the platform: they create authorities, and see the rows of none.

Nobody inside an authority can become one: their tokens are named in the settings of the server (`ESSAIM_OPERATORS`), as
SHA-256 hashes, and are taken back there. Two tokens may stand side by side while one replaces the other.
"""

import hashlib
import secrets
from collections.abc import Mapping

from app.access.actor import Actor, operator

PREFIX = "essaim_operator_"


def new_token() -> tuple[str, str]:
    """A token of 256 random bits, to be shown once, and the hash that the settings are to name."""
    token = PREFIX + secrets.token_urlsafe(32)
    return token, _hash(token)


def recognise(token: str, operators: Mapping[str, str]) -> Actor | None:
    """The operator who holds `token`, among those of the settings (name → hash); None for any other token."""
    if not token.startswith(PREFIX):
        return None
    presented = _hash(token)
    found = [name for name, known in operators.items() if secrets.compare_digest(presented, known)]
    return operator(found[0]) if found else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
