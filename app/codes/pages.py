"""The door for matricule and code, and the code that follows."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.fresh import is_fresh
from app.access.governed import open_to_all
from app.codes import queries, service
from app.codes.problems import CodeWrong
from app.codes.schemas import CodeForm, NextForm
from app.kit.alarms import note
from app.kit.limits import Limit, network_of, take
from app.kit.routing import DatabaseDep, SessionDep
from app.signin.cookies import enter
from app.signin.doors import sign_in_page
from app.signin.models import Method
from app.web.forms import Form, blank, read
from app.web.pages import local, page, page_router, redirect

DOOR = "codes"
NEXT = "/connexion/code/suivant"
ONE_CLICK = Limit("next code", times=1, seconds=5)
Destination = Annotated[str, Query(max_length=2000)]

open_pages = page_router(anonymous=True)
pages = page_router()


@open_pages.get("/connexion/code")
@open_to_all("signing in")
def show_door(request: Request, suite: Destination = "/") -> Response:
    """Where the printed QR code leads."""
    return _door(request, blank(CodeForm), suite)


@open_pages.post("/connexion/code")
@open_to_all("signing in")
def enter_with_code(request: Request, session: SessionDep, database: DatabaseDep) -> Response:
    """Come in with a matricule and a code, which is spent."""
    key = service.key_of(request.app.state.settings)
    form = read(request, CodeForm)
    if form.value is None:
        return _door(request, form, form.typed.get("suite", "/"), status=422)
    service.knock(database, network_of(request), form.value.hr_id)
    try:
        recognised = service.recognise(database, form.value.hr_id, form.value.code, key)
        agent = service.use(session, recognised)
    except CodeWrong as wrong:
        note(request, "sign_in", wrong.slug, wrong.status, door=DOOR)
        return _door(request, form.refused(wrong), form.value.suite, status=422)
    to = local(form.value.suite)
    # Unless its holder says that the device is theirs, somebody else will sit there next.
    method = Method.CODE_OWN_DEVICE if form.value.own else Method.CODE
    return enter(request, session, agent, method=method, to=f"{NEXT}?suite={quote(to, safe='/')}")


@pages.get(NEXT)
@open_to_all("one's own next code")
def offer_next(
    request: Request, actor: ActorDep, database: DatabaseDep, suite: Destination = "/"
) -> Response:
    """Before going on: the code with which one will come back."""
    with database.read() as connection:
        may = is_fresh(actor) and queries.may_hold(connection, actor)
    return page(request, "codes/next.html", to=local(suite), code=None) if may else redirect(local(suite))


@pages.post(NEXT)
@open_to_all("one's own next code")
def show_next(request: Request, actor: ActorDep, session: SessionDep, database: DatabaseDep) -> Response:
    """Show the next code, this once. Asked again, it is another."""
    form = read(request, NextForm)
    # Of two clicks at once, the browser shows one answer, which may be of the code that the other ended.
    take(database, ONE_CLICK, actor.agent_id)
    code, expires_at = service.give_next(session, actor, request.app.state.settings)
    to = local(form.value.suite if form.value else "/")
    return page(request, "codes/next.html", to=to, code=code, expires_at=expires_at)


def _door(request: Request, form: Form[CodeForm], to: str, *, status: int = 200) -> Response:
    service.key_of(request.app.state.settings)
    doors = [door for door in request.app.state.doors if door.name == DOOR]
    return sign_in_page(request, to=to, status=status, doors=doors, form=form, refusing=DOOR)
