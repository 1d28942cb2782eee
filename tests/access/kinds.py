"""What a kind of object is to the tests: how to make one in each state, and what each move on it takes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from app.access.abilities import Abilities
from tests.support.world import World

Made = dict[str, Any]
REASON = {"reason": "Le service est réorganisé cette année."}


@dataclass(frozen=True)
class Way:
    """How a move is made: `body` is for the object as it is read, and the name of who makes it."""

    method: str
    path: str
    body: Callable[[World, Made, str], Any] = lambda _world, _made, _who: None


@dataclass(frozen=True)
class Kind:
    """A kind of object. `specimens` yields one in each state; all of them live on one day."""

    plural: str
    model: type[Any]
    abilities: Abilities
    specimens: Callable[[World], Iterator[Made]]
    calls: Mapping[str, Way]
    listed: str = "list"
    day: Callable[[], AbstractContextManager[None]] = nullcontext
    built_on: Callable[[], AbstractContextManager[None]] = nullcontext


def post(verb: str, body: Any = None) -> Way:
    """`POST /{plural}/{id}/{verb}`."""
    return Way("POST", f"/{{plural}}/{{id}}/{verb}", lambda _world, _made, _who: body)


def patch(body: Any) -> Way:
    return Way("PATCH", "/{plural}/{id}", lambda _world, _made, _who: body)
