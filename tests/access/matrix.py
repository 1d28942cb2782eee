"""The committed matrix, read back from the page that people read."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.access.capacity import Capacity
from app.access.matrix import COLUMNS

PAGE = Path(__file__).resolve().parents[2] / "openapi" / "policy.md"


@dataclass(frozen=True)
class Line:
    """An act: what stands in the column of each capacity, and what an application needs."""

    cells: dict[Capacity, str]
    application: str

    @property
    def always(self) -> set[Capacity]:
        return {capacity for capacity, cell in self.cells.items() if cell == "●"}

    @property
    def sometimes(self) -> set[Capacity]:
        return {capacity for capacity, cell in self.cells.items() if cell.startswith("si ")}


@cache
def committed() -> dict[str, Line]:
    """Every line of the page, by the name of the act: `irritant.qualify`."""
    by_label = {capacity.label.to("fr"): capacity for capacity in COLUMNS}
    lines: dict[str, Line] = {}
    columns: list[str] = []
    for text in PAGE.read_text(encoding="utf-8").splitlines():
        if not text.startswith("|") or text.startswith("| ---"):
            continue
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if cells[0] == "Geste":
            columns = cells
        elif columns and len(cells) == len(columns):
            name = cells[-1].strip("`")
            assert name not in lines, f"{name} stands twice"
            people = zip(columns[1:-2], cells[1:-2], strict=True)
            lines[name] = Line(
                {by_label[label]: cell for label, cell in people if cell}, cells[-2].strip("`")
            )
    return lines
