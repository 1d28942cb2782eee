"""Refusals of this room."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.kit.i18n import Text, _
from app.kit.problems import Conflict, FieldError, Invalid, NotFound


class SlugTaken(Conflict):
    slug = "slug-taken"
    title = _("Une collectivité porte déjà cet identifiant.")


class NoSuchAuthority(NotFound):
    slug = "no-such-authority"
    title = _("Précisez la collectivité : aucune, ou plusieurs, répondent à cette demande.")


class UnknownAgent(Invalid):
    slug = "unknown-agent"
    title = _("Cette personne n'est pas un agent en poste de votre collectivité.")


class UnknownDirectorate(Invalid):
    slug = "unknown-directorate"
    title = _("Cette direction n'existe pas, ou plus, dans votre collectivité.")


class CalendarRefused(Invalid):
    slug = "calendar-refused"
    title = _("Ce calendrier ne convient pas : vérifiez le territoire et les jours choisis.")


class WorkingTimeRefused(Invalid):
    slug = "working-time-refused"
    title = _("Ce rythme de travail ne tient pas : vérifiez la quotité et les demi-journées non travaillées.")


class AbsenceReversed(Invalid):
    slug = "absence-reversed"
    title = _("Une absence finit après avoir commencé : vérifiez les deux demi-journées.")


class AbsenceOverlap(Conflict):
    slug = "absence-overlap"
    title = _("Une absence est déjà déclarée sur une partie de ces jours. Retirez-la, ou changez les dates.")


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong in a file: its line (the first is 1), its column where it is one cell's fault, and the reason."""

    line: int
    column: str | None
    reason: Text

    @property
    def sentence(self) -> Text:
        if self.column is None:
            return _("ligne {line} : {reason}").format(line=self.line, reason=self.reason)
        return _("ligne {line}, colonne {column} : {reason}").format(
            line=self.line, column=self.column, reason=self.reason
        )


class HrFileRefused(Invalid):
    """A file of which nothing was written. `lines` are its first errors, `total` is how many there are."""

    slug = "hr-file-refused"
    title = _("Rien n'a été importé : corrigez les lignes signalées dans le logiciel RH, puis recommencez.")
    SHOWN = 200

    def __init__(self, errors: Sequence[LineError]) -> None:
        self.lines = tuple(sorted(errors, key=lambda error: error.line))[: self.SHOWN]
        self.total = len(errors)
        super().__init__(
            errors=[
                FieldError(f"{error.line}.{error.column}" if error.column else str(error.line), error.reason)
                for error in self.lines
            ],
            total=self.total,
        )
