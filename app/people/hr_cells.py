"""The columns of an HR export, and how the cells of one line are read."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.kit.i18n import Text, _
from app.kit.search import folded
from app.people.models import Position
from app.people.problems import LineError

FIRST_YEAR: Final = 1940
LAST_YEAR: Final = 2100

COLUMNS: Final = (
    "Matricule",
    "Civilité",
    "Nom",
    "Prénom",
    "Courriel professionnel",
    "Téléphone",
    "Code direction",
    "Direction",
    "Service",
    "Grade",
    "Catégorie",
    "Quotité",
    "Date d'entrée",
    "Date de sortie",
    "Matricule N+1",
    "Position administrative",
)
POSITIONS: Final = {
    "activite": Position.ACTIVE,
    "detachement": Position.SECONDMENT,
    "disponibilite": Position.AVAILABILITY,
    "conge parental": Position.PARENTAL_LEAVE,
    "radie": Position.LEFT,
    "radie des cadres": Position.LEFT,
}

_NEWLINE: Final = _("Cette cellule contient un retour à la ligne : un guillemet n'est peut-être pas refermé.")
_CONTROL_CHARACTER: Final = _(
    "Cette cellule contient un caractère invisible : effacez-la et saisissez-la de nouveau."
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
_FRENCH_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PERCENTAGE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s?%?")


@dataclass(frozen=True, slots=True)
class HrRow:
    """One agent as the export states them. `line` is where."""

    line: int
    hr_id: str
    civility: str
    family_name: str
    given_name: str
    email: str | None
    phone: str | None
    directorate_code: str
    directorate_name: str
    service: str
    grade: str
    category: str
    working_percentage: Decimal
    entered_on: date | None
    left_on: date | None
    manager_hr_id: str | None
    position: Position

    def in_post(self, today: date) -> bool:
        return self.left_on is None or self.left_on >= today


class Cells:
    """The cells of one record, read by title; what is wrong with one is added to `errors`."""

    def __init__(self, line: int, record: dict[str, str], errors: list[LineError]) -> None:
        self.line = line
        self.record = record
        self.errors = errors

    def row(self) -> HrRow:
        entered_on = self.day("Date d'entrée")
        left_on = self.day("Date de sortie")
        position = self.position()
        if entered_on and left_on and left_on < entered_on:
            self.wrong("Date de sortie", _("La sortie précède l'entrée : vérifiez les deux dates."))
        if position is Position.LEFT and not self.record["Date de sortie"].strip():
            self.wrong("Date de sortie", _("Un agent radié a une date de sortie : indiquez-la."))
        return HrRow(
            line=self.line,
            hr_id=self.text("Matricule", 32, required=True),
            civility=self.text("Civilité", 16),
            family_name=self.text("Nom", 100, required=True),
            given_name=self.text("Prénom", 100, required=True),
            email=self.email(),
            phone=self.text("Téléphone", 32) or None,
            directorate_code=self.code(),
            directorate_name=self.text("Direction", 200, required=True),
            service=self.text("Service", 200),
            grade=self.text("Grade", 100),
            category=self.text("Catégorie", 8),
            working_percentage=self.percentage(),
            entered_on=entered_on,
            left_on=left_on,
            manager_hr_id=self.text("Matricule N+1", 32) or None,
            position=position,
        )

    def wrong(self, column: str, reason: Text) -> None:
        self.errors.append(LineError(self.line, column, reason))

    def text(self, column: str, maximum: int, *, required: bool = False) -> str:
        raw = self.record[column].strip()
        if found := _CONTROL.search(raw):
            self.wrong(column, _NEWLINE if found[0] in "\r\n" else _CONTROL_CHARACTER)
        elif len(raw) > maximum:
            self.wrong(column, _("Écrivez au plus {maximum} caractères.").format(maximum=maximum))
        elif required and not raw:
            self.wrong(column, _("Cette cellule est vide : remplissez-la."))
        return " ".join(raw.split())

    def email(self) -> str | None:
        found = self.text("Courriel professionnel", 254).lower()
        if found and not _EMAIL.fullmatch(found):
            self.wrong(
                "Courriel professionnel", _("« {found} » n'est pas une adresse.").format(found=found[:60])
            )
        return found or None

    def code(self) -> str:
        found = self.text("Code direction", 24, required=True)
        if "/" in found:
            self.wrong("Code direction", _("Un code de direction ne contient pas de barre oblique."))
        return found

    def percentage(self) -> Decimal:
        found = self.text("Quotité", 16)
        parts = _PERCENTAGE.fullmatch(found)
        value = Decimal(f"{parts[1]}.{parts[2] or 0}") if parts else Decimal(0)
        if not 0 < value <= 100:
            reason = _("« {found} » n'est pas une quotité : un nombre au-dessus de 0 et d'au plus 100.")
            self.wrong("Quotité", reason.format(found=found[:60]))
        return value

    def day(self, column: str) -> date | None:
        found = self.text(column, 32)
        if not found:
            return None
        if parts := _FRENCH_DATE.fullmatch(found):
            day, month, year = parts.groups()
        elif parts := _ISO_DATE.fullmatch(found):
            year, month, day = parts.groups()
        else:
            self.wrong(column, _("« {found} » n'est pas une date : écrivez 30/06/1991.").format(found=found))
            return None
        try:
            value = date(int(year), int(month), int(day))
        except ValueError:
            self.wrong(column, _("Le {found} n'existe dans aucun calendrier.").format(found=found))
            return None
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            reason = _("L'année est à vérifier : elle se situe entre {first} et {last}.")
            self.wrong(column, reason.format(first=FIRST_YEAR, last=LAST_YEAR))
        return value

    def position(self) -> Position:
        found = self.text("Position administrative", 60)
        position = POSITIONS.get(folded(found))
        if position is None:
            reason = _(
                "« {found} » n'est pas une position connue : Activité, Détachement, Disponibilité, "
                "Congé parental ou Radié."
            )
            self.wrong("Position administrative", reason.format(found=found[:60]))
        return position or Position.ACTIVE
