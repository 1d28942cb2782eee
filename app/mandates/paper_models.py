"""The files of a mandate: as they were sealed, with the timestamps that came after, and those signed elsewhere."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from app.kit import clock
from app.kit.columns import AuthorityRow, Labelled, enum_field, instant_field
from app.kit.i18n import _


class FileKind(Labelled):
    SEALED = "sealed", _("scellé à la dernière signature")
    TIMESTAMPED = "timestamped", _("scellé et horodaté")
    EXTERNAL = "external", _("signé hors d'Essaim")


class MandateFile(AuthorityRow, table=True):
    """A PDF, never changed: what is added to it makes the next `version` of its submission.

    `document_hash` is of the text that it shows, `sha256` of `content` itself. `evidence` is what it says of its
    signatures, as JSON; empty for a file signed elsewhere. `code_hash` is the SHA-256 of the code that its page of
    evidence shows.
    """

    __tablename__ = "mandate_files"
    __table_args__ = (
        UniqueConstraint("mandate_id", "submission", "version"),
        UniqueConstraint("code_hash"),
        Index("ix_mandate_files_sha256", "sha256"),
        CheckConstraint("(kind = 'external') = (evidence = '')", name="evidence"),
    )

    mandate_id: UUID = Field(foreign_key="mandates.id")
    submission: int
    version: int
    kind: FileKind = enum_field(FileKind)
    content: bytes = Field(sa_type=LargeBinary)
    sha256: str = Field(max_length=64)
    document_hash: str = Field(max_length=64)
    evidence: str = Field(default="", sa_type=Text)
    code_hash: str | None = Field(default=None, max_length=64)
    demonstration: bool = False
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class MandateStamp(AuthorityRow, table=True):
    """A file that waits for its timestamp, or had it (`done_at`)."""

    __tablename__ = "mandate_stamps"
    __table_args__ = (UniqueConstraint("file_id"), Index("ix_mandate_stamps_due_at", "done_at", "due_at"))

    file_id: UUID = Field(foreign_key="mandate_files.id")
    due_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    attempts: int = 0
    done_at: datetime | None = instant_field(default=None, nullable=True)
    last_error: str | None = Field(default=None, max_length=500)


class MandateSeal(AuthorityRow, table=True):
    """The seal for demonstrations of an authority that has none of its own: its certificate (DER), its key locked."""

    __tablename__ = "mandate_seals"
    __table_args__ = (UniqueConstraint("authority_id"),)

    certificate: bytes = Field(sa_type=LargeBinary)
    master_id: str = Field(max_length=16)
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    ciphertext: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class MandateProof(AuthorityRow, table=True):
    """The certificate that proved a signature given elsewhere, in a file. `sha256` is of the certificate's DER."""

    __tablename__ = "mandate_proofs"
    __table_args__ = (UniqueConstraint("signature_id"), Index("ix_mandate_proofs_file_id", "file_id"))

    signature_id: UUID = Field(foreign_key="mandate_signatures.id")
    file_id: UUID = Field(foreign_key="mandate_files.id")
    subject: str = Field(sa_type=Text)
    issuer: str = Field(sa_type=Text)
    serial: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
