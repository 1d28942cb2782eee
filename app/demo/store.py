"""Where the demonstration is kept, so that one half-filled never passes for whole.

In SQLite it is filled in a file beside, which takes its place at the end. Elsewhere, the authority bears another slug
while it is being filled. A database that holds any other authority is left alone.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import inspect, make_url, select
from sqlalchemy.exc import DatabaseError
from sqlmodel import col

from app.demo.filling import FILLING, SLUG, fill
from app.demo.story import Progress
from app.kit.bounds import everywhere
from app.kit.columns import metadata
from app.kit.database import Database
from app.kit.postgres import ROLE
from app.kit.vault import Keyring
from app.people.models import Authority

SUFFIXES: Final = ("", "-wal", "-shm", "-journal")


class Foreign(Exception):
    """The database is somebody else's. The sentence says what to do."""

    def __init__(self, found: Iterable[str]) -> None:
        super().__init__(
            f"Cette base contient autre chose que la démonstration ({', '.join(sorted(found))}) : elle n'y touche "
            "pas. Donnez-lui une base à elle dans ESSAIM_DATABASE_URL, ou retirez cette variable."
        )


class Store:
    """The database at `url`; `upgrade` brings one to the present schema, for the application to work there as `role`;
    `keyring` locks protected identities.

    What is found there may be somebody else's, or nothing yet: the connecting role looks, and empties, itself.
    """

    def __init__(
        self, url: str, upgrade: Callable[[str], None], role: str = ROLE, keyring: Keyring | None = None
    ) -> None:
        self.keyring = keyring
        self.url = make_url(url)
        self.upgrade = upgrade
        self.file = (
            Path(self.url.database).resolve()
            if self.url.get_backend_name() == "sqlite" and self.url.database
            else None
        )
        self.role = role
        self.database = Database(url, role=role)

    def is_whole(self) -> bool:
        """Whether the demonstration is there, whole. Raises `Foreign` where anything else is."""
        if self.file and not self.file.exists():
            return False
        slugs = self._slugs()
        if others := slugs - {SLUG, FILLING}:
            raise Foreign(others)
        if slugs == {SLUG}:
            self.upgrade(self._text(self.url.database))
            return True
        return False

    def fill(self, export: bytes, progress: Progress) -> None:
        """Start over. Raises `Foreign` where anything else is there."""
        self.is_whole()
        if self.file:
            self._fill_file(self.file, export, progress)
            return
        self.upgrade(self._text(self.url.database))
        with Database(self._text(self.url.database), role=None) as owner, owner.transaction() as session:
            session.connection().exec_driver_sql(f"TRUNCATE {', '.join(metadata.tables)} CASCADE")
        with everywhere():
            fill(self.database, export, progress, self.keyring)

    def close(self) -> None:
        """Let go of the connections."""
        self.database.dispose()

    def _fill_file(self, file: Path, export: bytes, progress: Progress) -> None:
        beside = file.with_name(f"{file.name}.filling.db")
        file.parent.mkdir(parents=True, exist_ok=True)
        _remove(beside)
        url = self._text(str(beside))
        self.upgrade(url)
        with Database(url, role=self.role) as database, everywhere():
            fill(database, export, progress, self.keyring)
            with database.read() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.database.dispose()
        _remove(file)
        beside.rename(file)

    def _slugs(self) -> set[str]:
        with Database(self._text(self.url.database), role=None) as owner:
            try:
                tables = set(inspect(owner.reader).get_table_names())
            except DatabaseError as error:
                if self.file is None:
                    raise
                raise Foreign([str(error.orig)]) from None
            if Authority.__tablename__ not in tables:
                if tables - {"alembic_version"}:
                    raise Foreign(tables)
                return set()
            with owner.read() as connection:
                return set(connection.execute(select(col(Authority.slug))).scalars())

    def _text(self, database: str | None) -> str:
        return self.url.set(database=database).render_as_string(hide_password=False)


def _remove(file: Path) -> None:
    for suffix in SUFFIXES:
        file.with_name(file.name + suffix).unlink(missing_ok=True)
