"""The manifest that each room hands to the application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.access.actor import Actor
from app.access.personal import Period, PersonalData
from app.access.policy import Policy
from app.journal.events import Event
from app.journal.persons import Pairs
from app.journal.service import Reaction, Subscriber
from app.kit.database import Database
from app.kit.i18n import Text
from app.kit.lifecycle import Lifecycle
from app.kit.problems import Problem
from app.settings import Settings

Chore = Callable[[Session, Actor, date], int]
"""Does what is due on a day, as the system of an authority: how many acts. Doing it again does nothing."""


Farewell = Callable[[Request], Response | None]
"""The last page of somebody about to be signed out, where their way in calls for one. It writes nothing."""

Errand = Callable[[Database, Settings], int]
"""Does what waits at the worker's next round, in every authority: how many acts. None waits for an hour or a day."""


@dataclass(frozen=True, slots=True)
class Door:
    """A way to say who one is: its part of the sign-in page, shown where `is_open`, in the order of `rank`.

    The template has what `signin.doors.sign_in_page` says and what `about` adds; its forms are received by pages of its
    room.
    """

    name: str
    template: str
    rank: int
    is_open: Callable[[Settings], bool] = lambda _settings: True
    about: Callable[[Request], Mapping[str, Any]] = lambda _request: {}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A page that the first page leads to, for those to whom it `is_open`."""

    path: str
    title: Text
    about: Text
    is_open: Callable[[Actor], bool]


@dataclass(frozen=True, slots=True)
class Room:
    """What a part of the domain brings: routes, pages, rows of the policy, life cycles, answers to events.

    `reactions` answer events of rooms below in the same transaction; `subscribers` are owed sealed events by the
    worker, which also does the `chores` and runs the `errands`; `refusals` say what the violation of a named
    constraint means. `files` are the whole paths, as `/api/v1/mandates/{mandate_id}/…`, whose requests carry a file and
    may be larger (`Settings.max_file_bytes`). `concerned` selects, for a kind of subject, pairs of its id and an
    agent's who is to read of its events (`journal.persons`). `personal` is what the room holds about a person,
    `periods` how long.
    """

    routers: Sequence[APIRouter] = ()
    pages: Sequence[APIRouter] = ()
    files: Sequence[str] = ()
    doors: Sequence[Door] = ()
    farewells: Sequence[Farewell] = ()
    shortcuts: Sequence[Shortcut] = ()
    policies: Sequence[Policy] = ()
    lifecycles: Sequence[Lifecycle[Any]] = ()
    reactions: Sequence[tuple[type[Event], Reaction]] = ()
    subscribers: Mapping[str, tuple[Sequence[str], Subscriber]] = field(default_factory=dict)
    chores: Sequence[Chore] = ()
    errands: Sequence[Errand] = ()
    refusals: Mapping[str, type[Problem]] = field(default_factory=dict)
    concerned: Mapping[str, Pairs] = field(default_factory=dict)
    personal: Sequence[PersonalData] = ()
    periods: Sequence[Period] = ()
