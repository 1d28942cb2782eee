"""What is asked of the public keys of others (RFC 7517) before anything they signed is believed."""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode


def is_strong(key: Mapping[str, Any], smallest_rsa_bits: int) -> bool:
    """Whether the key is no RSA key shorter than that. Of one that cannot be read, whoever reads it says so."""
    return key.get("kty") != "RSA" or rsa_bits(key) >= smallest_rsa_bits


def rsa_bits(key: Mapping[str, Any]) -> int:
    """The length of an RSA key's modulus, in bits; 0 where there is none."""
    try:
        modulus = urlsafe_b64decode(str(key.get("n", "")).encode("ascii"))
    except (JoseError, ValueError):
        return 0
    return int.from_bytes(modulus).bit_length()
