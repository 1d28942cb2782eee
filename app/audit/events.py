"""What happens to the journal itself."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class AddressesForgotten(Event):
    """`subject_id` is the authority's. The addresses of `count` events from before `before_day` are gone."""

    type: ClassVar[str] = "journal.addresses_forgotten"
    count: int
    before_day: date
