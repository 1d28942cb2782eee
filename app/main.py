"""The application: the one list of rooms, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import structlog
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import migrations
from app import __version__
from app.access.actor import system
from app.access.inside import Inside
from app.access.personal import declare
from app.access.rooms import Room
from app.agreements.room import ROOM as AGREEMENTS
from app.amendments.room import ROOM as AMENDMENTS
from app.audit.room import ROOM as AUDIT
from app.calls.room import ROOM as CALLS
from app.clients.room import ROOM as CLIENTS
from app.codes.room import ROOM as CODES
from app.demo.room import ROOM as DEMO
from app.follow_ups.room import ROOM as FOLLOW_UPS
from app.half_days.room import ROOM as HALF_DAYS
from app.irritants.room import ROOM as IRRITANTS
from app.journal import keys, persons
from app.journal import service as journal
from app.journal.worker import Worker
from app.kit import application, clock, contract, idempotency, limits, logs, routing
from app.kit.bounds import everywhere, within
from app.kit.database import Database, refuse_with
from app.kit.mail import send
from app.kit.problems import Problem
from app.links.room import ROOM as LINKS
from app.mailing import service as mailing
from app.mandates.papers import means
from app.mandates.room import ROOM as MANDATES
from app.notices.room import ROOM as NOTICES
from app.openid.room import ROOM as OPENID
from app.people.models import Authority
from app.people.room import ROOM as PEOPLE
from app.privacy.room import ROOM as PRIVACY
from app.programmes.room import ROOM as PROGRAMMES
from app.settings import Settings, get_settings
from app.signin.bearer import BearerAuthenticator
from app.signin.cookies import SessionVisitors
from app.signin.room import ROOM as SIGNIN
from app.solutions.room import ROOM as SOLUTIONS
from app.teams.room import ROOM as TEAMS
from app.web.pages import page_of_fault, page_of_problem, reads_pages
from app.web.static import serve_static

API = "/api/v1"
IDEMPOTENCY_KEPT = timedelta(hours=48)
LIMITS_KEPT = timedelta(hours=1)

log = structlog.get_logger("essaim")

ROOMS: tuple[Room, ...] = (
    PEOPLE,
    SIGNIN,
    LINKS,
    CODES,
    OPENID,
    CLIENTS,
    PROGRAMMES,
    IRRITANTS,
    CALLS,
    TEAMS,
    MANDATES,
    AGREEMENTS,
    HALF_DAYS,
    FOLLOW_UPS,
    AMENDMENTS,
    SOLUTIONS,
    PRIVACY,
    NOTICES,
    AUDIT,
)


TAGS = {
    "me": "Who is calling.",
    "authorities": "The authority: a town, a département, an agglomeration.",
    "directorates": "Its organisation tree.",
    "agents": "The people it employs, and when they are away.",
    "sign-in-codes": "One-time codes, printed for agents without email.",
    "identity-providers": "Where agents have accounts that they enter with, and whose account is whose.",
    "delegations": "Delegations of signature: who may sign in the executive's name, by which act.",
    "interims": "Who acts for an absent head or manager, and until when.",
    "oauth": "Tokens for machines, as OAuth 2.0 has them.",
    "api-clients": "Machines that call the API, their scopes and their secrets.",
    "programmes": "Editions of the programme, and the charters that set their rules.",
    "charters": "The rules of the game, adopted at a date.",
    "irritants": "Concrete field problems, reported by agents.",
    "protected-reports": "What a protected reporter reads and writes, with a follow-up key and no token.",
    "calls": "Open calls to all agents around selected irritants.",
    "applications": "Agents' offers to work on an irritant.",
    "teams": "Volunteers around one irritant, and the phases they go through.",
    "log-entries": "What teams write between follow-ups.",
    "mandates": "The contract of a mission: clauses, half-days, parties, signatures.",
    "mandate-models": "The model mandate of the authority, version after version.",
    "agreements": "What a mandate reserves to elected members and managers, asked of its sponsor and answered.",
    "amendments": "What changes of a mandate in force, signed by those whom it concerns.",
    "verifications": "Whether a file is a mandate sealed here, for anybody who holds one.",
    "half-days": "Mornings and afternoons that a mandate protects.",
    "follow-ups": "The six-weekly meetings of team and client directorate.",
    "commitments": "What each side promised at a follow-up.",
    "solutions": "What teams made, described so that others can adopt it.",
    "adoptions": "Other directorates taking a solution and adapting it.",
    "notices": "What each person has been told.",
    "privacy": "What Essaim holds about a person: its copy, its erasure, and how long it is kept.",
    "events": "The journal, as a feed that misses nothing.",
}
"""The parts of the API, in the order of a programme's life."""


def compose() -> None:
    """Wire the rooms' reactions, subscribers and refusals. Twice is once."""
    for room in ROOMS:
        for event, reaction in room.reactions:
            journal.react(event, reaction)
        for name, (types, subscriber) in room.subscribers.items():
            journal.subscribe(name, types, subscriber)
        for subject_type, pairs in room.concerned.items():
            persons.concern(subject_type, pairs)
        refuse_with(dict(room.refusals))
        declare(room.personal, room.periods)


def do_chores(database: Database) -> int:
    """Do what the calendar makes due in every authority: how many acts. An authority that fails stops no other."""
    with everywhere(), database.session() as session:
        authorities = [
            (row.id, row.slug, row.time_zone) for row in session.execute(select(Authority)).scalars()
        ]
    with everywhere(), database.transaction() as session:
        done = idempotency.purge(session, before=clock.now() - IDEMPOTENCY_KEPT)
        done += limits.purge(session, before=clock.now() - LIMITS_KEPT)
    for authority_id, slug, time_zone in authorities:
        actor = system(authority_id, time_zone)
        for chore in (mailing.forget, *(chore for room in ROOMS for chore in room.chores)):
            try:
                with within(authority_id), database.transaction() as session:
                    done += chore(session, actor, actor.today())
            except (Problem, DBAPIError) as error:
                log.warning("chore failed", authority=slug, chore=chore.__module__, exc_info=error)
    return done


def run_errands(database: Database, settings: Settings) -> int:
    """Do what waits for the worker alone, then send the mail that is due: how many acts."""
    done = sum(errand(database, settings) for room in ROOMS for errand in room.errands)
    if settings.demo:
        # Its mailbox page reads the messages where they are.
        return done + mailing.deliver(database, lambda _mail, _id: None, keeps_texts=True)
    return done + (mailing.deliver(database, partial(send, settings)) if settings.smtp_url else 0)


def worker_of(settings: Settings, database: Database) -> Worker:
    """The worker that the settings ask for. Raises `OSError` or `ValueError` where the journal's key cannot be read."""
    means.use(settings)
    key_file = settings.journal_key_file
    if key_file is None:
        log.warning("the journal's checkpoints are not signed: see `essaim audit key`")
    return Worker(
        database,
        chores=do_chores,
        errands=partial(run_errands, settings=settings),
        keys=keys.load(key_file) if key_file else None,
    )


def create_app(settings: Settings | None = None, database: Database | None = None) -> FastAPI:
    """The web application. `database` is opened from `settings` unless given."""
    settings = settings or get_settings()
    means.use(settings)
    compose()
    app = FastAPI(
        title="Essaim",
        version=__version__,
        summary="An agent-led intrapreneurship programme, from the irritant to its spread.",
        description=_DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_url=f"{API}/openapi.json",
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    https = settings.public_url.startswith("https:")
    # Base64 makes four characters of three bytes; the rest of the body has the room of any other.
    most = settings.max_file_bytes * 4 // 3 + settings.max_body_bytes
    application.install(
        app,
        max_body_bytes=settings.max_body_bytes,
        roomy={path: most for room in ROOMS for path in room.files},
        https=https,
    )
    app.add_exception_handler(HTTPException, _on_http)  # type: ignore[arg-type]
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=[*map(str, settings.trusted_proxies)])
    app.state.settings = settings
    app.state.database = database or settings.open_database()
    app.state.authenticator = BearerAuthenticator(settings.token_memory_seconds, settings.operators)
    app.state.inside = Inside(settings)
    app.state.on_fault = page_of_fault
    app.state.keyring = settings.keyring()
    app.state.visitors = SessionVisitors()
    rooms = (*ROOMS, DEMO) if settings.demo else ROOMS
    app.state.doors = sorted((door for room in rooms for door in room.doors), key=lambda door: door.rank)
    app.state.farewells = [farewell for room in rooms for farewell in room.farewells]
    app.state.shortcuts = [shortcut for room in rooms for shortcut in room.shortcuts]
    app.state.expected_revision = migrations.head()
    routing.serve(app, (router for room in ROOMS for router in room.routers), API)
    routing.serve(app, (router for room in rooms for router in room.pages))
    serve_static(app)
    app.openapi = lambda: contract.openapi(app)  # type: ignore[method-assign]
    return app


async def _on_http(request: Request, error: HTTPException) -> Response:
    """An address that leads nowhere, as a page to a person and as a problem document to a machine."""
    problem = application.problem_of(request, error)
    if reads_pages(request):
        return await page_of_problem(request, problem)
    return application.problem_response(request, problem)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    logs.configure(settings.log_format, settings.log_level)
    # One more thread than connections would wait for the pool instead of working.
    to_thread.current_default_thread_limiter().total_tokens = settings.threads
    worker = worker_of(settings, app.state.database) if settings.worker == "inside" else None
    if worker:
        worker.start()
    yield
    if worker:
        worker.stop()
    app.state.database.dispose()


_DESCRIPTION = """\
The API of Essaim. Every call needs a bearer token; every list is paged by cursor; every POST may carry an
`Idempotency-Key`; every refusal is a problem document (RFC 9457) in French or English by `Accept-Language`.
"""
