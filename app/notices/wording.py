"""Sentences that are stored without a language, and rendered for whoever reads them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.kit.i18n import Text, _

SOMEBODY = _("une personne de la collectivité")
"""Who a sentence speaks of when the reader may not know their name, or when it was erased."""


def pack(facts: Mapping[str, object]) -> dict[str, Any]:
    """`facts` as JSON: texts and numbers as they are, days and sentences marked as such.

    Raises `TypeError` for anything else: what cannot be rendered later is refused now.
    """
    return {name: _packed(value) for name, value in facts.items()}


def _packed(value: object) -> Any:
    match value:
        case Text(msgid=msgid, values=values):
            return {"text": msgid, "values": pack(values)}
        case date():
            return {"day": value.isoformat()}
        case str() | int():
            return value
        case _:
            raise TypeError(f"{value!r} cannot be told")


def unpack(packed: Mapping[str, Any]) -> dict[str, object]:
    """The facts that `pack` made JSON of."""
    return {name: _unpacked(value) for name, value in packed.items()}


def _unpacked(value: Any) -> object:
    match value:
        case {"text": msgid, "values": values}:
            return Text(msgid, unpack(values))
        case {"day": day}:
            return date.fromisoformat(day)
        case _:
            return value


def render(sentence: str, facts: Mapping[str, Any], person: str | None, language: str) -> str:
    """`sentence` in `language`, with its facts and, for `{person}`, a name or a word for somebody."""
    values = {**unpack(facts), "person": person or SOMEBODY}
    return Text(sentence, values).to(language)
