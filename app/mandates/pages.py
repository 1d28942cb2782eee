"""The pages on which mandates are read, signed and refused."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.fresh import is_fresh
from app.access.governed import governed_by
from app.kit.problems import Problem
from app.kit.routing import DatabaseDep, SessionDep
from app.mandates import queries, service
from app.mandates.lifecycle import PartyState
from app.mandates.policy import POLICY
from app.mandates.schemas import MandateQuery, MandateSignatureBody, Refusal
from app.web.forms import Form, blank, read
from app.web.pages import page, page_router, redirect

Done = Literal["signe", "refuse"]
pages = page_router("/mandats")


class SignatureForm(MandateSignatureBody):
    """A box left unticked is not sent: it is not missing, it says no."""

    consent: bool = False


@pages.get("")
@governed_by(POLICY, "list")
def show_mandates(
    request: Request,
    actor: ActorDep,
    database: DatabaseDep,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """What awaits one's signature, then every mandate that concerns one."""
    POLICY.require(None, actor, "list")
    visible, parameters = queries.readable_by(actor)
    with database.read() as connection:
        awaited, _rest = queries.MANDATES.page(
            connection, MandateQuery(to_sign=True, limit=200), visible, parameters
        )
        others, following = queries.MANDATES.page(
            connection, MandateQuery(cursor=cursor, limit=20), visible, parameters
        )
    return page(
        request,
        "mandates/list.html",
        awaited=awaited,
        mandates=others,
        following=following,
        is_first=cursor is None,
    )


@pages.get("/{mandate_id}")
@governed_by(POLICY, "read")
def show_mandate(
    request: Request, mandate_id: UUID, actor: ActorDep, database: DatabaseDep, fait: Done | None = None
) -> Response:
    """One mandate, as it is signed, with what one may do. `fait`: one has just done it."""
    with database.read() as connection:
        mandate = queries.detail(connection, actor, mandate_id)
    return _mandate_page(request, actor, mandate, blank(SignatureForm), done=fait)


@pages.post("/{mandate_id}/signer")
@governed_by(POLICY, "sign")
def sign_mandate(request: Request, mandate_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Sign the text that the page showed."""
    form = read(request, SignatureForm)
    if form.value is not None:
        mandate = service.find_to_sign(session, actor, mandate_id)
        try:
            service.sign(session, actor, mandate, **form.value.model_dump())
        except Problem as problem:
            if problem.status == 401 or not problem.errors:
                raise
            form = form.refused(problem)
        else:
            return redirect(f"/mandats/{mandate_id}?fait=signe")
    return _mandate_page(request, actor, queries.detail(session, actor, mandate_id), form, status=422)


@pages.get("/{mandate_id}/refuser")
@governed_by(POLICY, "read")
def ask_why(request: Request, mandate_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """What a refusal does, and the reason it needs."""
    with database.read() as connection:
        mandate = queries.detail(connection, actor, mandate_id)
    return _refusal_page(request, actor, mandate, blank(Refusal))


@pages.post("/{mandate_id}/refuser")
@governed_by(POLICY, "refuse")
def refuse_mandate(request: Request, mandate_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Say no, and why."""
    form = read(request, Refusal)
    if form.value is None:
        return _refusal_page(request, actor, queries.detail(session, actor, mandate_id), form, status=422)
    mandate = service.find_to_sign(session, actor, mandate_id)
    service.refuse(session, actor, mandate, form.value.reason, form.value.on_behalf_of)
    return redirect(f"/mandats/{mandate_id}?fait=refuse")


def _mandate_page(
    request: Request,
    actor: Any,
    mandate: dict[str, Any],
    form: Form[SignatureForm],
    *,
    done: Done | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "mandates/mandate.html",
        status=status,
        mandate=mandate,
        can={ability["action"]: ability for ability in mandate["abilities"]},
        hands=_hands(actor, mandate),
        is_fresh=is_fresh(actor),
        form=form,
        done=done,
    )


def _refusal_page(
    request: Request, actor: Any, mandate: dict[str, Any], form: Form[Refusal], *, status: int = 200
) -> Response:
    return page(
        request,
        "mandates/refuse.html",
        status=status,
        mandate=mandate,
        can={ability["action"]: ability for ability in mandate["abilities"]},
        hands=_hands(actor, mandate),
        is_fresh=is_fresh(actor),
        form=form,
    )


def _hands(actor: Any, mandate: dict[str, Any]) -> list[dict[str, Any]]:
    """In whose name the caller may act, in which capacities, and by which act: one's own first."""
    found: dict[UUID | None, dict[str, Any]] = {}
    for party in mandate["parties"]:
        if party["state"] is not PartyState.PENDING:
            continue
        for hand in party["may_sign"]:
            if hand["agent_id"] == actor.agent_id:
                kept = found.setdefault(hand["for_id"], {**hand, "capacities": []})
                kept["capacities"].append(party["capacity"])
    return sorted(found.values(), key=lambda hand: (hand["for_id"] is not None, hand["for_name"] or ""))
