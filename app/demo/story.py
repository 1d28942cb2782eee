"""A story as dated acts, played in order, each at its own instant, through the services that anybody's acts go through.

An act may tell others that follow from it. What would be after the present is left untold.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.access.actor import Actor, system
from app.demo.cast import Cast
from app.demo.corpus_reader import Corpus
from app.journal.worker import Worker
from app.kit import clock
from app.kit.calendar import HolidayCalendar
from app.kit.database import Database
from app.kit.vault import Keyring, new_key

Act = Callable[[Session], None]
Progress = Callable[[int, int], None]
"""How much is done, of how much."""

WEEKS: Final = 104
"""How long ago the story begins: it tells of eighteen months of teams, and of the half-year that led to them."""

_MINUTE = timedelta(minutes=1)


@dataclass
class Story:
    """What is to be told, and what later acts need to know of earlier ones: the rows made, by their keys."""

    database: Database
    cast: Cast
    corpus: Corpus
    calendar: HolidayCalendar
    now: datetime
    programme_id: UUID = field(init=False)
    irritants: dict[str, UUID] = field(default_factory=dict)
    calls: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    solutions: dict[str, UUID] = field(default_factory=dict)
    members: dict[str, list[UUID]] = field(default_factory=dict)
    """Who joins which team, in the order of the corpus."""
    keyring: Keyring = field(default_factory=lambda: Keyring.of([new_key()]))
    """What locks the identities of protected reporters."""
    qualified_on: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._acts: list[tuple[datetime, int, bool, Act]] = []
        self._order = count()
        self._instant = datetime.min.replace(tzinfo=self.now.tzinfo)
        self.zone = ZoneInfo(self.cast.time_zone)
        self.today = self.now.astimezone(self.zone).date()

    @property
    def system(self) -> Actor:
        """The worker's hand."""
        return system(self.cast.authority_id, self.cast.time_zone)

    def weeks_ago(self, weeks: int, weekday: int = 0) -> date:
        """A day of the week that was so many weeks ago: its Monday, or another."""
        return self.today + timedelta(weeks=-weeks, days=weekday - self.today.weekday())

    def working(self, day: date) -> date:
        """`day`, or the first working day after it."""
        return self.calendar.next_working_day(day)

    def tell(self, day: date, at: str, act: Act, *, heard: bool = False) -> None:
        """Have `act` played on `day`, at a time such as `09:30`. `heard`: people are told before anything follows."""
        instant = datetime.combine(day, time.fromisoformat(at), self.zone)
        instant = max(instant, self._instant + _MINUTE)
        if instant < self.now:
            heapq.heappush(self._acts, (instant, next(self._order), heard, act))

    def play(self, progress: Progress) -> None:
        """Play everything there is to tell, a week at a time; the journal is sealed and people told as weeks end."""
        worker = Worker(self.database)
        first = self._acts[0][0]
        total = (self.now - first).days
        while self._acts:
            self._play_a_week()
            with clock.at(self._instant + _MINUTE / 2):
                worker.drain()
            progress((self._instant - first).days, total)
        progress(total, total)

    def _play_a_week(self) -> None:
        """Play until the week ends, or something is to be heard at once."""
        week = self._acts[0][0].isocalendar()[:2]
        heard = False
        with self.database.transaction() as session:
            while not heard and self._acts and self._acts[0][0].isocalendar()[:2] == week:
                self._instant, _order, heard, act = heapq.heappop(self._acts)
                with clock.at(self._instant):
                    try:
                        act(session)
                    except Exception as error:
                        error.add_note(f"told of {self._instant:%Y-%m-%d %H:%M}")
                        raise
