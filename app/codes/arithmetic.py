"""The letters of a code, and what is kept of it."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

HMAC: Final = "hmac-sha256"
ARGON2: Final = "argon2id"
"""The algorithms of what is kept (RFC 9106 for the second), as they are named beside it. New codes have the second."""

MEMORY_KIB, PASSES, LANES = 12_288, 3, 1
"""The least that OWASP advises for Argon2id: some forty milliseconds of a processor for each guess."""

SALT_BYTES: Final = 16
AT_ONCE = 4
_working = BoundedSemaphore(AT_ONCE)

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No O beside 0, no I beside 1: what is read on paper is what is typed."""

LENGTH = 8
"""Eight of thirty-two signs: forty random bits, which people can type on a telephone. Of those
the limits of the door let a few hundred be tried a day."""


def new_code() -> str:
    """A code as it is printed: `7KQF-3MXA`."""
    signs = "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH))
    return f"{signs[:4]}-{signs[4:]}"


def bare(code: str) -> str:
    """The signs of a code as somebody typed it: case, dashes and spaces count for nothing."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


def bare_hr_id(hr_id: str) -> str:
    """A matricule as it compares: a payslip may show `00012345`, people say 12345."""
    squeezed = "".join(hr_id.split()).casefold()
    return squeezed.lstrip("0") if squeezed.isdecimal() else squeezed


def holder(key: bytes, hr_id: str) -> str:
    """By what the codes of a matricule are found: an HMAC-SHA-256, 64 hex digits."""
    material = f"matricule\0{bare_hr_id(hr_id)}"
    return hmac.new(key, material.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def kept(key: bytes, code: str) -> str:
    """What is stored of a code: Argon2id with a salt of its own and the operator's `key`, parameters included (PHC)."""
    with _working:
        return _argon2(key, secrets.token_bytes(SALT_BYTES)).derive_phc_encoded(_material(code))


def all_kept(key: bytes, codes: Sequence[str]) -> list[str]:
    """The same of many, on as many processors as there are."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda code: kept(key, code), codes))


def opens(key: bytes, code: str, stored: str | None) -> bool:
    """Whether `code` is the one that is `stored`. Where nothing is, as much work is done."""
    with _working:
        try:
            Argon2id.verify_phc_encoded(_material(code), stored or _decoy(), secret=key)
        except InvalidKey:
            return False
    return stored is not None


def fingerprint(key: bytes, hr_id: str, code: str) -> str:
    """What was stored of the codes before: they open until they end."""
    material = f"sign-in code\0{bare_hr_id(hr_id)}\0{bare(code)}"
    return hmac.new(key, material.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _material(code: str) -> bytes:
    return bare(code).encode("utf-8", "surrogatepass")


def _argon2(key: bytes, salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB, secret=key)


@cache
def _decoy() -> str:
    """What no code opens that anybody can type."""
    return _argon2(b"nobody's", bytes(SALT_BYTES)).derive_phc_encoded(b"")
