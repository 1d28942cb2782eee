"""Who may read the journal: those who lead, all of it; everybody, what concerns them."""

from dataclasses import dataclass

from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _


@dataclass(frozen=True, slots=True)
class Found:
    """An event that was looked for: whether it concerns whoever looks."""

    concerns_caller: bool


def is_concerned(_session: Session, _actor: Actor, event: Found) -> bool:
    return event.concerns_caller


POLICY = Policy(
    "event",
    title=_("Journal"),
    relations={C.OWNER: is_concerned},
    actions=[
        Action(
            "list",
            _("lire le journal"),
            (C.LAB, C.ADMINISTRATOR),
            _("Le journal s'adresse au laboratoire et à l'administration de la plateforme."),
            scope="events:read",
        ),
        Action(
            "name_authors",
            _("y lire le nom de qui a agi"),
            (C.LAB, C.ADMINISTRATOR),
            _("Le journal s'adresse au laboratoire et à l'administration de la plateforme."),
        ),
        Action(
            "read",
            _("lire un événement du journal"),
            (C.LAB, C.ADMINISTRATOR, C.OWNER),
            _("Cet événement ne vous concerne pas."),
            scope="events:read",
        ),
        Action(
            "list_mine",
            _("lire les événements qui me concernent"),
            (C.AGENT, C.ELECTED, C.LAB, C.HR, C.ADMINISTRATOR),
            _("Ce journal est celui d'une personne : une application connectée n'en a pas."),
        ),
    ],
)
