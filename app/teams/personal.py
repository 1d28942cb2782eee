"""What teams hold about a person."""

from typing import Final

from sqlmodel import col

from app.access.personal import THE_PERSON_ALONE, Fate, PersonalData
from app.kit.columns import table_of
from app.kit.i18n import _
from app.teams.models import LogEntry, Team, TeamMember

_entries, _members = table_of(LogEntry), table_of(TeamMember)
_UNNAMED = _("l'identifiant ne mène plus qu'à une fiche sans nom")

PERSONAL: Final = (
    PersonalData(
        kind="teams_led", label=_("Équipes accompagnées, comme coach ou sponsor"), table=table_of(Team),
        by=("coach_id", "sponsor_id"), fate=Fate.UNNAMED, why=_UNNAMED,
    ),
    PersonalData(
        kind="memberships", label=_("Équipes dont la personne est membre"), table=_members, by=("agent_id",),
        fate=Fate.UNNAMED, why=_UNNAMED, about=(Team.name, col(Team.id) == _members.c.team_id),
    ),
    PersonalData(
        kind="log_entries", label=_("Journal de bord : textes écrits"), table=_entries, by=("author_id",),
        fate=Fate.UNNAMED,
        readers=THE_PERSON_ALONE, why=_UNNAMED, about=(Team.name, col(Team.id) == _entries.c.team_id),
    ),
)  # fmt: skip
