"""From the bytes of an export to its records, whatever wrote them. Touches no database.

UTF-8 (with or without a byte-order mark), UTF-16 as Excel writes it, or Windows-1252; cells parted by semicolons, tabs,
commas or bars; any line ending.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator
from typing import Final

from app.kit.i18n import Text, _
from app.kit.search import folded
from app.people.problems import HrFileRefused, LineError

DELIMITERS: Final = ";\t,|"
_UNREADABLE: Final = _("Un caractère est illisible : exportez de nouveau le fichier, en UTF-8.")
_BROKEN: Final = re.compile(r"[\udc80-\udcff]")
_SOUND: Final = re.compile(r"[^\x00-\x7f\udc80-\udcff]")


def decode(data: bytes) -> str:
    """The text of a file, whatever wrote it. Raises `HrFileRefused` where a byte cannot be read."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise refused(1, _UNREADABLE) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        lenient = data.decode("utf-8-sig", "surrogateescape")
    # A file where most accents are sound UTF-8 is a damaged one: read as Windows-1252, every accent would be wrong.
    if len(_BROKEN.findall(lenient)) <= len(_SOUND.findall(lenient)):
        broken = [line for line, text in enumerate(lenient.split("\n"), 1) if _BROKEN.search(text)]
        raise HrFileRefused([LineError(line, None, _UNREADABLE) for line in broken])
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refused(line, _UNREADABLE) from None


def delimiter_of(content: str, titles: Collection[str]) -> str | None:
    """The one that makes the most `titles` (`folded`) of the first line. None where none does.

    Raises `HrFileRefused` for a file without a word.
    """
    first = content.lstrip()[:20_000]
    if not first:
        raise refused(1, _("Ce fichier est vide : refaites l'export."))

    def known(delimiter: str) -> int:
        try:
            cells = next(csv.reader(io.StringIO(first, newline=""), delimiter=delimiter))
        except csv.Error:
            return 0
        return sum(folded(cell) in titles for cell in cells)

    best = max(DELIMITERS, key=known)
    return best if known(best) else None


def records(content: str, delimiter: str, errors: list[LineError]) -> Iterator[tuple[int, list[str]]]:
    """Each record that holds something, with the number of its first line."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    first_line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield first_line, cells
            first_line = reader.line_num + 1
    except csv.Error:
        reason = _("La lecture s'arrête ici : un guillemet ouvert n'est sans doute jamais refermé.")
        errors.append(LineError(first_line, None, reason))


def refused(line: int, reason: Text) -> HrFileRefused:
    """The refusal of a file for one reason."""
    return HrFileRefused([LineError(line, None, reason)])
