"""How much one person or one machine may do once inside: what they write, search, and take away whole."""

from app.kit.database import Database
from app.kit.limits import Limit, take
from app.kit.meters import Meter
from app.kit.routing import Caller
from app.settings import Settings


class Inside:
    """The limits of the settings, one application's. Each raises `TooManyRequests` where a caller has none left."""

    def __init__(self, settings: Settings) -> None:
        self._writes = Meter(Limit("writes", settings.writes_per_minute, 60))
        self._client_writes = Meter(Limit("client writes", settings.client_writes_per_minute, 60))
        self._searches = Meter(Limit("searches", settings.searches_per_minute, 60))
        self._exports = Limit("exports", settings.exports_per_hour, 3600)

    def writing(self, caller: Caller) -> None:
        """They send something that changes something."""
        meter = self._client_writes if caller.key.startswith("client:") else self._writes
        meter.take(caller.key)

    def searching(self, caller: Caller) -> None:
        """They look for words."""
        self._searches.take(caller.key)

    def exporting(self, database: Database, caller: Caller) -> None:
        """They take a whole list, a sheet of codes, a copy. Counted in the database: it is rare and costs much."""
        take(database, self._exports, caller.key)
