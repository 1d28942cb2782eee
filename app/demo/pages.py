"""In the demonstration alone: enter as anybody of its town, and read the mail that it sends to nobody.

Two locks: the setting that `essaim demo` makes, without which these pages are not there; and a database that holds its
town and no other authority.
"""

from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select
from sqlmodel import Session, col

from app.access.governed import open_to_all
from app.demo.filling import SLUG
from app.demo.page import people
from app.kit.database import Database
from app.kit.limits import Limit, network_of, take
from app.kit.problems import NotFound
from app.kit.routing import DatabaseDep, SessionDep
from app.kit.schemas import Request as RequestModel
from app.mailing.models import OutgoingMail
from app.people.models import Agent, Authority
from app.signin.cookies import enter
from app.signin.models import Method
from app.web.forms import read
from app.web.pages import page, page_router

ENTERING = Limit("demo", times=60, seconds=60)
SHOWN_MAILS: Final = 50

pages = page_router(anonymous=True)


class Entry(RequestModel):
    agent_id: UUID
    suite: str = "/"


def about(request: Request) -> dict[str, Any]:
    """Those whom one may be, for the sign-in page."""
    database: Database = request.app.state.database
    with database.session() as session:
        town = _town(session)
        return {"kinds": people(session, town.id) if town else []}


@pages.post("/demo/entrer")
@open_to_all("the demonstration alone")
def enter_as(request: Request, session: SessionDep, database: DatabaseDep) -> Response:
    """Be somebody of the town."""
    take(database, ENTERING, network_of(request))
    form = read(request, Entry).value
    town = _town(session)
    if form is None or town is None:
        raise NotFound
    agent = session.get(Agent, form.agent_id)
    if agent is None or agent.authority_id != town.id or agent.left_on is not None:
        raise NotFound
    return enter(request, session, agent, method=Method.DEMO, to=form.suite)


@pages.get("/boite-aux-lettres")
@open_to_all("the demonstration alone")
def read_mailbox(request: Request, database: DatabaseDep) -> Response:
    """Everybody's mail, the newest first."""
    with database.session() as session:
        town = _town(session)
        if town is None:
            raise NotFound
        newest = (
            select(OutgoingMail)
            .where(col(OutgoingMail.authority_id) == town.id)
            .order_by(col(OutgoingMail.created_at).desc(), col(OutgoingMail.id).desc())
        )
        mails = session.execute(newest.limit(SHOWN_MAILS)).scalars().all()
    return page(request, "demo/mailbox.html", mails=mails, shown=SHOWN_MAILS)


def _town(session: Session) -> Authority | None:
    """The demonstration's authority, where the database holds no other."""
    found = session.execute(select(Authority).limit(2)).scalars().all()
    return found[0] if len(found) == 1 and found[0].slug == SLUG else None
