"""What the people's register holds about a person, with what the foundations below it hold."""

from secrets import token_hex
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session

from app.access.capacity import Capacity
from app.access.personal import THE_PERSON_ALONE, Fate, Period, PersonalData, before_day, old_rows
from app.kit import clock
from app.kit.columns import table_of
from app.kit.i18n import _
from app.kit.idempotency import IdempotencyRecord
from app.mailing.models import OutgoingMail
from app.people.delegation_models import Interim, SigningDelegation
from app.people.models import Absence, Agent, CapacityGrant, Directorate, Position, sort_name

FAMILY_NAME: Final = "effacée"
GIVEN_NAME: Final = "Personne"

_agents = table_of(Agent)
_keys = table_of(IdempotencyRecord)
_absences = table_of(Absence)

_ACT = _(
    "acte de la collectivité, publié et transmis (CGCT, L.2131-1) : il fait preuve de qui pouvait signer"
)
_REFERENCE = _("l'identifiant ne mène plus qu'à une fiche sans nom")


def erase_record(session: Session, agent: Any) -> int:
    """Empty an agent's record of all that tells who it was. What other rows refer to stays, and names nobody."""
    session.execute(
        update(_agents)
        .where(_agents.c.id == agent.id)
        .values(
            hr_id=f"effacee-{token_hex(8)}",
            civility="",
            family_name=FAMILY_NAME,
            given_name=GIVEN_NAME,
            sort_name=sort_name(FAMILY_NAME, GIVEN_NAME),
            email=None,
            phone=None,
            directorate_id=None,
            manager_id=None,
            grade="",
            category="",
            off_halves=[],
            working_percentage=100,
            position=Position.LEFT,
            entered_on=None,
            updated_at=clock.now(),
            version=_agents.c.version + 1,
        )
    )
    return 1


PERSONAL: Final = (
    PersonalData(
        kind="record", label=_("Fiche de la personne"), table=_agents, by=("id",), fate=Fate.BLANKED,
        holds=("hr_id", "civility", "family_name", "given_name", "sort_name", "email", "phone"),
        erase=erase_record,
        why=_("la ligne reste pour que les actes signés s'y rattachent ; elle ne dit plus de qui il s'agit"),
    ),
    PersonalData(
        kind="reports", label=_("Personnes encadrées"), table=_agents, by=("manager_id",), fate=Fate.UNNAMED,
        why=_REFERENCE, copied=False,
    ),
    PersonalData(
        kind="directorates_headed", label=_("Directions et services dirigés"), table=table_of(Directorate),
        by=("head_id",), fate=Fate.BLANKED, blank={"head_id": None},
    ),
    PersonalData(
        kind="capacities", label=_("Qualités données"), table=table_of(CapacityGrant), by=("agent_id",),
        fate=Fate.DELETED,
    ),
    PersonalData(
        kind="absences", label=_("Absences"), table=_absences, by=("agent_id",), fate=Fate.DELETED,
        readers=(Capacity.HR,),
    ),
    PersonalData(
        kind="delegations", label=_("Délégations de signature"), table=table_of(SigningDelegation),
        by=("holder_id", "giver_id"), fate=Fate.KEPT, why=_ACT,
    ),
    PersonalData(
        kind="interims", label=_("Intérims"), table=table_of(Interim), by=("holder_id", "absent_id"),
        fate=Fate.KEPT, why=_ACT,
    ),
    PersonalData(
        kind="mails", label=_("Courriels envoyés par Essaim"), table=table_of(OutgoingMail), by=("agent_id",),
        holds=("recipient",), fate=Fate.DELETED,
        readers=THE_PERSON_ALONE, hide=frozenset({"text", "html", "last_error"}),
    ),
    PersonalData(
        kind="retries", label=_("Réponses gardées deux jours pour les reprises"), table=_keys,
        holds=("caller",), rows=lambda agent_id: _keys.c.caller == f"agent:{agent_id}",
        fate=Fate.DELETED, copied=False,
    ),
)  # fmt: skip

_DUE, _PURGE = old_rows(_absences, lambda day: before_day(_absences.c.last_day, day))

PERIODS: Final = (
    Period(
        kind="absences",
        label=_("Absences"),
        since=_("leur dernier jour"),
        source=_(
            "choix d'Essaim : le temps de savoir quelles demi-journées n'étaient pas dues, et d'en répondre"
        ),
        months=24,
        most=60,
        due=_DUE,
        purge=_PURGE,
    ),
    Period(
        kind="mails",
        label=_("Trace des courriels envoyés"),
        since=_("leur envoi"),
        source=_("fixe : le texte est effacé dès l'envoi, la trace au bout d'un mois"),
        months=1,
    ),
)
