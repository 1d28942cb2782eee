"""How long an RSA key is."""

import base64
from typing import Any

import pytest

from app.kit.jose import is_strong


def modulus_of(bits: int) -> str:
    number = 1 << (bits - 1) | 1
    return base64.urlsafe_b64encode(number.to_bytes((bits + 7) // 8)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("key", "strong"),
    [
        ({"kty": "RSA", "n": modulus_of(2048)}, True),
        ({"kty": "RSA", "n": modulus_of(4096)}, True),
        ({"kty": "RSA", "n": modulus_of(2047)}, False),
        ({"kty": "RSA", "n": modulus_of(1024)}, False),
        ({"kty": "RSA", "n": "A" * 340 + "Q"}, False),
        ({"kty": "RSA", "n": "é"}, False),
        ({"kty": "RSA", "n": 5}, False),
        ({"kty": "RSA"}, False),
        ({"kty": "EC", "crv": "P-256"}, True),
    ],
)
def test_short_keys(key: dict[str, Any], strong: bool) -> None:
    assert is_strong(key, 2048) is strong
