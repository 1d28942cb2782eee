"""The manifest that each room hands to the application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session

from app.access.actor import Actor
from app.access.policy import Policy
from app.journal.events import Event
from app.journal.persons import Pairs
from app.journal.service import Reaction, Subscriber
from app.kit.lifecycle import Lifecycle
from app.kit.problems import Problem

Chore = Callable[[Session, Actor, date], int]
"""Does what is due on a day, as the system of an authority: how many acts. Doing it again does nothing."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a part of the domain brings: routes, rows of the policy, life cycles, answers to events.

    `reactions` answer events of rooms below in the same transaction; `subscribers` are owed sealed events by the
    worker, which also does the `chores`; `refusals` say what the violation of a named constraint means. `concerned`
    selects, for a kind of subject, pairs of its id and an agent's who is to read of its events (`journal.persons`).
    """

    routers: Sequence[APIRouter] = ()
    policies: Sequence[Policy] = ()
    lifecycles: Sequence[Lifecycle[Any]] = ()
    reactions: Sequence[tuple[type[Event], Reaction]] = ()
    subscribers: Mapping[str, tuple[Sequence[str], Subscriber]] = field(default_factory=dict)
    chores: Sequence[Chore] = ()
    refusals: Mapping[str, type[Problem]] = field(default_factory=dict)
    concerned: Mapping[str, Pairs] = field(default_factory=dict)
