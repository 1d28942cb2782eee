"""The API of irritants."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import SecretStr
from sqlmodel import Session

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.irritants import protection, queries, service
from app.irritants.models import Irritant
from app.irritants.policy import POLICY
from app.irritants.schemas import (
    Comment,
    CommentBody,
    CommentQuery,
    FollowedMessage,
    FollowedReport,
    FollowUpKey,
    FollowUpMessage,
    IrritantDetail,
    IrritantEdit,
    IrritantQuery,
    IrritantReport,
    IrritantSummary,
    MergeInto,
    Message,
    MessageBody,
    MessageQuery,
    OpenedIdentity,
    OpenIdentity,
    Opening,
    OpeningQuery,
    Reason,
    ReportedIrritant,
)
from app.kit.bounds import confine
from app.kit.database import Database
from app.kit.etag import IfMatch, require_version
from app.kit.i18n import negotiate
from app.kit.problems import NotFound
from app.kit.routing import (
    EDITS,
    MOVES,
    WRITES,
    DatabaseDep,
    OpenRoute,
    QuietRoute,
    QuietUnlinkedRoute,
    SessionDep,
    forget_key,
    json_object,
    json_object_if_new,
    json_page,
    problem_responses,
    router,
    unstored,
)
from app.kit.schemas import Page, changes
from app.kit.vault import Keyring
from app.people.queries import alert_channel

api = router("/irritants", "irritants", QuietRoute)
unlinked_api = router("/irritants", "irritants", QuietUnlinkedRoute)
followed_api = router("/protected-reports", "protected-reports", OpenRoute)


async def _keyring(request: Request) -> Keyring | None:
    return cast("Keyring | None", request.app.state.keyring)


KeyringDep = Annotated[Keyring | None, Depends(_keyring)]
"""The keys of protected identities."""


@api.get("", response_model=Page[IrritantSummary], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_irritants(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[IrritantQuery, Query()]
) -> Response:
    """Irritants that the caller may know of: those qualified, and their own."""
    POLICY.require(None, actor, "list")
    visible, parameters = queries.readable_by(actor)
    with database.read() as connection:
        return json_page(request, *queries.IRRITANTS.page(connection, query, visible, parameters))


@api.post("", status_code=201, response_model=ReportedIrritant, responses=WRITES)
@governed_by(POLICY, "report", "report_protected")
def report_irritant(
    request: Request, form: IrritantReport, actor: ActorDep, session: SessionDep, keyring: KeyringDep
) -> Response:
    """Report a concrete field problem. It stays between the reporter and the lab until it is qualified.

    An irritant is not an alert: show the authority's `alert_channel` beside the form. Under protection, nobody learns
    who reported, not even by this API: the answer gives the one key that leads back to the irritant.
    """
    if form.protected:
        forget_key()
        irritant, receipt = protection.report(session, actor, form, keyring)
        told = {"follow_up_key": receipt, "alert_channel": _alert_channel(request, session, irritant)}
    else:
        irritant, told = service.report(session, actor, form), {}
    answer = {**queries.detail(session, actor, irritant.id, among=queries.ALL), **told}
    response = json_object(answer, status=201, location=f"/api/v1/irritants/{irritant.id}")
    return unstored(response) if told else response


@api.get("/{irritant_id}", response_model=IrritantDetail, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_irritant(request: Request, irritant_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One irritant with its counts."""
    with database.read() as connection:
        return json_object_if_new(request, queries.detail(connection, actor, irritant_id))


@api.patch("/{irritant_id}", response_model=IrritantDetail, responses=EDITS)
@governed_by(POLICY, "edit")
def edit_irritant(
    irritant_id: UUID, form: IrritantEdit, actor: ActorDep, session: SessionDep, if_match: IfMatch = None
) -> Response:
    """Correct an irritant: its reporter until it is qualified, the lab after."""
    irritant = service.find(session, actor, irritant_id)
    require_version(if_match, irritant.version)
    service.edit(session, actor, irritant, changes(form))
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/qualify", response_model=IrritantDetail, responses=MOVES)
@governed_by(POLICY, "qualify")
def qualify_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Make an irritant known to every agent, who may then vote for it."""
    service.qualify(session, actor, service.find(session, actor, irritant_id))
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/resolve", response_model=IrritantDetail, responses=MOVES)
@governed_by(POLICY, "resolve")
def resolve_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Declare that the problem is gone."""
    service.resolve(session, actor, service.find(session, actor, irritant_id))
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/reopen", response_model=IrritantDetail, responses=MOVES)
@governed_by(POLICY, "reopen")
def reopen_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Say that the problem is back."""
    service.reopen(session, actor, service.find(session, actor, irritant_id))
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/decline", response_model=IrritantDetail, responses=WRITES)
@governed_by(POLICY, "decline")
def decline_irritant(irritant_id: UUID, form: Reason, actor: ActorDep, session: SessionDep) -> Response:
    """Set an irritant aside, with a reason that its reporter reads."""
    service.decline(session, actor, service.find(session, actor, irritant_id), form.reason)
    return json_object(queries.detail(session, actor, irritant_id))


@api.post("/{irritant_id}/merge", response_model=IrritantDetail, responses=WRITES)
@governed_by(POLICY, "merge")
def merge_irritant(irritant_id: UUID, form: MergeInto, actor: ActorDep, session: SessionDep) -> Response:
    """Join an irritant to another, which gains its votes."""
    service.merge(session, actor, service.find(session, actor, irritant_id), form.into_id)
    return json_object(queries.detail(session, actor, irritant_id))


@api.put("/{irritant_id}/vote", status_code=204, responses=MOVES)
@governed_by(POLICY, "vote")
def vote_for_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Say "me too". Once is enough: again changes nothing."""
    service.vote(session, actor, irritant_id)
    return Response(status_code=204)


@api.delete("/{irritant_id}/vote", status_code=204, responses=MOVES)
@governed_by(POLICY, "vote")
def withdraw_vote_for_irritant(irritant_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Take one's vote back."""
    service.withdraw_vote(session, actor, irritant_id)
    return Response(status_code=204)


@api.get("/{irritant_id}/comments", response_model=Page[Comment], responses=problem_responses(422))
@governed_by(POLICY, "read")
def list_irritant_comments(
    request: Request,
    irritant_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[CommentQuery, Query()],
) -> Response:
    """What colleagues added."""
    with database.read() as connection:
        if not queries.is_readable(connection, actor, irritant_id):
            raise NotFound
        parameters = {"irritant_id": irritant_id}
        return json_page(request, *queries.COMMENTS.page(connection, query, queries.OF_IRRITANT, parameters))


@api.post("/{irritant_id}/comments", status_code=201, response_model=Comment, responses=WRITES)
@governed_by(POLICY, "comment")
def comment_irritant(irritant_id: UUID, form: CommentBody, actor: ActorDep, session: SessionDep) -> Response:
    """Add a detail, a doubt, "the same here"."""
    row = service.comment(session, actor, service.find(session, actor, irritant_id), form.body)
    return json_object(row.model_dump(exclude={"authority_id"}) | {"author_name": actor.name}, status=201)


@api.get("/{irritant_id}/messages", response_model=Page[Message], responses=problem_responses(422))
@governed_by(POLICY, "read_dialogue")
def list_irritant_messages(
    request: Request,
    irritant_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[MessageQuery, Query()],
) -> Response:
    """The dialogue with the reporter of a protected irritant, whom it does not name."""
    with database.read() as connection:
        queries.require_on(connection, actor, "read_dialogue", irritant_id)
        parameters = {"irritant_id": irritant_id}
        return json_page(request, *queries.MESSAGES.page(connection, query, queries.MESSAGES_OF, parameters))


@api.post("/{irritant_id}/messages", status_code=201, response_model=Message, responses=WRITES)
@governed_by(POLICY, "write_message")
def write_to_reporter(irritant_id: UUID, form: MessageBody, actor: ActorDep, session: SessionDep) -> Response:
    """Write to the reporter of a protected irritant, who reads it with the follow-up key."""
    row = protection.send(session, actor, service.find(session, actor, irritant_id), form.body)
    return json_object(row.model_dump(exclude={"authority_id"}) | {"author_name": actor.name}, status=201)


@unlinked_api.post("/{irritant_id}/open-identity", response_model=OpenedIdentity, responses=WRITES)
@governed_by(POLICY, "open_identity")
def open_identity(
    irritant_id: UUID, form: OpenIdentity, actor: ActorDep, session: SessionDep, keyring: KeyringDep
) -> Response:
    """Learn who reported a protected irritant: for trusted persons, who say why.

    The reporter reads who looked, when and why. An `Idempotency-Key` is not kept: asked twice, it is opened twice.
    """
    irritant = service.find(session, actor, irritant_id)
    opening, agent = protection.open_identity(session, actor, irritant, form.reason, keyring)
    return unstored(json_object(queries.opened(session, actor, opening, agent)))


@api.get("/{irritant_id}/openings", response_model=Page[Opening], responses=problem_responses(422))
@governed_by(POLICY, "read_openings")
def list_irritant_openings(
    request: Request,
    irritant_id: UUID,
    actor: ActorDep,
    database: DatabaseDep,
    query: Annotated[OpeningQuery, Query()],
) -> Response:
    """Who opened the identity of a protected reporter, when and why. For trusted persons: a reason may say too much."""
    with database.read() as connection:
        queries.require_on(connection, actor, "read_openings", irritant_id)
        parameters = {"irritant_id": irritant_id}
        return json_page(request, *queries.OPENINGS.page(connection, query, queries.OPENINGS_OF, parameters))


@followed_api.post("/read", response_model=FollowedReport, responses=WRITES | problem_responses(429))
@governed_by(POLICY, "follow_protected")
def read_protected_report(
    request: Request, form: FollowUpKey, session: SessionDep, database: DatabaseDep, keyring: KeyringDep
) -> Response:
    """Read one's protected report with its follow-up key: where it stands, the dialogue, who opened the identity.

    Needs no token, and reads none that is sent: better send none.
    """
    irritant = _followed(request, session, database, keyring, form.follow_up_key)
    data = queries.followed(session, irritant, form.before)
    return unstored(json_object({**data, "alert_channel": _alert_channel(request, session, irritant)}))


@followed_api.post(
    "/write", status_code=201, response_model=FollowedMessage, responses=WRITES | problem_responses(429)
)
@governed_by(POLICY, "follow_protected")
def write_on_protected_report(
    request: Request, form: FollowUpMessage, session: SessionDep, database: DatabaseDep, keyring: KeyringDep
) -> Response:
    """Write to the lab about one's protected report, with its follow-up key and no token."""
    irritant = _followed(request, session, database, keyring, form.follow_up_key)
    row = protection.receive(session, irritant, form.body)
    shown = queries.message_to_reporter(row.model_dump() | {"author_name": None})
    return unstored(json_object(shown, status=201))


def _alert_channel(request: Request, session: Session, irritant: Irritant) -> dict[str, Any]:
    return alert_channel(session, irritant.authority_id, negotiate(request.headers.get("accept-language")))


def _followed(
    request: Request, session: Session, database: Database, keyring: Keyring | None, key: SecretStr
) -> Irritant:
    """The irritant that the key follows. Raises `TooManyRequests` where an address or a key comes too often."""
    receipt = key.get_secret_value()
    protection.knock(database, keyring, request.client.host if request.client else "", receipt)
    authority_id = protection.authority_of(database, receipt)
    confine(authority_id)
    return protection.follow(session, authority_id, receipt)
