"""Two languages, one mechanism: French is the source, every other language a gettext catalogue.

Code marks a sentence with `_("…")` and gets a `Text`, rendered only when it is known who reads it.
Catalogues are `app/locales/<language>.po`, read at first use; a test fails when a marked sentence lacks one.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po

SOURCE_LANGUAGE: Final = "fr"
LANGUAGES: Final = ("fr", "en")
_DATES = {"fr": "fr", "en": "en_GB"}
"""Whose way of writing dates each language follows: English here is that of Europe."""
LOCALES = Path(__file__).resolve().parent.parent / "locales"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence not yet in any language. `values` fill its `{placeholders}` and may be Texts themselves."""

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def format(self, **values: object) -> "Text":
        """The same sentence with its placeholders filled."""
        return Text(self.msgid, {**self.values, **values})

    def to(self, language: str) -> str:
        """The sentence in `language`, in French where the catalogue has none."""
        sentence = _catalogue(language).get(self.msgid, self.msgid)
        if not self.values:
            return sentence
        return sentence.format(**{name: _render(value, language) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.to(SOURCE_LANGUAGE)


def _(msgid: str) -> Text:
    """Mark a French sentence for translation."""
    return Text(msgid)


@lru_cache(maxsize=256)
def negotiate(accept_language: str | None) -> str:
    """The language of ours that an `Accept-Language` header (RFC 9110, 12.5.4) prefers; French without one."""
    ranked: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        tag, _sep, parameter = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language in LANGUAGES and quality > 0:
            ranked.append((-quality, language))
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else SOURCE_LANGUAGE


_spoken: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)


def speak(language: str) -> None:
    """From here on, whoever is answered reads `language`."""
    _spoken.set(language)


def spoken() -> str:
    """The language of whoever is being answered; French where nobody said."""
    return _spoken.get()


def _render(value: object, language: str) -> object:
    match value:
        case Text():
            return value.to(language)
        case datetime():
            return format_datetime(value, "long", locale=_DATES[language])
        case date():
            return format_date(value, "full", locale=_DATES[language])
        case list() | tuple():
            return ", ".join(str(_render(item, language)) for item in value)
        case _:
            return value


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = LOCALES / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {
            str(message.id): str(message.string) for message in read_po(file) if message.id and message.string
        }
