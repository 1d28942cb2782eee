"""The letters of a code, and what is kept of it."""

import hashlib
import hmac
import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No O beside 0, no I beside 1: what is read on paper is what is typed."""

LENGTH = 8
"""Eight of thirty-two signs: forty random bits, of which the limits of the door let a few hundred be tried a day."""


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


def fingerprint(key: bytes, hr_id: str, code: str) -> str:
    """What is stored of a code: an HMAC-SHA-256, since forty bits under a plain digest could be searched."""
    material = f"sign-in code\0{bare_hr_id(hr_id)}\0{bare(code)}"
    return hmac.new(key, material.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
