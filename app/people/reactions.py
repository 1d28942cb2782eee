"""What happens to delegations and interims, in the same transaction, when HR's word on the people changes."""

from sqlmodel import Session

from app.access.actor import Actor
from app.people import delegation_service
from app.people.events import PeopleImported


def end_powers(session: Session, _event: PeopleImported, actor: Actor) -> None:
    """A power ends with the function of its holder, or with the departure of whoever gave it."""
    delegation_service.note_ends(session, actor, actor.today())
