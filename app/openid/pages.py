"""The door of professional accounts: to the provider, back from it, and out of it again."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from sqlmodel import Session

from app.access.governed import open_to_all
from app.kit import clock
from app.kit.alarms import note as write_down
from app.kit.database import Database
from app.kit.limits import Limit, network_of, take
from app.kit.routing import DatabaseDep
from app.openid import admission, attempts, queries, service
from app.openid.attempts import Ended
from app.openid.discovery import directory
from app.openid.matching import note, recognise
from app.openid.problems import (
    AnswerUnverified,
    DoorClosed,
    LevelTooLow,
    NotFresh,
    ProviderAway,
    SignInGivenUp,
    SignInRefused,
    SignInStale,
)
from app.openid.protocol import LEEWAY, Identity, authorization_url, identify
from app.openid.queries import OpenDoor
from app.openid.service import Counterpart
from app.people.models import Agent
from app.settings import Settings
from app.signin.cookies import enter
from app.signin.doors import already_inside, sign_in_page
from app.signin.models import Method
from app.web.forms import Form
from app.web.pages import local, page, page_router, redirect, visit_of

DOOR: Final = "openid"
LEAVING = Limit("openid.leaving", times=300, seconds=60)
COMING_BACK = Limit("openid.coming_back", times=300, seconds=60)
"""For one address, behind which a whole town hall may be."""

ELSEWHERE: Final = frozenset({"cross-site", "same-site"})
"""Pages of others (Fetch Metadata): where the provider knows somebody, a link there would sign them in unasked."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody was authenticated, where the provider does not say: never just now."""

pages = page_router(anonymous=True)


@pages.get("/oidc/depart")
@open_to_all("signing in")
def go_to_provider(
    request: Request,
    database: DatabaseDep,
    fournisseur: UUID | None = None,
    suite: Annotated[str, Query(max_length=2000)] = "/",
    fraiche: bool = False,
) -> Response:
    """Send the browser to its authority's provider, or ask which it is. `fraiche`: whoever is in proves it again."""
    take(database, LEAVING, network_of(request))
    if request.headers.get("sec-fetch-site") in ELSEWHERE:
        return sign_in_page(request, to=suite, fresh=fraiche)
    if inside := already_inside(request, suite, fresh=fraiche):
        return inside
    settings: Settings = request.app.state.settings
    caller = visit_of(request).caller
    with database.read() as connection:
        doors = queries.open_doors(connection, caller.authority_id if caller else None)
    doors = [door for door in doors if _has_secret(settings, door)]
    if fournisseur is None and len(doors) > 1:
        return page(request, "openid/choose.html", doors=doors, to=local(suite), fresh=fraiche)
    chosen = [door.provider_id for door in doors if fournisseur in {None, door.provider_id}]
    try:
        if not chosen:
            raise ProviderAway
        return _leave(request, database, chosen[0], local(suite), afresh=fraiche)
    except ProviderAway as problem:
        return _back_at_the_doors(request, problem, suite)


@pages.get(queries.RETURN)
@open_to_all("signing in")
def come_back(
    request: Request,
    slug: str,
    database: DatabaseDep,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str | None, Query(max_length=4096)] = None,
    error: Annotated[str | None, Query(max_length=200)] = None,
    iss: Annotated[str | None, Query(max_length=255)] = None,
) -> Response:
    """Let in the browser that a provider sends back, if all it brings holds."""
    take(database, COMING_BACK, network_of(request))
    secret = visit_of(request).secret
    try:
        with database.transaction() as session:
            ended = attempts.end(session, state, secret)
    except SignInStale as stale:
        return _back_at_the_doors(request, stale)
    try:
        with database.session() as session:
            other = service.counterpart(session, request.app.state.settings, ended.provider_id)
        found = _identity(slug, other, ended, attempts.resumed(state, secret), code, error, iss)
    except (ProviderAway, SignInGivenUp) as problem:
        return _back_at_the_doors(request, problem, ended.destination, other.actor.authority_id)
    with database.transaction() as session:
        return _let_in(request, session, other, ended, found)


@pages.get(queries.LOGGED_OUT)
@open_to_all("signing in")
def logged_out() -> Response:
    """Back from the end of the provider's session. Ours ended before it: `state` has nothing to protect."""
    return redirect("/connexion")


def _leave(
    request: Request, database: Database, provider_id: UUID, destination: str, *, afresh: bool
) -> Response:
    visit = visit_of(request)
    with database.session() as session:
        other = service.counterpart(session, request.app.state.settings, provider_id)
    # Asked before anything is written: a provider that is away leaves nothing behind.
    metadata = directory.metadata(other.provider.issuer)
    with database.transaction() as session:
        begun = attempts.begin(
            session,
            other.provider,
            visit.secret,
            destination=destination,
            agent_id=visit.caller.agent_id if visit.caller else None,
        )
    return redirect(
        authorization_url(
            other.client,
            metadata,
            state=begun.state,
            nonce=begun.nonce,
            verifier=begun.verifier,
            afresh=afresh,
        )
    )


def _identity(
    slug: str,
    other: Counterpart,
    ended: Ended,
    begun: attempts.Begun,
    code: str | None,
    error: str | None,
    iss: str | None,
) -> Identity | SignInRefused:
    metadata = directory.metadata(other.provider.issuer)
    # An answer that another provider has had a hand in: it came to another's address, or names another (RFC 9207).
    if slug != other.slug:
        return AnswerUnverified()
    if iss != metadata.issuer and (iss or metadata.authorization_response_iss_parameter_supported):
        return AnswerUnverified()
    if error in {"server_error", "temporarily_unavailable"}:
        raise ProviderAway
    if code is None:
        raise SignInGivenUp
    try:
        identity = identify(
            other.client, directory, metadata, code=code, nonce=begun.nonce, verifier=begun.verifier
        )
    except (AnswerUnverified, LevelTooLow) as refused:
        return refused
    if ended.agent_id is not None and not _is_since(identity, ended.begun_at):
        return NotFresh()
    return identity


def _let_in(
    request: Request, session: Session, other: Counterpart, ended: Ended, identity: Identity | SignInRefused
) -> Response:
    if isinstance(identity, SignInRefused):
        note(session, other.actor, other.provider, identity)
        return _back_at_the_doors(request, identity, ended.destination, other.actor.authority_id)
    agent = recognise(session, other.actor, other.provider, identity, expected=ended.agent_id)
    if isinstance(agent, Agent) and not admission.lets_in(session, agent, admission.door_of(other.provider)):
        agent = DoorClosed()
        note(session, other.actor, other.provider, agent)
    if isinstance(agent, SignInRefused):
        return _back_at_the_doors(request, agent, ended.destination, other.actor.authority_id)
    return enter(
        request,
        session,
        agent,
        method=Method.OIDC,
        to=ended.destination,
        acr=identity.acr and identity.acr[:200],
        id_token=identity.id_token,
        authenticated_at=min(identity.authenticated_at or LONG_AGO, clock.now()),
    )


def _is_since(identity: Identity, begun_at: datetime) -> bool:
    since = identity.authenticated_at
    return since is not None and since >= begun_at - timedelta(seconds=LEEWAY)


def _has_secret(settings: Settings, door: OpenDoor) -> bool:
    return f"{door.authority_slug}/{door.secret_name}" in settings.oidc_secrets


def _back_at_the_doors(
    request: Request,
    problem: SignInRefused | ProviderAway,
    to: str | None = None,
    authority_id: UUID | None = None,
) -> Response:
    because = problem.reason if isinstance(problem, SignInRefused) else problem.slug
    write_down(request, "sign_in", because, problem.status, door=DOOR, authority_id=authority_id)
    form: Form[Identity] = Form(None, errors={"": problem.detail})
    response = sign_in_page(request, to=to, status=problem.status, form=form, refusing=DOOR)
    response.headers.update(problem.headers)
    return response
