"""In what capacity somebody acts: the policy notes on what ground it allowed an act, the journal writes it down.

The note lives with the unit of work. Whoever acts by a title of their own (a signature, a delegation) says so in
`acting_as`, which goes before.
"""

from typing import Protocol

from sqlmodel import Session

_NOTE = "acting_as"


class Acting(Protocol):
    """What the journal needs to know of whoever acts."""

    @property
    def key(self) -> str: ...

    @property
    def acting_as(self) -> str | None: ...


def note(session: Session, key: str, capacity: str) -> None:
    """Remember that whoever has this key was last allowed something in this capacity."""
    session.info[_NOTE] = key, capacity


def capacity(session: Session, by: Acting) -> str | None:
    """What they act as: their own word, else what was noted of them; None where nothing allowed them anything."""
    if by.acting_as:
        return by.acting_as
    key, noted = session.info.get(_NOTE, (None, None))
    return noted if key == by.key else None
