"""The door for those who have an address: ask for a link, then open it."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.access.governed import open_to_all
from app.kit.alarms import note
from app.kit.i18n import _, negotiate
from app.kit.limits import network_of
from app.kit.problems import Invalid, NotFound, Problem
from app.kit.routing import DatabaseDep, SessionDep
from app.links import service
from app.links.problems import LinkSpent, OtherBrowser
from app.links.schemas import AskForm, OpenForm
from app.signin.cookies import enter
from app.signin.doors import sign_in_page
from app.signin.models import Method
from app.signin.queries import only_authority
from app.web.forms import Form, blank, read
from app.web.pages import local, page, page_router, redirect, visit_of

DOOR = "links"
NOT_AN_ADDRESS = _("Écrivez une adresse électronique, par exemple prenom.nom@ville.fr.")

pages = page_router(anonymous=True)


@pages.get("/connexion/lien")
@open_to_all("signing in")
def show_door(request: Request, suite: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Ask for a link."""
    return _door(request, blank(AskForm), suite)


@pages.post("/connexion/lien")
@open_to_all("signing in")
def ask_for_link(request: Request, session: SessionDep, database: DatabaseDep) -> Response:
    """Send a link, if the address is an agent's. The answer is the same where it is nobody's."""
    form = read(request, AskForm)
    if form.value is None:
        return _door(request, form, form.typed.get("suite", "/"), status=422)
    email = form.value.email.strip()
    if not (email.isprintable() and email.count("@") == 1 and " " not in email):
        return _door(request, form.refused(Invalid.on("email", NOT_AN_ADDRESS)), form.value.suite, status=422)
    _require_open(request)
    service.knock(database, network_of(request), email)
    service.ask(
        session,
        email,
        browser=visit_of(request).browser,
        destination=local(form.value.suite),
        language=negotiate(request.headers.get("accept-language")),
    )
    return redirect("/connexion/lien/envoye")


@pages.get("/connexion/lien/envoye")
@open_to_all("signing in")
def link_on_its_way(request: Request) -> Response:
    """What to do now."""
    return _page(request, "links/sent.html")


@pages.get("/connexion/lien/ouvrir")
@open_to_all("signing in")
def show_link(
    request: Request, database: DatabaseDep, jeton: Annotated[str, Query(max_length=100)]
) -> Response:
    """What the mail's link leads to: a button. Looking spends nothing, for scanners look too."""
    with database.read() as connection:
        try:
            service.check(connection, jeton, visit_of(request).browser)
        except (LinkSpent, OtherBrowser) as refusal:
            return _refused(request, refusal)
    return _page(request, "links/open.html", secret=jeton)


@pages.post("/connexion/lien/ouvrir")
@open_to_all("signing in")
def open_link(request: Request, session: SessionDep) -> Response:
    """Come in. The link is spent."""
    form = read(request, OpenForm)
    if form.value is None:
        raise NotFound
    try:
        agent, destination = service.use(session, form.value.jeton, visit_of(request).browser)
    except (LinkSpent, OtherBrowser) as refusal:
        return _refused(request, refusal)
    return enter(request, session, agent, method=Method.LINK, to=destination)


def _refused(request: Request, refusal: Problem) -> Response:
    note(request, "sign_in", refusal.slug, refusal.status, door=DOOR)
    return _page(request, "links/refused.html", status=refusal.status, refusal=refusal)


def _page(request: Request, template: str, **context: Any) -> Response:
    """A page in the name of the authority, though nobody is known yet."""
    house = visit_of(request).house or only_authority(request.app.state.database)
    return page(request, template, house=house, **context)


def _door(request: Request, form: Form[AskForm], to: str, *, status: int = 200) -> Response:
    _require_open(request)
    doors = [door for door in request.app.state.doors if door.name == DOOR]
    return sign_in_page(request, to=to, status=status, doors=doors, form=form, refusing=DOOR)


def _require_open(request: Request) -> None:
    settings = request.app.state.settings
    if not any(door.name == DOOR and door.is_open(settings) for door in request.app.state.doors):
        raise NotFound
