"""What the signatures of a PDF prove, by the file alone.

`inspect` reads a file that anybody may have made, in a process of its own that may use neither much memory nor much
time and holds no secret of ours: a file that bursts, loops or breaks the reader ends that process and nothing else.
This module is also that process's program, so it imports nothing of Essaim.
"""

import asyncio
import hashlib
import io
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any, Final

import msgspec

PIECE: Final = "/Essaim"
TEXT: Final = "/Text"
EVIDENCE: Final = "/Evidence"

MEMORY: Final = 1_500_000_000
"""Bytes of address space."""
CPU_SECONDS: Final = 20
WALL_SECONDS: Final = 60
AT_ONCE: Final = 2
PRIVATE_BYTES: Final = 2_000_000
"""More than any mandate's text."""
ALLOWED: Final = ("NONE", "LTA_UPDATES", "FORM_FILLING")
"""What may have come after a signature (pyHanko's difference analysis): nothing, proofs for the long term, further
signatures. The only fields of a mandate are those of signatures."""

_places = BoundedSemaphore(AT_ONCE)


class Unreadable(Exception):
    """No PDF that can be read to its end within bounds."""


class Crowded(Exception):
    """As many files are being read as may be at once."""


class Holder(msgspec.Struct, frozen=True):
    """Whose certificate it is. `names` are its common name and the addresses of its mail; `sha256` is of its DER."""

    subject: str
    issuer: str
    serial: str
    sha256: str
    common_name: str
    emails: list[str]


class Signed(msgspec.Struct, frozen=True):
    """A signature, or the timestamp of a document. `end` is how many bytes of the file it covers.

    `intact`: not a byte that it covers has changed, and nothing came after that it does not allow. `trusted`: its
    certificate goes back to one of the roots. `timestamp` is the instant that a timestamp authority vouches for.
    """

    field: str
    is_timestamp: bool
    holder: Holder
    said_at: datetime | None
    timestamp: datetime | None
    intact: bool
    trusted: bool
    later: str
    end: int


class Report(msgspec.Struct, frozen=True):
    """`whole`: the last signature covers the file to its end. `text` and `evidence` are the private data, if any.

    `grown_by_signatures`: everything since the file's first revision is signatures and their proofs. Asked for alone.
    """

    signatures: list[Signed]
    whole: bool
    grown_by_signatures: bool = False
    text: str = ""
    evidence: str = ""

    @property
    def is_sound(self) -> bool:
        """Signed, and not a byte that anybody signed has changed."""
        return bool(self.signatures) and self.whole and all(each.intact for each in self.signatures)


class _Task(msgspec.Struct):
    pdf: bytes
    roots: list[bytes]
    since_first: bool


def inspect(
    pdf: bytes, roots: Sequence[bytes] = (), *, since_first: bool = False, patience: float = 10
) -> Report:
    """What the signatures of `pdf` prove. `roots` are certificates (DER) that are trusted. `since_first`: look, too, at
    what was added between the first revision and the first signature.

    Raises `Unreadable`; `Crowded` after `patience` seconds.
    """
    if not pdf.startswith(b"%PDF-"):
        raise Unreadable("not a PDF")
    if not _places.acquire(timeout=patience):
        raise Crowded
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__],
            input=msgspec.msgpack.encode(_Task(pdf, list(roots), since_first)),
            capture_output=True,
            check=True,
            timeout=WALL_SECONDS,
            env={},
        )
        return msgspec.json.decode(done.stdout, type=Report)
    except (subprocess.SubprocessError, msgspec.DecodeError) as error:
        raise Unreadable(str(error)[:200]) from error
    finally:
        _places.release()


def read(pdf: bytes, roots: Sequence[bytes], *, since_first: bool = False) -> Report:
    """The same in this process: for a file of one's own."""
    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko_certvalidator import ValidationContext

    reader = PdfFileReader(io.BytesIO(pdf))
    trusted = [x509.Certificate.load(root) for root in roots]

    def context() -> ValidationContext:
        return ValidationContext(trust_roots=trusted, allow_fetching=False, revocation_mode="soft-fail")

    signatures = [asyncio.run(_signed(each, context, len(pdf))) for each in reader.embedded_signatures]
    ends = [each.end for each in signatures]
    kept = _private(reader)
    return Report(
        signatures=signatures,
        whole=len(pdf) in ends,
        grown_by_signatures=since_first and _grown_by_signatures(reader),
        text=kept.get(TEXT, ""),
        evidence=kept.get(EVIDENCE, ""),
    )


async def _signed(embedded: Any, context: Any, length: int) -> Signed:
    from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp

    ranges = [int(number) for number in embedded.byte_range]
    end = ranges[2] + ranges[3]
    is_timestamp = str(embedded.sig_object["/Type"]) == "/DocTimeStamp"
    stamp: datetime | None
    status: Any
    if is_timestamp:
        status = await async_validate_pdf_timestamp(embedded, context())
        stamp = status.timestamp
        certificate = status.signing_cert
    else:
        status = await async_validate_pdf_signature(embedded, context(), context())
        vouched = status.timestamp_validity
        stamp = vouched.timestamp if vouched and vouched.valid and vouched.intact else None
        certificate = status.signing_cert
    later = status.modification_level.name if status.modification_level else "OTHER"
    covers = ranges[0] == 0 and status.coverage.name in {"ENTIRE_FILE", "ENTIRE_REVISION"}
    allowed = later in ALLOWED and status.docmdp_ok is not False
    return Signed(
        field=str(embedded.field_name)[:200],
        is_timestamp=is_timestamp,
        holder=_holder(certificate),
        said_at=None if is_timestamp else embedded.self_reported_timestamp,
        timestamp=stamp,
        intact=bool(status.intact and status.valid and covers and allowed),
        trusted=bool(status.trusted),
        later=later,
        end=min(end, length + 1),
    )


def _grown_by_signatures(reader: Any) -> bool:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.misc import PdfReadError
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, SuspiciousModification

    first = reader.get_historical_resolver(0)
    if "/AcroForm" not in first.root and "/AcroForm" in reader.root:
        # The analysis knows how a form grows, not how it begins: from an empty one.
        empty = {name: value for name, value in reader.root["/AcroForm"].items() if name != "/Fields"}
        first.root["/AcroForm"] = generic.DictionaryObject(
            {**empty, generic.pdf_name("/Fields"): generic.ArrayObject()}
        )
    try:
        found: Any = DEFAULT_DIFF_POLICY.review_file(reader, first)
    except (PdfReadError, SuspiciousModification):
        return False
    return getattr(found, "modification_level", None) is not None and (
        found.modification_level.name in ALLOWED
    )


def _holder(certificate: Any) -> Holder:
    names = certificate.subject.native
    common = names.get("common_name", "")
    alternative = certificate.subject_alt_name_value
    emails = [str(name.native) for name in alternative or () if name.name == "rfc822_name"]
    if "email_address" in names:
        emails.append(str(names["email_address"]))
    return Holder(
        subject=certificate.subject.human_friendly,
        issuer=certificate.issuer.human_friendly,
        serial=format(certificate.serial_number, "x")[:64],
        sha256=hashlib.sha256(certificate.dump()).hexdigest(),
        common_name=common if isinstance(common, str) else " ".join(common),
        emails=emails,
    )


def _private(reader: Any) -> dict[str, str]:
    try:
        private = reader.root["/PieceInfo"][PIECE]["/Private"]
        return {name: bytes(private[name].data[:PRIVATE_BYTES]).decode() for name in (TEXT, EVIDENCE)}
    except KeyError:
        return {}


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Task)
    sys.stdout.buffer.write(msgspec.json.encode(read(task.pdf, task.roots, since_first=task.since_first)))


if __name__ == "__main__":
    _main()
