"""What closes a file: the authority's own seal, from a file or a device, else one made for demonstrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlmodel import Session, col

from app.kit import clock
from app.kit.database import insert_if_absent
from app.kit.vault import LockNotOpened, Sealed
from app.mandates.paper_models import MandateSeal
from app.mandates.papers import demonstration, means
from app.mandates.papers.problems import SealUnavailable
from app.people.models import Authority
from app.settings import SealSettings

log = structlog.get_logger("essaim.seals")


@dataclass(frozen=True, slots=True)
class Seal:
    """A key ready to seal, and whose it is. `signer` is pyHanko's. `certificate` is DER."""

    signer: Any
    holder: str
    certificate: bytes
    is_demonstration: bool = False


@contextmanager
def seal_of(session: Session, authority: Authority) -> Iterator[Seal]:
    """The seal of an authority, for the time of the block. Raises `SealUnavailable` where it cannot be had."""
    configured = means.settings().seals.get(authority.slug)
    if configured is None:
        yield _demonstration(session, authority)
        return
    try:
        if configured.pkcs12_file is not None:
            yield _from_file(configured)
            return
        with _from_device(configured) as seal:
            yield seal
    except (OSError, ValueError, RuntimeError, _device_error()) as error:
        log.error("no seal", authority=authority.slug, exc_info=error)
        raise SealUnavailable from error


def _from_file(configured: SealSettings) -> Seal:
    from pyhanko.sign import signers

    pin = configured.pin()
    signer = signers.SimpleSigner.load_pkcs12(
        str(configured.pkcs12_file),
        ca_chain_files=_chain_files(configured),
        passphrase=None if pin is None else pin.encode(),
    )
    if signer is None:
        raise ValueError(f"{configured.pkcs12_file}: no key and certificate can be read there")
    return _seal(signer)


@contextmanager
def _from_device(configured: SealSettings) -> Iterator[Seal]:
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.keys import load_certs_from_pemder
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    with open_pkcs11_session(
        str(configured.pkcs11_library),
        token_criteria=TokenCriteria(label=configured.token),
        user_pin=configured.pin(),
    ) as device:
        chain = list(load_certs_from_pemder(_chain_files(configured)))
        yield _seal(
            PKCS11Signer(
                device,
                cert_label=configured.certificate,
                key_label=configured.key or configured.certificate,
                ca_chain=chain,
            )
        )


def _device_error() -> type[Exception]:
    """What the device's library raises, where it is installed."""
    try:
        from pkcs11.exceptions import PKCS11Error
    except ImportError:
        return OSError
    return PKCS11Error


def _seal(signer: Any) -> Seal:
    own = signer.signing_cert
    return Seal(signer, own.subject.human_friendly, own.dump())


def _chain_files(configured: SealSettings) -> list[str]:
    return [str(configured.chain_file)] if configured.chain_file else []


def _demonstration(session: Session, authority: Authority) -> Seal:
    """The one that is kept under lock for this authority; without a master key, one whose key is forgotten at once."""
    keyring = means.settings().keyring()
    if keyring is None:
        return _own_made(*demonstration.make(authority.name, clock.now()))
    about = f"seal of {authority.id}".encode()
    kept = select(MandateSeal).where(col(MandateSeal.authority_id) == authority.id)
    row = session.execute(kept).scalar_one_or_none()
    if row is None:
        key, certificate = demonstration.make(authority.name, clock.now())
        locked = keyring.seal(key, about)
        insert_if_absent(
            session,
            MandateSeal(
                authority_id=authority.id,
                certificate=certificate,
                master_id=locked.master_id,
                wrapped_key=locked.wrapped_key,
                ciphertext=locked.ciphertext,
            ),
        )
        # Of two that were made at once, the first stands.
        row = session.execute(kept).scalar_one()
    try:
        key = keyring.open(Sealed(row.master_id, row.wrapped_key, row.ciphertext), about)
    except LockNotOpened as error:
        log.warning("the kept seal cannot be opened", authority=authority.slug, exc_info=error)
        return _own_made(*demonstration.make(authority.name, clock.now()))
    return _own_made(key, row.certificate)


def _own_made(key: bytes, certificate: bytes) -> Seal:
    from asn1crypto import keys, x509
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(certificate),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),
    )
    return Seal(signer, demonstration.NO_VALUE, certificate, is_demonstration=True)
