"""What calls hold about a person."""

from typing import Final

from sqlalchemy import and_
from sqlmodel import col

from app.access.personal import THE_PERSON_ALONE, Fate, Period, PersonalData, before_day, old_rows
from app.calls.lifecycle import ApplicationState
from app.calls.models import Application, Call
from app.kit.columns import table_of
from app.kit.i18n import _

_applications = table_of(Application)

PERSONAL: Final = (
    PersonalData(
        kind="applications", label=_("Candidatures"), table=_applications, by=("agent_id",),
        fate=Fate.BLANKED,
        readers=THE_PERSON_ALONE, blank={"motivation": "", "reason": None},
        about=(Call.title, col(Call.id) == _applications.c.call_id),
    ),
    PersonalData(
        kind="applications_told", label=_("Candidatures de personnes encadrées"), table=_applications,
        by=("manager_id",), fate=Fate.UNNAMED, copied=False,
        why=_("l'identifiant ne mène plus qu'à une fiche sans nom"),
    ),
)  # fmt: skip

_DUE, _PURGE = old_rows(
    _applications,
    lambda day: and_(
        _applications.c.state.in_([ApplicationState.DECLINED, ApplicationState.WITHDRAWN]),
        before_day(_applications.c.updated_at, day),
    ),
)

PERIODS: Final = (
    Period(
        kind="unaccepted_applications",
        label=_("Candidatures écartées ou retirées"),
        since=_("la décision"),
        source=_(
            "sur le modèle du recrutement : deux ans au plus après le dernier contact (CNIL, guide du recrutement)"
        ),
        months=24,
        most=24,
        due=_DUE,
        purge=_PURGE,
    ),
)
