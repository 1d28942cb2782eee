"""The page that the demonstration prints: what to open, who is who, and a command for each to try."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.access.capacity import Capacity
from app.calls.lifecycle import ApplicationState
from app.calls.models import Application
from app.demo.cast import GENERAL
from app.demo.filling import MACHINE
from app.irritants.lifecycle import IrritantState
from app.irritants.models import Irritant
from app.kit import clock
from app.mandates.lifecycle import MandateState, PartyCapacity, PartyState
from app.mandates.models import Mandate, MandateParty
from app.people.models import Agent, Authority, CapacityGrant, Directorate
from app.signin.models import ApiClient
from app.signin.service import create_client_token, create_token, revoke_tokens
from app.solutions.models import Adoption
from app.teams.models import Team, TeamMember

NAMED: Final = "demo"
"""The tokens of the page."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person, and who stands for it: `tries` is a path of the API that works for them."""

    what: str
    agent: Agent
    function: str
    tries: str


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody whom the reader may be: `what` says as what, `tries` is a path of the API that works for them."""

    what: str
    name: str
    function: str
    token: str
    tries: str
    accept: str = "application/json"


def parts(session: Session, authority: Authority) -> list[Part]:
    """Everybody on the page, each with a fresh token; those of the page before are revoked."""
    revoke_tokens(session, authority.id, NAMED)
    found = [
        Part(
            kind.what,
            kind.agent.name,
            kind.function,
            create_token(session, agent=kind.agent, name=NAMED),
            kind.tries,
        )
        for kind in people(session, authority.id)
    ]
    machine = session.execute(
        select(ApiClient).where(col(ApiClient.authority_id) == authority.id, col(ApiClient.name) == MACHINE)
    ).scalar_one()
    token = create_client_token(session, machine, name=NAMED)
    month = clock.today(authority.time_zone).replace(day=1)
    stream = f"/half-days?from_day={month}"
    return [
        *found,
        Part("Machine SIRH", MACHINE, "lecture des demi-journées, en CSV", token, stream, "text/csv"),
    ]


def people(session: Session, authority_id: UUID) -> list[Kind]:
    """One person of each kind there is today: once all has been signed, nobody is left who must sign."""
    return [
        Kind(what, agent, _function(session, agent), tries)
        for what, agent, tries in _people(session, authority_id)
        if agent is not None
    ]


def _people(session: Session, authority_id: UUID) -> Iterator[tuple[str, Agent | None, str]]:
    def active(statement: Select[Any]) -> Select[Any]:
        mandates = (col(Mandate.authority_id) == authority_id, col(Mandate.state) == MandateState.ACTIVE)
        return statement.where(*mandates).order_by(col(Mandate.activated_at).desc(), col(Agent.hr_id))

    def first(statement: Select[Any]) -> Agent | None:
        found: Agent | None = session.execute(statement.limit(1)).scalars().one_or_none()
        return found

    own = select(Agent).where(col(Agent.authority_id) == authority_id).order_by(col(Agent.hr_id))
    yield (
        "Agent sans courriel",
        first(
            own.join(Irritant, col(Irritant.reporter_id) == col(Agent.id)).where(
                col(Agent.email).is_(None), col(Irritant.state) == IrritantState.RESOLVED
            )
        ),
        "/irritants?mine=true",
    )
    yield (
        "Agent avec courriel",
        first(
            own.join(Application, col(Application.agent_id) == col(Agent.id)).where(
                col(Agent.email).is_not(None), col(Application.state) == ApplicationState.SUBMITTED
            )
        ),
        "/applications?mine=true",
    )
    members = select(Agent).join(TeamMember, col(TeamMember.agent_id) == col(Agent.id))
    yield (
        "Membre d'une équipe",
        first(active(members.join(Mandate, col(Mandate.team_id) == col(TeamMember.team_id)))),
        "/half-days?mine=true&state=planned&limit=5",
    )
    coaches = select(Agent).join(Team, col(Team.coach_id) == col(Agent.id))
    yield (
        "Coach",
        first(active(coaches.join(Mandate, col(Mandate.team_id) == col(Team.id)))),
        "/follow-ups?state=planned&state=scheduled",
    )
    signers = own.join(MandateParty, col(MandateParty.agent_id) == col(Agent.id)).where(
        col(MandateParty.state) == PartyState.PENDING,
        col(MandateParty.capacity) == PartyCapacity.RELEASING_MANAGER,
    )
    yield "Responsable qui doit signer", first(signers), "/mandates?to_sign=true"
    adopters = own.join(Directorate, col(Directorate.head_id) == col(Agent.id)).join(
        Adoption, col(Adoption.directorate_id) == col(Directorate.id)
    )
    yield "Direction qui adopte une solution", first(adopters), "/solutions?sort=-adoptions"
    clients = select(Agent).join(Directorate, col(Directorate.head_id) == col(Agent.id))
    yield (
        "Direction cliente",
        first(active(clients.join(Mandate, col(Mandate.client_directorate_id) == col(Directorate.id)))),
        "/commitments?state=open",
    )
    sponsors = (
        own.join(Mandate, col(Mandate.sponsor_id) == col(Agent.id))
        .join(Directorate, col(Directorate.id) == col(Agent.directorate_id))
        .where(col(Directorate.code) == GENERAL)
    )
    yield "Sponsor, de la direction générale", first(sponsors), "/mandates"
    for what, capacity, tries in (
        ("Laboratoire", Capacity.LAB, "/irritants?state=submitted&sort=created_at"),
        ("Ressources humaines", Capacity.HR, "/half-days/summary"),
        ("Élue, sponsor d'une équipe", Capacity.ELECTED, "/teams?mine=true"),
    ):
        granted = (
            select(Agent)
            .join(CapacityGrant, col(CapacityGrant.agent_id) == col(Agent.id))
            .where(col(CapacityGrant.authority_id) == authority_id, col(CapacityGrant.capacity) == capacity)
            .order_by(col(CapacityGrant.id))
        )
        yield what, first(granted), tries


def _function(session: Session, agent: Agent) -> str:
    """`Adjoint technique, Garage municipal (DEP)`."""
    node = session.get(Directorate, agent.directorate_id) if agent.directorate_id else None
    if node is None:
        return agent.grade
    if node.head_id == agent.id:
        return f"à la tête de : {node.name} ({node.code.partition('/')[0]})"
    place = f"{node.name} ({node.code.partition('/')[0]})"
    return ", ".join(word for word in (agent.grade, place) if word)


def text(people: list[Part], base: str) -> str:
    """The page, French first."""
    api = f"{base}/api/v1"
    lines = [
        "",
        "Essaim : la Ville d'Exemple, et dix-huit mois de programme jusqu'à aujourd'hui.",
        "",
        f"  L'API                   {api}",
        f"  Son contrat (OpenAPI)   {api}/openapi.json",
        f"  Les pages               {base}/connexion (un bouton par personne)",
        f"  Les courriels           {base}/boite-aux-lettres",
        "  La visite guidée        docs/tour.md",
        "",
        "Chaque personne ci-dessous a un jeton. Copiez sa commande : elle marche telle quelle.",
    ]
    for part in people:
        accept = "" if part.accept == "application/json" else f" -H 'Accept: {part.accept}'"
        lines += [
            "",
            f"{part.what} : {part.name}, {part.function}",
            f"  {part.token}",
            f"  curl -s{accept} -H 'Authorization: Bearer {part.token}' '{api}{part.tries}'",
        ]
    lines += [
        "",
        "Les jetons valent 90 jours, et un quart d'heure pour signer un mandat ; relancer la démonstration en donne de "
        "nouveaux et garde les données. --reset recommence tout.",
        "",
        "In English: a fictitious town and its programme, lived through the API's own rules up to today. Each person "
        "has a token, and a command to try; with -H 'Accept-Language: en' it answers in English. Run again to keep "
        "the data, with --reset to start over.",
        "",
    ]
    return "\n".join(lines)
