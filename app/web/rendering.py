"""Templates: Jinja, escaping everything, refusing names that nobody gave. Each room keeps its own beside its code."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from app.kit.i18n import Text
from app.web.static import static_url

APP = Path(__file__).resolve().parent.parent


def _folders() -> list[Path]:
    rooms = sorted(path for path in APP.glob("*/templates") if path.parent.name != "web")
    return [APP / "web" / "templates", *rooms]


@pass_context
def _in_words(context: Context, value: object) -> object:
    """A `Text` in the language of the reader; anything else as it is."""
    return _said(context, value) if isinstance(value, Text) else value


@pass_context
def _translate(context: Context, msgid: str, **values: object) -> str:
    return _said(context, Text(msgid).format(**values))


@pass_context
def _heading(context: Context, value: Text) -> str:
    """A sentence as a title: without its full stop."""
    return _said(context, value).removesuffix(".")


def _said(context: Context, text: Text) -> str:
    said = text.to(context["lang"])
    return _SPACED.sub(NO_BREAK, said) if context["lang"] == "fr" else said


NO_BREAK = "\N{NO-BREAK SPACE}"
_SPACED = re.compile(r" (?=[:;?!»])|(?<=«) ")
"""Where French typography wants a space that no line breaks at."""


@pass_context
def _day(context: Context, value: date) -> str:
    """`jeudi 26 novembre 2026`."""
    return format_date(value, "full", locale=context["lang"])


@pass_context
def _local_day(context: Context, value: datetime) -> str:
    """The day of an instant, where the authority is: `jeudi 26 novembre 2026`."""
    return _day(context, value.astimezone(ZoneInfo(context["time_zone"])).date())


@pass_context
def _moment(context: Context, value: datetime) -> str:
    """`26 novembre 2026 à 09:30`, where the authority is."""
    local = value.astimezone(ZoneInfo(context["time_zone"]))
    said = format_datetime(local, "d MMMM yyyy 'à' HH:mm", locale=context["lang"])
    return said if context["lang"] == "fr" else format_datetime(local, "d MMMM yyyy, HH:mm", locale="en")


@pass_context
def _short_day(context: Context, value: date) -> str:
    """`26 novembre 2026`."""
    return format_date(value, "long", locale=context["lang"])


def _prose(text: str) -> Markup:
    """Paragraphs, and lists of lines that begin with `- `, as the texts of mandates are written."""
    blocks = (block.strip().splitlines() for block in text.split("\n\n"))
    return Markup("\n").join(_block(lines) for lines in blocks if lines)


def _block(lines: list[str]) -> Markup:
    if all(line.startswith("- ") for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines)
        return Markup("<ul>{}</ul>").format(items)
    return Markup("<p>{}</p>").format(Markup("<br>").join(lines))


environment = Environment(
    loader=FileSystemLoader(_folders()),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_in_words,
)
environment.globals.update({"_": _translate, "static": static_url})
environment.filters.update(
    {
        "day": _day,
        "heading": _heading,
        "local_day": _local_day,
        "moment": _moment,
        "prose": _prose,
        "short_day": _short_day,
    }
)


def render(template: str, language: str, context: Mapping[str, Any]) -> str:
    """The page in `language`. `context` holds `time_zone`, an IANA name, and what the template names."""
    return environment.get_template(template).render({**context, "lang": language})
