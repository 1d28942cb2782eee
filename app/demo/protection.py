"""What is reported under protection in the demonstration: told without a name, spoken of, once opened."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.demo.story import Story
from app.irritants import announcing, protection
from app.irritants.models import Irritant, ProtectedReceipt
from app.irritants.schemas import IrritantReport
from app.kit import clock

SPOKEN_OF: Final = "das-domicile-violence"
OPENED: Final = "dej-peri-contrats"
FOLLOW_UP_KEY: Final = "ESSA-YEZ2-LE22-SUYV-2DEM-9NST-RATE"
"""Of `SPOKEN_OF`, so that whoever looks around may follow it too. Nowhere but here is a key known beforehand."""

_DIALOGUE: Final = (
    (2, "lab", "Merci de l’avoir dit. Est-ce arrivé une fois, ou souvent\u00a0? Ne donnez ni nom ni adresse."),
    (4, "reporter", "Deux fois depuis la rentrée, dans deux logements. Nous sommes plusieurs à le craindre."),
    (5, "lab", "Pour ce qui s’est passé, la cellule d’écoute peut vous recevoir dès cette semaine, sans passer par "
               "nous. Ici, nous cherchons ce qui évite que cela recommence."),
    (9, "reporter", "Un bouton sur le téléphone de service suffirait, s’il appelle quelqu’un qui répond."),
)  # fmt: skip
_REASON: Final = (
    "Vous écrivez que des contrats manquent depuis trois semaines. Pour que la paie soit corrigée ce mois-ci, il nous "
    "faut savoir lesquels : je vous appelle, et je n’en parle à personne d’autre."
)


def tell_report(story: Story, key: str, form: IrritantReport, reporter: Actor, session: Session) -> UUID:
    """Report under protection; the irritant's id."""
    irritant, _receipt = protection.report(session, reporter, form, story.keyring)
    if key == SPOKEN_OF:
        session.execute(
            update(ProtectedReceipt)
            .where(col(ProtectedReceipt.irritant_id) == irritant.id)
            .values(receipt_hash=protection.receipt_hash(FOLLOW_UP_KEY))
        )
    return irritant.id


def tell_after(story: Story, key: str, reported: date) -> None:
    """What follows a protected report: the journal learns of it, the lab asks, a trusted person looks."""
    story.tell(reported + timedelta(days=1), "00:05", partial(_announce, story))
    if key == SPOKEN_OF:
        for days, side, words in _DIALOGUE:
            day = story.working(reported + timedelta(days=days))
            story.tell(day, "10:20", partial(_write, story, side, words))
            story.tell(day + timedelta(days=1), "00:05", partial(_announce, story))
    if key == OPENED:
        story.tell(story.working(reported + timedelta(days=2)), "15:30", partial(_open, story))


def _announce(story: Story, session: Session) -> None:
    announcing.announce_due(session, story.system, clock.today(story.cast.time_zone))


def _write(story: Story, side: str, words: str, session: Session) -> None:
    irritant = session.get_one(Irritant, story.irritants[SPOKEN_OF])
    if side == "reporter":
        protection.receive(session, irritant, words)
    else:
        protection.send(session, story.cast.actor(story.cast.lab), irritant, words)


def _open(story: Story, session: Session) -> None:
    trusted = replace(story.cast.actor(story.cast.second_of_lab), authenticated_at=clock.now())
    irritant = session.get_one(Irritant, story.irritants[OPENED])
    protection.open_identity(session, trusted, irritant, _REASON, story.keyring)
