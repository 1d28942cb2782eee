"""What the documents for data protection officers say is what Essaim does."""

import re
from pathlib import Path

from app.access.personal import periods
from app.main import compose

compose()

DOCS = Path(__file__).resolve().parents[2] / "docs"
REGISTER = (DOCS / "fr" / "registre.md").read_text(encoding="utf-8")
PAGES = [DOCS / "privacy.md", *sorted((DOCS / "fr").glob("*.md"))]


def test_the_register_has_every_period_as_it_is_by_default() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| (\d+ mois|sans effacement par Essaim) \|", REGISTER, re.MULTILINE
    )
    said = {label: months for label, _since, months in rows}
    assert said == {
        str(period.label): f"{period.months} mois" if period.months else "sans effacement par Essaim"
        for period in periods()
    }


def test_the_pages_lead_somewhere() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)
