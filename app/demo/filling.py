"""Fill an empty, migrated database with the demonstration authority."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col

from app.access.actor import system
from app.demo import calls, irritants, powers, solutions, teams
from app.demo.cast import ELECTED, Cast
from app.demo.corpus_reader import load
from app.demo.story import WEEKS, Progress, Story
from app.journal import proof
from app.kit import clock
from app.kit.database import Database
from app.kit.vault import Keyring
from app.people.hr_import import import_people
from app.people.models import Authority
from app.people.service import calendar_of, create_authority
from app.signin.service import create_client

NAME: Final = "Ville d’Exemple"
SLUG: Final = "ville-exemple"
FILLING: Final = "ville-exemple-en-cours"
"""The slug while it is being filled: it becomes `SLUG` with the last word of the story."""

LONG: Final = timedelta(weeks=26)
"""How much longer an interim lasts that began before the story."""

MACHINE: Final = "SIRH"
EXPORT: Final = Path("examples/hr-export.csv")
_ELECTED_ROW: Final = (
    f"\n{ELECTED};Mme;Delmas;Fatou;fatou.delmas@ville-exemple.test;;DGS;Direction générale des services;Cabinet;"
    ";;100,00;;;;Activité\n"
)


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """The collector looks at few objects, seldom: a fifth of the time of a filling, where hardly any cycle dies."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def fill(database: Database, export: bytes, progress: Progress, keyring: Keyring | None = None) -> UUID:
    """Tell the whole story into `database`; the authority's id.

    Raises `RuntimeError` where the journal is not whole in the end.
    """
    now = clock.now()
    zone = ZoneInfo("Europe/Paris")
    story = begin(database, export, now, zone)
    story.keyring = keyring or story.keyring
    calls.tell_charter(story)
    irritants.tell(story)
    calls.tell_calls(story)
    teams.tell(story)
    solutions.tell(story)
    powers.tell(story)
    with _rarely_collecting():
        story.play(progress)
    authority_id = story.cast.authority_id
    verdict = proof.verify(database, authority_id)
    if verdict.fault:
        raise RuntimeError(f"the journal holds up to {verdict.events}: {verdict.fault}")
    with database.transaction() as session:
        session.execute(update(Authority).where(col(Authority.id) == authority_id).values(slug=SLUG))
    return authority_id


def begin(database: Database, export: bytes, now: datetime, zone: ZoneInfo) -> Story:
    """The authority and its people as the story begins, with nothing told yet."""
    today = now.astimezone(zone).date()
    first = datetime.combine(today, time(8), zone)
    with clock.at(first - timedelta(weeks=WEEKS)), database.transaction() as session:
        authority = create_authority(session, slug=FILLING, name=NAME)
        _import(session, authority, export)
        cast = Cast.of(session, authority)
        cast.give_capacities(session)
        powers.replace_absent_heads(session, cast, clock.today(authority.time_zone), today + LONG)
        create_client(session, authority.id, name=MACHINE, scopes=["hr:read"])
        return Story(database, cast, load(), calendar_of(session, authority.id), now)


def _import(session: Session, authority: Authority, export: bytes) -> None:
    """The HR export, and an elected member, whom no HR system knows, in the same form."""
    actor = system(authority.id, authority.time_zone)
    import_people(session, actor, export.rstrip() + _ELECTED_ROW.encode())
