"""A person's copy as one file: `data.json` for a machine, `index.html` for the person. Neither needs anything else."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date, format_datetime

from app.kit.columns import Labelled
from app.kit.encoding import to_json
from app.kit.i18n import Text
from app.privacy.queries import Copy, Section
from app.privacy.wording import COLUMNS, NO, YES
from app.web.rendering import render


def packed(copy: Copy, language: str) -> bytes:
    """The archive, with its page and its labels in `language`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("index.html", _page(copy, language)), ("data.json", _data(copy, language))):
            entry = zipfile.ZipInfo(name, copy.made_at.astimezone(ZoneInfo(copy.time_zone)).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return file.getvalue()


def _data(copy: Copy, language: str) -> bytes:
    content = {
        "agent_id": copy.agent_id,
        "name": copy.name,
        "authority": copy.authority,
        "made_at": copy.made_at,
        "left_out": [data.kind for data in copy.left_out],
        "sections": [
            {
                "kind": section.data.kind,
                "label": section.data.label.to(language),
                "rows": [_plain(row) for row in _told(section, copy.agent_id, language)],
            }
            for section in copy.sections
        ],
    }
    return msgspec.json.format(to_json(content), indent=2)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: msgspec.Raw(value.encode()) if name == "payload" else value for name, value in row.items()}


def _page(copy: Copy, language: str) -> bytes:
    sections = [
        {
            "kind": section.data.kind,
            "label": section.data.label,
            "rows": [
                _lines(row, language, copy.time_zone) for row in _told(section, copy.agent_id, language)
            ],
        }
        for section in copy.sections
    ]
    context = {"copy": copy, "sections": sections, "time_zone": copy.time_zone}
    return render("privacy/archive.html", language, context).encode()


def _told(section: Section, agent_id: UUID, language: str) -> list[dict[str, Any]]:
    told = section.data.told
    return [told(row, agent_id, language) if told else row for row in section.rows]


def _lines(row: Mapping[str, Any], language: str, time_zone: str) -> list[tuple[Text, str]]:
    """What a person reads of a row: neither ids nor what is empty."""
    return [
        (COLUMNS[name], _in_words(value, language, time_zone))
        for name, value in row.items()
        if name in COLUMNS and not isinstance(value, UUID) and value not in (None, "", [], "{}")
    ]


def _in_words(value: Any, language: str, time_zone: str) -> str:
    match value:
        case bool():
            return (YES if value else NO).to(language)
        case Labelled() if value.label.msgid:
            return value.label.to(language)
        case datetime():
            local = value.astimezone(ZoneInfo(time_zone))
            return str(format_datetime(local, "long", locale=language))
        case date():
            return str(format_date(value, "full", locale=language))
        case list():
            return ", ".join(str(item) for item in value)
        case _:
            return str(value)
