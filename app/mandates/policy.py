"""Who may do what with a mandate.

Each relation is a clause of SQL, so that a list and a single mandate are read by the same rule. A directorate's head
stands in for the manager of an agent who has none, and whoever holds the interim of a head or a manager stands where
they would. A party is also who may sign in its name today: see `substitution`.
"""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, exists, or_
from sqlmodel import col

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Condition, Grant, Policy
from app.access.standing import Clauses
from app.kit.i18n import Text, _
from app.mandates.lifecycle import IN_FORCE, LIFECYCLE, MandateState, PartyState
from app.mandates.models import Mandate, MandateParty
from app.mandates.problems import (
    AlreadySigned,
    AmendmentInPreparation,
    NotADraft,
    NotInForce,
    TermPassed,
)
from app.mandates.substitution import STANDS_IN, counts
from app.people.delegations import is_viewer
from app.people.models import Agent, Directorate
from app.people.queries import WITHOUT_MANAGER
from app.teams.models import Team, TeamMember
from app.teams.policy import is_coach

_viewer: Any = bindparam("viewer_id", type_=Uuid())
_current_member = and_(col(TeamMember.team_id) == col(Mandate.team_id), col(TeamMember.left_on).is_(None))


def _some(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Some row meets these conditions, whatever else the statement joins."""
    return exists(1).where(*conditions).correlate(Mandate)


IS_SPONSOR: ColumnElement[bool] = col(Mandate.sponsor_id) == _viewer
IS_PARTY = or_(
    _some(
        counts(MandateParty),
        col(MandateParty.agent_id) == _viewer,
    ),
    STANDS_IN,
)
IS_COACH = _some(col(Team.id) == col(Mandate.team_id), col(Team.coach_id) == _viewer)
IS_HEAD = _some(
    col(Directorate.id) == col(Mandate.client_directorate_id), is_viewer(col(Directorate.head_id))
)
IS_MEMBER = _some(_current_member, col(TeamMember.agent_id) == _viewer)
IS_MANAGER = or_(
    _some(_current_member, col(Agent.id) == col(TeamMember.agent_id), is_viewer(col(Agent.manager_id))),
    _some(
        _current_member,
        col(Agent.id) == col(TeamMember.agent_id),
        WITHOUT_MANAGER,
        col(Directorate.id) == col(Agent.directorate_id),
        is_viewer(col(Directorate.head_id)),
    ),
)


def binds(actor: Actor) -> dict[str, Any]:
    """The parameters of the clauses above."""
    return {"viewer_id": actor.agent_id, "today": actor.today()}


is_not_elected = Condition(
    _("à titre d'agent·e, et non d'élu·e"), lambda _session, actor, _mandate: not actor.has(C.ELECTED)
)
as_agent = tuple(Grant(capacity, is_not_elected) for capacity in (C.MEMBER, C.COACH, C.MANAGER, C.HEAD))

LAB_AND_COACH = _("Ce geste revient au laboratoire et au coach de l'équipe.")
SPONSOR_AND_LAB = _("Ce geste revient au sponsor et au laboratoire : écrivez-leur ce qui vous arrête.")
PARTIES_ONLY = _("Ce geste revient aux parties du mandat.")
FUTURE_PARTIES = _(
    "Les remarques sur un mandat restent entre ses parties, celles et ceux qui le seront, et le laboratoire."
)

WRITING = Policy(
    "mandates of a team",
    title=_("Mandat à rédiger"),
    relations={C.COACH: is_coach},
    actions=[
        Action("draft", _("rédiger le mandat d'une équipe"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
    ],
)  # fmt: skip

POLICY = Policy(
    "mandate",
    title=_("Mandat"),
    clauses=Clauses(
        Mandate,
        {
            C.PARTY: IS_PARTY,
            C.SPONSOR: IS_SPONSOR,
            C.COACH: IS_COACH,
            C.HEAD: IS_HEAD,
            C.MEMBER: IS_MEMBER,
            C.MANAGER: IS_MANAGER,
        },
        binds,
    ),
    actions=[
        Action("list", _("consulter les mandats"), (C.AGENT, C.ELECTED, C.LAB, C.HR),
               _("La liste des mandats s'adresse aux personnes qu'ils concernent."), scope="programme:read"),
        Action("read", _("lire un mandat"), (C.LAB, C.HR, C.PARTY, C.SPONSOR, *as_agent),
               _("Un mandat est lu par les personnes qu'il concerne."), scope="programme:read"),
        Action("edit", _("modifier un mandat en rédaction"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("relieve", _("écrire l'allègement de charge d'un agent"), (C.LAB, C.COACH, C.MANAGER),
               _("L'allègement est écrit par la personne qui libère les demi-journées de l'agent."),
               scope="programme:write"),
        Action("read_comments", _("lire les remarques sur un mandat"), (C.LAB, C.PARTY, C.SPONSOR, *as_agent),
               FUTURE_PARTIES),
        Action("comment", _("faire une remarque sur un mandat en rédaction"),
               (C.LAB, C.PARTY, C.SPONSOR, *as_agent), FUTURE_PARTIES),
        Action("submit", _("soumettre un mandat à signature"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("withdraw", _("reprendre la rédaction d'un mandat en signature"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("sign", _("signer un mandat"), (C.PARTY,), PARTIES_ONLY, fresh=True),
        Action("refuse", _("refuser un mandat, avec sa raison"), (C.PARTY,), PARTIES_ONLY, fresh=True),
        Action("bring_signed", _("rapporter un mandat signé hors d'Essaim"), (C.LAB, C.PARTY),
               _("Ce geste revient au laboratoire et aux parties du mandat."), fresh=True),
        Action("suspend", _("suspendre un mandat"), (C.SPONSOR, C.LAB), SPONSOR_AND_LAB, scope="programme:write"),
        Action("resume", _("reprendre un mandat suspendu"), (C.SPONSOR, C.LAB), SPONSOR_AND_LAB,
               scope="programme:write"),
        Action("terminate", _("interrompre un mandat"), (C.SPONSOR, C.LAB), SPONSOR_AND_LAB,
               scope="programme:write"),
        Action("amend", _("préparer un avenant à un mandat en vigueur"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("renew", _("préparer le renouvellement d'un mandat en vigueur"), (C.LAB, C.COACH), LAB_AND_COACH,
               scope="programme:write"),
        Action("complete", _("déclarer un mandat terminé"), (C.LAB,), _("Ce geste revient au laboratoire."),
               scope="programme:write"),
    ],
)  # fmt: skip


def awaited_first(parties: Iterable[Any]) -> Text:
    """Whose signatures a party waits for. Each of `parties` has a capacity, a rank and a state."""
    pending = [party for party in parties if party.state is PartyState.PENDING]
    lowest = min(party.rank for party in pending)
    first = [party for party in pending if party.rank == lowest]
    return _("Votre tour viendra. Nous attendons d'abord : {capacity} ({count} signature(s)).").format(
        capacity=first[0].capacity.label, count=len(first)
    )


def before_its_term(mandate: Mandate, actor: Actor) -> Text | None:
    """Why it is not completed yet; None from its last day on."""
    if actor.today() >= mandate.ends_on:
        return None
    return _(
        "Ce mandat court jusqu'au {day}. Pour l'arrêter avant, interrompez-le en disant pourquoi."
    ).format(day=mandate.ends_on)


def not_in_force(mandate: Any, _actor: Actor) -> Text | None:
    """Why it can be neither amended nor renewed; None where it can."""
    return None if mandate.state in IN_FORCE else NotInForce.title


def not_amendable(mandate: Any, actor: Actor) -> Text | None:
    """Why no amendment to it can be begun; None where one can."""
    if mandate.open_amendment_id is not None:
        return AmendmentInPreparation.title
    return not_in_force(mandate, actor)


def _submitted(mandate: Any, _actor: Actor) -> Text | None:
    return None if mandate.state is MandateState.DRAFT else NotADraft.title


def not_awaited(mandate: Any, actor: Actor) -> Text | None:
    """Why the caller does not sign now what `mandate` describes, a mandate or an amendment; None where they do."""
    if mandate.ends_on < actor.today():
        return TermPassed.title
    if mandate.to_sign:
        return None
    return nothing_pending(mandate, actor) or awaited_first(
        SimpleNamespace(**party) for party in mandate.parties
    )


def nothing_pending(mandate: Any, actor: Actor) -> Text | None:
    """Why there is nothing that the caller could refuse; None where there is."""
    mine = [
        party["state"]
        for party in mandate.parties
        if actor.agent_id in {party["agent_id"], *(each["agent_id"] for each in party["may_sign"])}
    ]
    return None if PartyState.PENDING in mine else AlreadySigned.title


ABILITIES = Abilities(
    POLICY,
    Step("edit", _submitted),
    Step("comment", _submitted),
    "relieve",
    "submit",
    "withdraw",
    Step("sign", not_awaited),
    Step("refuse", nothing_pending),
    "suspend",
    "resume",
    "terminate",
    Step("complete", before_its_term),
    Step("amend", not_amendable),
    Step("renew", not_in_force),
    lifecycle=LIFECYCLE,
)
