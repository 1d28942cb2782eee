"""Small secrets under lock and key: each under a key of its own, and that key under a master key kept elsewhere.

AES-256-GCM (NIST SP 800-38D) locks the secret under a fresh key, and that key under the master's; both are bound to
what they are about, so that a lock moved to another row opens nothing. A database without the master key tells nothing
of its secrets but how long they are.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
ALGORITHM = "aes-256-gcm"
"""How everything is locked today. What is locked names it, so that another can come beside it."""


class LockNotOpened(Exception):
    """The master key that locked it is not on the ring, or what is stored was changed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A locked secret: which master locks its own key (16 hex digits), that key locked, the secret locked, and how."""

    master_id: str
    wrapped_key: bytes
    ciphertext: bytes
    algorithm: str = ALGORITHM


class Keyring:
    """The master keys, of 32 bytes each: the first locks, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a master key has {KEY_BYTES} bytes")
        self.current = _derived(keys[0], b"id").hex()[:16]
        self._masters = {_derived(key, b"id").hex()[:16]: _derived(key, b"wrap") for key in keys}
        self._blinding = _derived(keys[0], b"blind")

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """The ring of keys written by `new_key`. Raises `ValueError`, without repeating what was given."""
        try:
            keys = [base64.b64decode(text, altchars=b"-_", validate=True) for text in texts]
        except ValueError:
            raise ValueError(
                "a master key is written in 44 characters, by `essaim protection new-key`"
            ) from None
        return cls(keys)

    def __repr__(self) -> str:
        return f"<Keyring {self.current}>"

    def seal(self, secret: bytes, about: bytes) -> Sealed:
        """Lock `secret`, bound to what it is `about`."""
        key = AESGCM.generate_key(256)
        return Sealed(
            self.current,
            _lock(self._masters[self.current], key, about),
            _lock(key, secret, about),
        )

    def open(self, sealed: Sealed, about: bytes) -> bytes:
        """The secret. Raises `LockNotOpened`, also for an algorithm that is not known here."""
        return _unlock(self._own_key(sealed, about), sealed.ciphertext, about)

    def rewrap(self, sealed: Sealed, about: bytes) -> Sealed:
        """The same secret, its key locked by the current master. Raises `LockNotOpened`."""
        key = self._own_key(sealed, about)
        return Sealed(self.current, _lock(self._masters[self.current], key, about), bytes(sealed.ciphertext))

    def blind(self, *words: str) -> str:
        """A digest of `words` that nobody recomputes without the current master key: 64 hex digits."""
        return hmac.new(self._blinding, "\0".join(words).encode(), sha256).hexdigest()

    def _own_key(self, sealed: Sealed, about: bytes) -> bytes:
        if sealed.algorithm != ALGORITHM:
            raise LockNotOpened(f"locked by {sealed.algorithm}")
        master = self._masters.get(sealed.master_id)
        if master is None:
            raise LockNotOpened(f"master key {sealed.master_id} is not on the ring")
        return _unlock(master, sealed.wrapped_key, about)


def new_key() -> str:
    """A fresh master key, as it is written in settings."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _derived(key: bytes, purpose: bytes) -> bytes:
    # One key for each use (NIST SP 800-108): what names a key or blinds an address tells nothing of what locks.
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"essaim protection " + purpose).derive(key)


def _lock(key: bytes, plain: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _unlock(key: bytes, locked: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        raise LockNotOpened("what is stored was changed, or is about something else") from None
