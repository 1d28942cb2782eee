"""The key of this installation that signs what the journal stood at: Ed25519 (RFC 8032).

A key file is PEM, readable by its owner alone: the private key that signs, then the public keys that signed before it
and are still trusted. A key is known by the first 128 bits, in hexadecimal, of the SHA-256 of its 32 public bytes.
"""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_END = b"-----END PUBLIC KEY-----\n"


@dataclass(frozen=True)
class Keyring:
    """The key that signs, and those trusted to have signed: `trusted` has them all by id, the present one first."""

    signer: Ed25519PrivateKey
    former: tuple[Ed25519PublicKey, ...] = ()
    trusted: dict[str, Ed25519PublicKey] = field(init=False)

    def __post_init__(self) -> None:
        keys = (self.signer.public_key(), *self.former)
        object.__setattr__(self, "trusted", {id_of(key): key for key in keys})

    @property
    def key_id(self) -> str:
        return id_of(self.signer.public_key())

    def sign(self, message: bytes) -> str:
        """The signature, in hexadecimal."""
        return self.signer.sign(message).hex()

    def holds(self, key_id: str, message: bytes, signature: str) -> bool:
        """Whether `signature` is that of a trusted key over `message`."""
        try:
            self.trusted[key_id].verify(bytes.fromhex(signature), message)
        except (KeyError, ValueError, InvalidSignature):
            return False
        return True

    def public(self) -> dict[str, str]:
        """The trusted keys' public bytes by id, in hexadecimal."""
        return {key_id: _raw(key).hex() for key_id, key in self.trusted.items()}


def create(path: Path) -> Keyring:
    """A new key in a new file. Raises `FileExistsError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Keyring(Ed25519PrivateKey.generate())
    _write(path, made)
    return made


def renew(path: Path) -> Keyring:
    """A new key in the place of the one in this file, which stays trusted. Raises as `load` does."""
    present = load(path)
    made = Keyring(Ed25519PrivateKey.generate(), (present.signer.public_key(), *present.former))
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    _write(beside, made)
    beside.replace(path)
    return made


def load(path: Path) -> Keyring:
    """The keys of a file. Raises `OSError` where it cannot be read, `ValueError` where it holds something else."""
    private, end, rest = path.read_bytes().partition(b"-----END PRIVATE KEY-----\n")
    signer = load_pem_private_key(private + end, password=None)
    former = [load_pem_public_key(part + _END) for part in rest.split(_END) if part.strip()]
    if not isinstance(signer, Ed25519PrivateKey) or not all(
        isinstance(key, Ed25519PublicKey) for key in former
    ):
        raise ValueError(f"{path}: an Ed25519 key is expected")
    return Keyring(signer, tuple(key for key in former if isinstance(key, Ed25519PublicKey)))


def id_of(key: Ed25519PublicKey) -> str:
    """The short name of a key."""
    return hashlib.sha256(_raw(key)).hexdigest()[:32]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _write(path: Path, keys: Keyring) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(keys.signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        for key in keys.former:
            file.write(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
