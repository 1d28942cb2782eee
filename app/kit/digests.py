"""What is kept of a secret that nobody can guess, in one place: so that another algorithm can take over."""

import hashlib
from typing import Final

SHA256: Final = "sha256"
"""The algorithm of every digest kept today, by its name in the rows that hold one."""


def digest(secret: str) -> str:
    """64 hex digits. The secret has 128 random bits or more: a plain digest cannot be searched, and needs no salt."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
