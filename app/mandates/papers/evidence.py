"""What a sealed file says of each signature, to people in its annex and to machines in its private data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from app.kit.i18n import _
from app.mandates.lifecycle import PartyCapacity
from app.people.delegation_models import PowerKind
from app.signin.models import Method

FORMAT: Final = "essaim-evidence-1"
EXTERNAL: Final = "external"
"""The method of a signature that was given elsewhere, with a certificate."""

_METHODS = {
    **{method.value: method.label for method in Method},
    "token": _("jeton personnel d'accès"),
    EXTERNAL: _("certificat électronique, dans le circuit de signature de la collectivité"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the annex. `mono`: a digest, set in groups."""

    name: str
    value: str
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """The act by which somebody signed in another's name, with its first and last days."""

    kind: PowerKind
    reference: str
    starts_on: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Certificate:
    """Whose certificate proved a signature given elsewhere, and which. `sha256` is of the certificate's DER."""

    subject: str
    issuer: str
    serial: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SignatureEvidence:
    """One signature. `on_behalf_of` is the party whose name it was given in, where that is not the signer."""

    name: str
    capacity: PartyCapacity
    method: str
    signed_at: datetime
    document_hash: str
    address: str | None = None
    on_behalf_of: str | None = None
    act: Act | None = None
    certificate: Certificate | None = None

    def facts(self, time_zone: str) -> Iterator[Fact]:
        """The lines of the annex."""
        if self.on_behalf_of and self.act:
            kind = self.act.kind.label.to("fr")
            yield Fact("Au nom de", self.on_behalf_of)
            yield Fact(
                "Acte",
                f"{kind} : {self.act.reference}, du {_day(self.act.starts_on)} au {_day(self.act.last_day)}",
            )
        label = _METHODS.get(self.method)
        yield Fact("Identification", label.to("fr") if label else self.method)
        yield Fact("Instant", in_words(self.signed_at, time_zone))
        yield Fact("Instant (UTC)", instant(self.signed_at))
        if self.address:
            yield Fact("Adresse", self.address)
        if self.certificate:
            yield Fact("Certificat", f"{self.certificate.subject} ; délivré par {self.certificate.issuer}")
            yield Fact("Empreinte du certificat", self.certificate.sha256, mono=True)
        yield Fact("Empreinte signée", self.document_hash, mono=True)

    def document(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "name": self.name,
            "capacity": self.capacity.value,
            "capacity_label": self.capacity.label.to("fr"),
            "method": self.method,
            "signed_at": instant(self.signed_at),
            "address": self.address,
            "document_hash": self.document_hash,
            "on_behalf_of": self.on_behalf_of,
            "act": self.act
            and {
                "kind": self.act.kind.value,
                "reference": self.act.reference,
                "starts_on": self.act.starts_on,
                "last_day": self.act.last_day,
            },
            "certificate": self.certificate
            and {
                "subject": self.certificate.subject,
                "issuer": self.certificate.issuer,
                "serial": self.certificate.serial,
                "sha256": self.certificate.sha256,
            },
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who signed a submission, and by what seal it is closed. `address` is where its file is verified."""

    mandate_id: UUID
    submission: int
    document_hash: str
    authority: str
    time_zone: str
    address: str
    sealed_at: datetime
    seal_holder: str
    demonstration: bool
    signatures: tuple[SignatureEvidence, ...] = field(default_factory=tuple)

    @property
    def sealed_at_in_words(self) -> str:
        return in_words(self.sealed_at, self.time_zone)

    def document(self) -> Mapping[str, Any]:
        """The same as plain data, for the file's private data."""
        return {
            "format": FORMAT,
            "mandate_id": self.mandate_id,
            "submission": self.submission,
            "document_hash": self.document_hash,
            "authority": self.authority,
            "time_zone": self.time_zone,
            "address": self.address,
            "sealed_at": instant(self.sealed_at),
            "seal_holder": self.seal_holder,
            "demonstration": self.demonstration,
            "signatures": [each.document() for each in self.signatures],
        }


def instant(moment: datetime) -> str:
    """RFC 3339, in UTC, to the second: what a signature's clock is good for."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_words(moment: datetime, time_zone: str) -> str:
    """`24 novembre 2026 à 16:05:09 (Europe/Paris)`."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return format_datetime(local, "d MMMM y 'à' HH:mm:ss", locale="fr") + f" ({time_zone})"


def _day(day: date) -> str:
    return format_date(day, "d MMMM y", locale="fr")
