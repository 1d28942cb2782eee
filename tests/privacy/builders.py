"""Somebody with a past: a bit of everything that Essaim may hold about a person."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from app.access.actor import system
from app.access.capacity import Capacity
from app.kit import clock
from app.kit.bounds import within
from app.kit.mail import Mail
from app.mailing.service import post
from app.openid.models import IdentityBinding, IdentityProvider
from app.openid.profiles import Profile
from app.people.models import Absence, Agent, sort_name
from app.privacy.models import Purge
from app.privacy.purging import turn
from app.signin.models import Method
from app.signin.sessions import open_session
from tests.calls.builders import application
from tests.half_days.builders import MONDAY, START, act, active, on, on_day
from tests.people.builders import away
from tests.support.world import Person, World, qualified, report
from tests.teams.builders import log_entry

GIVEN, FAMILY = "Éléonore", "Vasquez-Thibault"
NAME = f"{GIVEN} {FAMILY}"
EMAIL = "eleonore.vasquez@valmoret.test"
PHONE = "06 39 98 41 27"
HR_ID = "77418826"
TRACES = (NAME, f"{FAMILY} {GIVEN}", FAMILY, EMAIL, PHONE, HR_ID)
LAST_DAY = date(2026, 3, 31)
LATER = date(2026, 4, 7)


def eleonore(world: World) -> Person:
    """A newcomer of the directorate of public spaces, under her own name."""
    person = world.add_person("eleonore", "DEP", manager="head_dep")
    names = {
        "given_name": GIVEN,
        "family_name": FAMILY,
        "sort_name": sort_name(FAMILY, GIVEN),
        "email": EMAIL,
        "phone": PHONE,
        "hr_id": HR_ID,
    }
    with world.database.transaction() as session:
        session.execute(update(Agent).where(col(Agent.id) == person.agent.id).values(**names))
    for name, value in names.items():
        setattr(person.agent, name, value)
    return person


def administrator(world: World) -> Person:
    """Somebody who may erase, and set how long things are kept."""
    if "administrator" not in world.people:
        world.add_person("administrator", "DGS", capacity=Capacity.ADMINISTRATOR)
    return world.administrator


def lived(world: World) -> dict[str, Any]:
    """Éléonore joined a team, signed, wrote, was written about, and signed in by every door. Her mandate."""
    # Their tokens are of today, so that they still open when she has left.
    person = eleonore(world)
    administrator(world)
    with on(MONDAY):
        report(world, "eleonore", title="Le quai de déchargement est bloqué")
        known = qualified(world, by="david", description=f"Vu avec {NAME} au dépôt, chaque matin.")
        person.put(f"/irritants/{known['id']}/vote")
        person.post(f"/irritants/{known['id']}/comments", {"body": f"Appelez-moi au {PHONE}. {NAME}"})
        world.david.post(
            f"/irritants/{known['id']}/comments",
            {"body": f"Merci {NAME.upper()}, écrivez à {EMAIL} ou au matricule {HR_ID}."},
            headers={"Idempotency-Key": "thanks"},
        )
        application(world, by="eleonore")
        mandate = active(world, "alice", "eleonore")
        log_entry(world, mandate["team_id"], by="eleonore")
        away(world, "eleonore", "2026-03-02")
        _sign_in(world, person)
        world.work()
    encroach(world)
    world.work()
    return mandate


def encroach(world: World) -> None:
    """A half-day of hers is taken back, by somebody whom she names: herself."""
    with on(START, 13):
        mine = on_day(world, START, "eleonore")
        act(world, mine, "encroach", {"asked_by": NAME, "reason": f"{NAME} tient le guichet."}, by="eleonore")


def _sign_in(world: World, person: Person) -> None:
    with world.database.transaction() as session:
        agent = session.get_one(Agent, person.agent.id)
        open_session(
            session, agent, method=Method.LINK, address="203.0.113.7", user_agent=f"Navigateur de {NAME}"
        )
        mail = Mail(EMAIL, f"Bonjour {NAME}", f"Bonjour {NAME}", f"<p>{NAME}</p>")
        post(session, agent, mail, expires_at=clock.now() + timedelta(days=1))
        provider = IdentityProvider(
            authority_id=agent.authority_id,
            name="Annuaire",
            profile=Profile.STANDARD,
            issuer="https://idp.valmoret.test",
            client_id="essaim",
        )
        session.add(provider)
        session.flush()
        session.add(
            IdentityBinding(
                authority_id=agent.authority_id, provider_id=provider.id, subject=EMAIL, agent_id=agent.id
            )
        )


def gone(world: World, last_day: date = LAST_DAY) -> None:
    """HR enters Éléonore's last day."""
    with world.database.transaction() as session:
        session.execute(
            update(Agent).where(col(Agent.id) == world.eleonore.agent.id).values(left_on=last_day)
        )


TODAY = date(2028, 3, 10)
RUNS_ON = TODAY + timedelta(days=30)
"""When a purge is announced, and when it runs."""


def chores(world: World, day: date) -> int:
    """The chore alone, in the name of the system."""
    actor = system(world.authority.id, world.authority.time_zone)
    with on(day), within(world.authority.id), world.database.transaction() as session:
        return turn(session, actor, day)


def renewed(world: World, name: str) -> World:
    """With a token of the day: those of two years ago have gone with the rest."""
    world.renew(name)
    return world


def absences(world: World) -> list[date]:
    with world.database.session() as session:
        return sorted(row.last_day for row in session.execute(select(Absence)).scalars())


def purges(world: World) -> list[Purge]:
    with world.database.session() as session:
        return list(session.execute(select(Purge).order_by(col(Purge.id))).scalars())
