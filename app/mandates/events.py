"""What happens to a mandate."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.journal.events import Event
from app.mandates.lifecycle import PartyCapacity
from app.people.delegation_models import PowerKind


@dataclass(frozen=True, kw_only=True)
class ByAct:
    """In whose name somebody acted, and by which act. `last_day` is included."""

    on_behalf_of: UUID
    kind: PowerKind
    act_id: UUID
    act_reference: str
    last_day: date


@dataclass(frozen=True, kw_only=True)
class MandateDrafted(Event):
    type: ClassVar[str] = "mandate.drafted"
    team_id: UUID


@dataclass(frozen=True, kw_only=True)
class MandateEdited(Event):
    type: ClassVar[str] = "mandate.edited"
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MandateSubmitted(Event):
    """`document_hash` is the SHA-256 of the text that the parties are asked to sign."""

    type: ClassVar[str] = "mandate.submitted"
    submission: int
    document_hash: str


@dataclass(frozen=True, kw_only=True)
class MandateSigned(Event):
    type: ClassVar[str] = "mandate.signed"
    party_id: UUID
    capacity: PartyCapacity
    document_hash: str
    by_act: ByAct | None = None


@dataclass(frozen=True, kw_only=True)
class MandateSignedOutside(Event):
    """A certificate proves that this party signed, in a file that whoever acts brought back."""

    type: ClassVar[str] = "mandate.signed_outside"
    party_id: UUID
    capacity: PartyCapacity
    document_hash: str
    file_id: UUID
    certificate_sha256: str


@dataclass(frozen=True, kw_only=True)
class MandateRefused(Event):
    type: ClassVar[str] = "mandate.refused"
    party_id: UUID
    reason: str
    by_act: ByAct | None = None


@dataclass(frozen=True, kw_only=True)
class MandateWithdrawn(Event):
    type: ClassVar[str] = "mandate.withdrawn"


@dataclass(frozen=True, kw_only=True)
class MandateLapsed(Event):
    """Not everybody signed in time: the text goes back to be written. `days` is the time they had."""

    type: ClassVar[str] = "mandate.lapsed"
    submission: int
    days: int


@dataclass(frozen=True, kw_only=True)
class MandateSignatureReminded(Event):
    """These parties have been asked for their signature for so many working days, or more."""

    type: ClassVar[str] = "mandate.signature_reminded"
    party_ids: tuple[UUID, ...]
    working_days: int


@dataclass(frozen=True, kw_only=True)
class MandateEnding(Event):
    """The end is near: `on_day` is the last day, `weeks` how many before it this was due to be said."""

    type: ClassVar[str] = "mandate.ending"
    on_day: date
    weeks: int


@dataclass(frozen=True, kw_only=True)
class MandateDeadlineDue(Event):
    """The day has come by which a clause of the mandate has this capacity do something."""

    type: ClassVar[str] = "mandate.deadline_due"
    clause_key: str
    owner: PartyCapacity
    on_day: date


@dataclass(frozen=True, kw_only=True)
class MandateSealed(Event):
    """The file with its evidence stands sealed; `sha256` is of its bytes. `demonstration`: by a seal worth nothing."""

    type: ClassVar[str] = "mandate.sealed"
    submission: int
    file_id: UUID
    sha256: str
    demonstration: bool


@dataclass(frozen=True, kw_only=True)
class MandateTimestamped(Event):
    """A timestamp authority vouches for the instant at which the sealed file stood."""

    type: ClassVar[str] = "mandate.timestamped"
    file_id: UUID
    sha256: str


@dataclass(frozen=True, kw_only=True)
class MandateActivated(Event):
    """The last party signed. Rooms above plan half-days and follow-ups in the same transaction.

    The mandate takes effect on its first day, or today when that has passed.
    """

    type: ClassVar[str] = "mandate.activated"


@dataclass(frozen=True, kw_only=True)
class MandateSuspended(Event):
    """Nothing is owed from `from_day` (included) on, until the mandate resumes. `until_day` is when it is meant to."""

    type: ClassVar[str] = "mandate.suspended"
    from_day: date
    reason: str
    until_day: date | None = None


@dataclass(frozen=True, kw_only=True)
class MandateResumed(Event):
    """Half-days are owed again from `from_day` (included) on."""

    type: ClassVar[str] = "mandate.resumed"
    from_day: date


@dataclass(frozen=True, kw_only=True)
class MandateTerminated(Event):
    """`on_day` is the last day of the mandate."""

    type: ClassVar[str] = "mandate.terminated"
    on_day: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class MandateAmended(Event):
    """An amendment is in force: from `from_day` (included) on, half-days and follow-ups follow its terms.

    `submission` is the number of the text that binds from then on, and `document_hash` its SHA-256; `fields` are what
    changed of the mandate.
    """

    type: ClassVar[str] = "mandate.amended"
    amendment_id: UUID
    submission: int
    document_hash: str
    from_day: date
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MandateCompleted(Event):
    """`on_day` is the last day of the mandate."""

    type: ClassVar[str] = "mandate.completed"
    on_day: date


@dataclass(frozen=True, kw_only=True)
class MandateExpired(Event):
    """`on_day` is the last day of the mandate."""

    type: ClassVar[str] = "mandate.expired"
    on_day: date
