"""The pages of a mandate, set by Typst from the frozen text. The same text gives the same bytes."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Any, Final

import msgspec
import segno
from babel.dates import format_date

from app.kit.calendar import Half, Weekday
from app.kit.typesetting import ARCHIVED, pdf
from app.mandates.lifecycle import PartyCapacity
from app.mandates.models import MandateDocument
from app.mandates.papers.evidence import Evidence, Fact

TEMPLATE: Final = Path(__file__).with_name("mandate.typ")
NBSP: Final = "\N{NO-BREAK SPACE}"

_TIGHT = re.compile(r" (?=[:;?!»])|(?<=«) ")
_ITEM = "- "


def text_to_sign(document: MandateDocument) -> bytes:
    """The PDF of a submission's text, before anybody has signed."""
    return pdf(TEMPLATE, _data(document), ARCHIVED)


def signed(document: MandateDocument, evidence: Evidence) -> bytes:
    """The PDF of a submission that everybody has signed, with the annex of evidence. Not sealed yet."""
    drawing = io.BytesIO()
    segno.make(evidence.address, error="m", micro=False).save(
        drawing, kind="svg", border=2, xmldecl=False, svgclass=None, lineclass=None, omitsize=True
    )
    told = {
        "qr": drawing.getvalue().decode(),
        "address": evidence.address,
        "sealed_at": evidence.sealed_at_in_words,
        "seal_holder": evidence.seal_holder,
        "signatures": [
            {
                "name": each.name,
                "capacity": each.capacity.label.to("fr"),
                "facts": [_fact(fact) for fact in each.facts(evidence.time_zone)],
            }
            for each in evidence.signatures
        ],
    }
    return pdf(
        TEMPLATE, {**_data(document), "evidence": told, "demonstration": evidence.demonstration}, ARCHIVED
    )


def _data(document: MandateDocument) -> dict[str, Any]:
    reads = msgspec.json.decode(document.text)
    dated = document.created_at.astimezone(UTC)
    return {
        "title": _french(reads["title"]),
        "authority": reads["authority"]["name"],
        "description": f"Empreinte SHA-256 du texte signé{NBSP}: {document.hash}",
        "keywords": ["mandat", "Essaim", reads["format"], reads["mandate_id"]],
        "dated": {
            part: getattr(dated, part) for part in ("year", "month", "day", "hour", "minute", "second")
        },
        "hash": document.hash,
        "short_hash": _in_groups(document.hash[:32]),
        "submission": reads["submission"],
        "starts_on": _day(reads["starts_on"]),
        "ends_on": _day(reads["ends_on"]),
        "preamble": _parts(reads["preamble"]),
        "facts": [_fact(fact) for fact in _in_brief(reads)],
        "parties": [
            {"name": party["name"], "capacity": _capacity(party["capacity"])} for party in reads["parties"]
        ],
        "half_days": list(_half_days(reads["half_days"])),
        "articles": [
            {
                "title": _french(clause["title"]),
                "parts": _parts(clause["text"]),
                "plain": [_french(line) for line in _lines(clause["plain"])],
            }
            for clause in reads["clauses"]
        ],
        "evidence": None,
        "demonstration": False,
    }


def _in_brief(reads: Mapping[str, Any]) -> list[Fact]:
    parameters = reads["parameters"]
    return [
        Fact("Équipe", reads["team"]["name"]),
        Fact("Irritant", reads["irritant"]["name"]),
        Fact("Direction cliente", reads["client_directorate"]["name"]),
        Fact("Sponsor", reads["sponsor"]["name"]),
        Fact("Durée", f"du {_day(reads['starts_on'])} au {_day(reads['ends_on'])}"),
        Fact("Points de suivi", f"toutes les {parameters['cadence_weeks']}{NBSP}semaines"),
        Fact("Budget", f"{parameters['budget_euros']:,}".replace(",", NBSP) + f"{NBSP}€"),
    ]


@dataclass
class _Week:
    name: str
    moments: list[str]
    reliefs: list[str]


def _half_days(slots: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, str]]:
    """A line for each agent: when, and what their service takes off them."""
    weeks: dict[str, _Week] = {}
    for slot in slots:
        week = weeks.setdefault(slot["agent_id"], _Week(slot["agent_name"], [], []))
        week.moments.append(f"{Weekday.of(slot['weekday']).label} {Half(slot['half']).label}")
        if slot["relief"] and slot["relief"] not in week.reliefs:
            week.reliefs.append(slot["relief"])
    for week in weeks.values():
        yield {
            "name": week.name,
            "moments": ", ".join(week.moments),
            "relief": _french(" ".join(week.reliefs)) or "à écrire",
        }


def _parts(text: str) -> list[dict[str, Any]]:
    """Paragraphs and lists, as `-` at the head of a line makes them."""
    parts: list[dict[str, Any]] = []
    for paragraph in text.split("\n\n"):
        prose: list[str] = []
        items: list[str] = []
        for line in _lines(paragraph):
            if line.startswith(_ITEM):
                items.append(_french(line.removeprefix(_ITEM)))
            elif items:
                items[-1] += " " + _french(line)
            else:
                prose.append(_french(line))
        if prose:
            parts.append({"kind": "prose", "text": " ".join(prose)})
        if items:
            parts.append({"kind": "list", "items": items})
    return parts


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _french(text: str) -> str:
    """The same words, with the spaces that no line may break at."""
    return _TIGHT.sub(NBSP, text)


def _capacity(value: str) -> str:
    return PartyCapacity.of(value).label.to("fr")


def _fact(fact: Fact) -> dict[str, Any]:
    return {"name": fact.name, "value": fact.value if fact.mono else _french(fact.value), "mono": fact.mono}


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{'1er' if day.day == 1 else day.day} {format_date(day, 'MMMM y', locale='fr')}"


def _in_groups(digits: str) -> str:
    return " ".join(digits[start : start + 8] for start in range(0, len(digits), 8))
