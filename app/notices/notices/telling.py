"""What a row of the table says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.kit.i18n import Text
from app.notices.queries.scenes import People, Scene

Audience: TypeAlias = Callable[[Any], People]
"""A method of the event's scene: who is told."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One sentence for some of the people concerned.

    `title` is one line without a full stop; `body` says what it means and what is to be done. `names` is whom the
    sentence calls `{person}`: only where these readers may know. Whoever caused the event is not told of it, unless
    `author_too`.
    """

    to: Sequence[Audience]
    title: Text
    body: Text
    names: Audience | None = None
    author_too: bool = False


@dataclass(frozen=True, slots=True)
class Telltale:
    """What is told of one type of event. Of two sentences for the same person, the first counts."""

    scene: type[Scene]
    tellings: Sequence[Telling]


Table: TypeAlias = Mapping[str, Telltale]
