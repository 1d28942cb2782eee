"""Domain events: past-tense facts, recorded beside the change that caused them."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import UUID

import msgspec


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact. Subclasses fix `type` (`mandate.signed`); further fields become the payload.

    Payloads carry ids and what a reader of the journal needs, never a name: erasing a person must not break the chain.
    """

    type: ClassVar[str]
    subject_id: UUID

    @property
    def subject_type(self) -> str:
        return self.type.partition(".")[0]

    def payload(self) -> dict[str, Any]:
        """The event's own fields as plain JSON data."""
        data = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "subject_id"}
        plain: dict[str, Any] = msgspec.to_builtins(data)
        return plain
