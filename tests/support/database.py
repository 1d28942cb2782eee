"""The database as tests hold it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from app.kit import bounds
from app.kit.database import Database


class Lookout(Database):
    """The application's database, under the application's role, whose every authority a test sees.

    Where the work at hand says whose rows it may see, as every request does from its first word, that holds here too.
    What must not forget to say so is tested over a plain `Database`.
    """

    def bounds(self) -> str:
        said = bounds.current()
        return bounds.EVERYWHERE if said is None else said


class Kept(Lookout):
    """One that goes from test to test, with its connections and with all that was ever compiled for them."""

    def dispose(self) -> None:
        """Whoever serves it is done with it; the next test is not."""

    def close(self) -> None:
        super().dispose()


@contextmanager
def owning(database: Database) -> Iterator[Connection]:
    """A transaction of the owner of the tables, whom nothing holds back, committed at the end of the block."""
    url = database.url.render_as_string(hide_password=False)
    with Database(url, role=None) as owned, owned.writer.begin() as connection:
        yield connection
