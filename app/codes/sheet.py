"""The sheet of slips, as a PDF to print and cut."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import segno
from babel.dates import format_date

from app.kit.i18n import SOURCE_LANGUAGE
from app.kit.typesetting import pdf

TEMPLATE = Path(__file__).resolve().parent / "templates" / "sheet.typ"
DOOR = "/connexion/code"


@dataclass(frozen=True, slots=True)
class Slip:
    """One agent's part of the sheet."""

    name: str
    hr_id: str
    directorate: str | None
    code: str


def sheet(
    slips: Sequence[Slip], *, authority: str, public_url: str, telephone: str, expires_on: date
) -> bytes:
    """The PDF (A4, six slips a page, tagged for PDF/UA-1). The QR code leads to the door and holds no secret."""
    url = public_url.rstrip("/") + DOOR
    drawing = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        drawing, kind="svg", border=2, xmldecl=False, svgclass=None, lineclass=None, omitsize=True
    )
    return pdf(
        TEMPLATE,
        {
            "authority": authority,
            "address": url.partition("://")[2],
            "expires_on": format_date(expires_on, "d MMMM yyyy", locale=SOURCE_LANGUAGE),
            "telephone": telephone,
            "qr": drawing.getvalue().decode(),
            "slips": [asdict(slip) for slip in slips],
        },
    )
