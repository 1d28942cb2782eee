"""The statement that a client signs to show who it is (`private_key_jwt`: RFC 7523; OpenID Connect Core, section 9).

Nothing here knows the database. Keys are public ones (RFC 7517): RSA (of 2048 bits at least), EC on P-256, Ed25519.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, TypeAlias

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from app.kit import clock
from app.kit.jose import is_strong
from app.settings import get_settings

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Final = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
"""What may sign, and the type of key that does (RFC 7518, section 3.1; RFC 8037; RFC 9864)."""

LONGEST: Final = timedelta(minutes=5)
LEEWAY: Final = 30
"""Seconds by which the client's clock may differ from ours."""

MAX_LENGTH: Final = 8192
MAX_JTI_LENGTH: Final = 255
MAX_KEYS: Final = 10
MAX_PUBLISHED: Final = 30
MAX_KID_LENGTH: Final = 255
MAX_MEMBER_LENGTH: Final = 1400
"""That of RSA of 8192 bits: a larger key would take everybody's time to verify with."""

_CURVES: Final = {"EC": "P-256", "OKP": "Ed25519"}
_PUBLIC: Final = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_KINDS: Final[Mapping[str, Any]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_NAMING: Final = ("kty", "kid", "use", "alg")
# What reading what anybody may have written raises, the depth of its brackets included.
_UNREADABLE: Final = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)

Key: TypeAlias = RSAKey | ECKey | OKPKey


class AssertionRefused(Exception):
    """The statement does not hold. Why is nobody's business but the log's."""


class NoSuchKey(AssertionRefused):
    """Nor is there any key that it names."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that held: `jti_hash` until `expires_at` is what must not come again."""

    jti_hash: str
    expires_at: datetime


class _Pinned(JWSRegistry):
    """The algorithms above and no other. `EdDSA`, as most clients still call Ed25519, is heard without a warning."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"Algorithm of {name!r} is not allowed")
        return self.algorithms[name]


_REGISTRY: Final = _Pinned()


def public_keys(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """The key set as it is kept: public members only. Raises `ValueError` saying which key does not fit, and why."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= MAX_KEYS:
        raise ValueError(f"from 1 to {MAX_KEYS} keys")
    kept = [_public(number, key) for number, key in enumerate(keys, start=1)]
    kids = [key["kid"] for key in kept if "kid" in key]
    if len(set(kids)) < len(kids):
        raise ValueError("two keys with the same kid")
    return {"keys": kept}


def usable_keys(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Of a set that is published, the keys that may sign here: the others are for somebody else, or too short.

    Raises `ValueError` for what is no key set, or has none of them.
    """
    keys = jwks.get("keys")
    kept = []
    for number, key in enumerate(keys[:MAX_PUBLISHED] if isinstance(keys, list) else [], start=1):
        with suppress(ValueError):
            kept.append(_public(number, key))
    if not kept:
        raise ValueError("no key that could be used")
    return {"keys": kept}


def _public(number: int, key: Any) -> dict[str, Any]:
    if not isinstance(key, dict) or key.get("kty") not in tuple(_PUBLIC):
        raise ValueError(f"key {number}: kty RSA, EC or OKP")
    if not set(key).isdisjoint({"d", "p", "q", "dp", "dq", "qi", "oth", "k"}):
        raise ValueError(f"key {number}: this is a private key; send its public part, and replace it")
    kind = key["kty"]
    if kind in _CURVES and key.get("crv") != _CURVES[kind]:
        raise ValueError(f"key {number}: crv {_CURVES[kind]}")
    if "alg" in key and (not isinstance(key["alg"], str) or ALGORITHMS.get(key["alg"]) != kind):
        raise ValueError(f"key {number}: alg does not fit")
    if key.get("use", "sig") != "sig":
        raise ValueError(f"key {number}: use sig")
    kept = {name: key[name] for name in (*_NAMING, *_PUBLIC[kind]) if name in key}
    if odd := [name for name, value in kept.items() if not _is_plain(name, value)]:
        raise ValueError(f"key {number}: {odd[0]} is a short text in ASCII")
    try:
        # Shorter ones are not even read.
        if strong := is_strong(kept, smallest_rsa_bits()):
            _imported(kept)
    except _UNREADABLE:
        raise ValueError(f"key {number}: cannot be read") from None
    if not strong:
        raise ValueError(f"key {number}: RSA of {smallest_rsa_bits()} bits at least")
    return kept


def _is_plain(name: str, value: Any) -> bool:
    longest = MAX_KID_LENGTH if name == "kid" else MAX_MEMBER_LENGTH
    return isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= longest


def smallest_rsa_bits() -> int:
    """What the operator asks of RSA keys."""
    return get_settings().smallest_rsa_bits


def claimed_client(assertion: str) -> str:
    """Whom an unverified statement says it speaks for. Raises `AssertionRefused` where it says nothing."""
    subject = _part(assertion, 1).get("sub")
    if not isinstance(subject, str):
        raise AssertionRefused("no sub")
    return subject


def verify(
    assertion: str, jwks: Mapping[str, Any] | None, *, client_id: str, audiences: Sequence[str]
) -> Statement:
    """The statement, where a key of `jwks` signed it, `client_id` speaks in it for itself, and to one of `audiences`.

    Raises `AssertionRefused`. Where there are no keys, as much work is done.
    """
    header = _part(assertion, 0)
    kid, alg = header.get("kid"), header.get("alg")
    kind = ALGORITHMS.get(alg) if isinstance(alg, str) else None
    keys = [
        key
        for key in (jwks or _decoys())["keys"]
        if key["kty"] == kind
        and key.get("alg", alg) == alg
        and (kid is None or key.get("kid", kid) == kid)
        and is_strong(key, smallest_rsa_bits())
    ]
    for key in keys:
        try:
            claims = jwt.decode(assertion, _imported(key), registry=_REGISTRY).claims
            return _checked(claims, client_id, audiences)
        except _UNREADABLE as error:
            refusal = error
    if not keys:
        raise NoSuchKey("no such key")
    raise AssertionRefused(repr(refusal))


def _checked(claims: dict[str, Any], client_id: str, audiences: Sequence[str]) -> Statement:
    now = clock.now().timestamp()
    jwt.JWTClaimsRegistry(
        now=int(now),
        leeway=LEEWAY,
        iss={"essential": True, "value": client_id},
        sub={"essential": True, "value": client_id},
        aud={"essential": True, "values": list(audiences)},
        exp={"essential": True},
        jti={"essential": True},
    ).validate(claims)
    aud, exp, jti = claims["aud"], claims["exp"], claims["jti"]
    # One also meant for somebody else could have been taken from there.
    if any(audience not in audiences for audience in ([aud] if isinstance(aud, str) else aud)):
        raise ValueError("another audience besides")
    # Written so that a NaN, which compares with nothing, is refused.
    if not exp <= now + LONGEST.total_seconds() + LEEWAY:
        raise ValueError("lasts too long")
    if not 1 <= len(jti) <= MAX_JTI_LENGTH:
        raise ValueError("jti")
    until = datetime.fromtimestamp(exp + LEEWAY + 1, tz=UTC)
    return Statement(hashlib.sha256(jti.encode("utf-8", "surrogatepass")).hexdigest(), until)


def _part(assertion: str, number: int) -> dict[str, Any]:
    parts = assertion.split(".")
    if len(assertion) > MAX_LENGTH or len(parts) != 3:
        raise AssertionRefused("not a JWS in compact form")
    try:
        part = json.loads(urlsafe_b64decode(parts[number].encode()))
    except _UNREADABLE:
        raise AssertionRefused("not a JWT") from None
    if not isinstance(part, dict):
        raise AssertionRefused("not a JWT")
    return part


def _imported(key: Mapping[str, Any]) -> Key:
    imported: Key = _KINDS[key["kty"]].import_key(dict(key))
    return imported


@cache
def _decoys() -> dict[str, Any]:
    """Keys whose private part nobody has: an unknown client takes as long to refuse as a known one."""
    keys = (
        RSAKey.generate_key(smallest_rsa_bits()),
        ECKey.generate_key("P-256"),
        OKPKey.generate_key("Ed25519"),
    )
    return {"keys": [key.as_dict(private=False) for key in keys]}
