"""Who may do what with calls and applications."""

from sqlmodel import Session

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.calls.lifecycle import APPLICATIONS, CALLS, CallState
from app.calls.models import Application, Call
from app.calls.problems import CallAlreadyPast, CallNotEditable
from app.kit.i18n import Text, _
from app.people.delegations import acts_for
from app.people.models import Agent

LAB_ONLY = _("Ce geste revient au laboratoire.")

was_opened = Condition(
    _("l'appel a été ouvert"), lambda _session, _actor, call: call.opened_at is not None
)  # fmt: skip


def is_applicant(_session: Session, actor: Actor, application: Application) -> bool:
    return application.agent_id == actor.agent_id


def is_manager(session: Session, actor: Actor, application: Application) -> bool:
    """Whoever was told that day, whoever is the applicant's manager today, and who holds their interim."""
    if application.manager_id == actor.agent_id:
        return True
    applicant = session.get(Agent, application.agent_id)
    managers = {application.manager_id, applicant.manager_id if applicant else None}
    return any(acts_for(session, actor, manager_id) for manager_id in managers)


CALL_POLICY = Policy(
    "call",
    title=_("Appel à volontaires"),
    actions=[
        Action("list", _("consulter les appels"), (C.AGENT, C.LAB, C.HR, C.ELECTED),
               _("Les appels s'adressent aux agents et aux élus."), scope="programme:read"),
        Action("read", _("lire un appel"),
               (C.LAB, Grant(C.AGENT, was_opened), Grant(C.HR, was_opened), Grant(C.ELECTED, was_opened)),
               _("Cet appel est encore en préparation."), scope="programme:read"),
        Action("draft", _("préparer un appel"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("edit", _("corriger un appel"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("open", _("ouvrir un appel"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("close", _("clore un appel"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("conclude", _("terminer un appel"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("cancel", _("annuler un appel"), (C.LAB,), LAB_ONLY, scope="programme:write"),
    ],
)  # fmt: skip

# What an agent writes of themselves is no part of `programme:read`: only a client that acts for the lab reads it.
APPLICATION_POLICY = Policy(
    "application",
    title=_("Candidature"),
    relations={C.APPLICANT: is_applicant, C.MANAGER: is_manager},
    actions=[
        Action("list", _("consulter les candidatures : les siennes, celles de son équipe, toutes pour le laboratoire"),
               (C.AGENT, C.LAB), _("Les candidatures se lisent entre agents, responsables et laboratoire."),
               scope="programme:write"),
        Action("read", _("lire une candidature"), (C.LAB, C.APPLICANT, C.MANAGER),
               _("Cette candidature n'est lue que par son auteur·e, son responsable et le laboratoire."),
               scope="programme:write"),
        Action("submit", _("déposer une candidature"), (C.AGENT,),
               _("Les candidatures sont ouvertes à tous les agents, et à eux seuls.")),
        Action("accept", _("accepter une candidature"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("decline", _("décliner une candidature"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("withdraw", _("retirer sa candidature"), (C.APPLICANT,),
               _("Une candidature n'est retirée que par son auteur·e.")),
    ],
)  # fmt: skip


def _settled(call: Call, _actor: Actor) -> Text | None:
    return None if call.state in (CallState.DRAFT, CallState.OPEN) else CallNotEditable.title


def _past(call: Call, actor: Actor) -> Text | None:
    return CallAlreadyPast.title if call.closes_on < actor.today() else None


CALL_ABILITIES = Abilities(
    CALL_POLICY,
    Step("edit", _settled),
    Step("open", _past),
    "close",
    "conclude",
    "cancel",
    lifecycle=CALLS,
)
APPLICATION_ABILITIES = Abilities(APPLICATION_POLICY, "accept", "decline", "withdraw", lifecycle=APPLICATIONS)
