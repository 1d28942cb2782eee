"""Read the export of an HR system: bytes in, rows out, or every wrong line with its reason. Touches no database.

The export is a table with the columns of `COLUMNS`, in any order, whatever the case and accents of their titles; a
manager's line may come after those of the people they manage. `hr_text` says what files can be read.
"""

from collections.abc import Callable, Iterator
from typing import Final

from app.kit.i18n import Text, _
from app.kit.search import folded
from app.people.hr_cells import COLUMNS, Cells, HrRow
from app.people.hr_text import decode, delimiter_of, records, refused
from app.people.problems import HrFileRefused, LineError

MAX_BYTES: Final = 64 * 1024 * 1024
_BY_FOLDED_TITLE: Final = {folded(column): column for column in COLUMNS}

Progress = Callable[[Text, int, int], None]
"""Told how far the work is, from time to time: the step, so many done, of so many."""


def read(data: bytes, progress: Progress | None = None) -> list[HrRow]:
    """The rows of an export, each sound by itself and all of them together.

    Raises `HrFileRefused` naming the line and column of every error.
    """
    if len(data) > MAX_BYTES:
        reason = _("Ce fichier dépasse {maximum} Mo : est-ce bien l'export des agents ?")
        raise refused(1, reason.format(maximum=MAX_BYTES // 1024 // 1024))
    content = decode(data)
    delimiter = delimiter_of(content, _BY_FOLDED_TITLE)
    if delimiter is None:
        reason = _("La première ligne doit porter les titres des colonnes : {columns}.")
        raise refused(1, reason.format(columns=list(COLUMNS)))
    errors: list[LineError] = []
    rows: list[HrRow] = []
    unread: set[str] = set()
    titles: list[str | None] | None = None
    lines = content.count("\n")
    for line, cells in records(content, delimiter, errors):
        if progress and line % 500 == 0:
            progress(_("Lecture"), line, lines)
        if titles is None:
            titles = _titles(line, cells, errors)
        elif len(cells) != len(titles):
            reason = _("Cette ligne compte {found} cellules au lieu de {expected}.")
            errors.append(LineError(line, None, reason.format(found=len(cells), expected=len(titles))))
            unread.update(cell.strip() for cell in cells)
        else:
            record = {title: cell for title, cell in zip(titles, cells, strict=True) if title}
            rows.append(Cells(line, record, errors).row())
    if not rows and not errors:
        raise refused(1, _("Ce fichier ne contient aucun agent : refaites l'export."))
    _check_together(rows, unread, errors)
    if errors:
        raise HrFileRefused(sorted(errors, key=_place))
    return rows


def _place(error: LineError) -> tuple[int, int]:
    return error.line, COLUMNS.index(error.column) if error.column in COLUMNS else -1


def _titles(line: int, cells: list[str], errors: list[LineError]) -> list[str | None]:
    """Our name of each column of the file. Raises `HrFileRefused` where one is missing or stands twice."""
    titles = [_BY_FOLDED_TITLE.get(folded(cell)) for cell in cells]
    errors += [
        LineError(line, cell.strip()[:60], _("Cette colonne n'est pas attendue : ôtez-la de l'export."))
        for cell, title in zip(cells, titles, strict=True)
        if title is None and cell.strip()
    ]
    wrong = [
        LineError(line, column, _("Cette colonne manque : ajoutez-la à l'export."))
        for column in COLUMNS
        if column not in titles
    ]
    wrong += [
        LineError(line, column, _("Cette colonne figure plusieurs fois : n'en gardez qu'une."))
        for column in COLUMNS
        if titles.count(column) > 1
    ]
    if wrong:
        raise HrFileRefused(errors + wrong)
    return titles


def _check_together(rows: list[HrRow], unread: set[str], errors: list[LineError]) -> None:
    """What no row shows alone: repeats, managers that are in no line, circles of managers."""
    by_hr_id = _unique(rows, "Matricule", lambda row: row.hr_id, errors)
    _unique(rows, "Courriel professionnel", lambda row: row.email, errors)
    for row in rows:
        if row.manager_hr_id is None:
            continue
        if row.manager_hr_id == row.hr_id:
            reason = _(
                "Cet agent est son propre responsable : laissez la cellule vide ou nommez une autre personne."
            )
            errors.append(LineError(row.line, "Matricule N+1", reason))
        elif row.manager_hr_id not in by_hr_id and row.manager_hr_id not in unread:
            reason = _("Le matricule {found} n'est celui d'aucune ligne de ce fichier.")
            errors.append(LineError(row.line, "Matricule N+1", reason.format(found=row.manager_hr_id)))
    for circle in _circles(by_hr_id):
        reason = _("Ces agents sont responsables les uns des autres, en boucle : {hr_ids}.")
        shown = [row.hr_id for row in circle[:10]]
        errors.append(LineError(circle[0].line, "Matricule N+1", reason.format(hr_ids=shown)))


def _unique(
    rows: list[HrRow], column: str, key: Callable[[HrRow], str | None], errors: list[LineError]
) -> dict[str, HrRow]:
    seen: dict[str, HrRow] = {}
    for row in rows:
        value = key(row)
        if not value:
            continue
        if value in seen:
            reason = _("« {value} » figure déjà à la ligne {line}.")
            errors.append(LineError(row.line, column, reason.format(value=value, line=seen[value].line)))
        else:
            seen[value] = row
    return seen


def _circles(by_hr_id: dict[str, HrRow]) -> Iterator[list[HrRow]]:
    """Each closed chain of managers of two people or more, once, from its first line on."""
    settled: set[str] = set()
    for start in by_hr_id:
        path: dict[str, None] = {}
        here: str | None = start
        while here in by_hr_id and here not in settled and here not in path:
            path[here] = None
            here = by_hr_id[here].manager_hr_id
        if here in path:
            names = list(path)
            circle = [by_hr_id[name] for name in names[names.index(here) :]]
            if len(circle) > 1:
                first = min(range(len(circle)), key=lambda place: circle[place].line)
                yield circle[first:] + circle[:first]
        settled.update(path)
