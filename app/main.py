"""The application: the one list of rooms, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app import __version__
from app.access.rooms import Room
from app.irritants.room import ROOM as IRRITANTS
from app.journal import service as journal
from app.journal.worker import Worker
from app.kit import application, contract, logs
from app.kit.database import Database, refuse_with
from app.kit.migrations import head_revision
from app.settings import Settings, get_settings
from app.signin.bearer import BearerAuthenticator

API = "/api/v1"

ROOMS: tuple[Room, ...] = (IRRITANTS,)


def compose() -> None:
    """Wire the rooms' reactions, subscribers and refusals. Twice is once."""
    for room in ROOMS:
        for event, reaction in room.reactions:
            journal.react(event, reaction)
        for name, (types, subscriber) in room.subscribers.items():
            journal.subscribe(name, types, subscriber)
        refuse_with(dict(room.refusals))


def open_database(settings: Settings | None = None) -> Database:
    """The database that the settings name."""
    settings = settings or get_settings()
    return Database(settings.database_url, threads=settings.threads)


def create_app(settings: Settings | None = None, database: Database | None = None) -> FastAPI:
    """The web application. `database` is opened from `settings` unless given."""
    settings = settings or get_settings()
    compose()
    app = FastAPI(
        title="Essaim",
        version=__version__,
        summary="An agent-led intrapreneurship programme, from the irritant to its spread.",
        description=_DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
    )
    application.install(app, max_body_bytes=settings.max_body_bytes)
    app.state.settings = settings
    app.state.database = database or open_database(settings)
    app.state.authenticator = BearerAuthenticator(settings.token_memory_seconds)
    app.state.expected_revision = head_revision()
    for room in ROOMS:
        for router in room.routers:
            app.include_router(router, prefix=API)
    app.openapi = lambda: contract.openapi(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    logs.configure(settings.log_format, settings.log_level)
    # One more thread than connections would wait for the pool instead of working.
    to_thread.current_default_thread_limiter().total_tokens = settings.threads
    worker = Worker(app.state.database) if settings.worker == "inside" else None
    if worker:
        worker.start()
    yield
    if worker:
        worker.stop()
    app.state.database.dispose()


def _operation_id(route: APIRoute) -> str:
    return route.name


_DESCRIPTION = """\
The API of Essaim. Every call needs a bearer token; every list is paged by cursor; every POST may carry an
`Idempotency-Key`; every refusal is a problem document (RFC 9457) in French or English by `Accept-Language`.
"""
