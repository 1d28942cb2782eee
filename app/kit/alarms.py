"""What somebody tried and did not get: the log `essaim.security`, apart from the journal of acts.

One line each, with who and from where, as `docs/security-events.md` lists them: no secret, no text that was sent, no
object's id, and nothing at all from the routes that must lead back to nobody (`is_quiet`).
"""

from typing import Any

import structlog
from starlette.requests import Request

from app.kit.problems import Problem

log = structlog.get_logger("essaim.security")

KINDS = {401: "token", 403: "act", 404: "object", 413: "size", 429: "limit"}
"""What a refusal with this status is about, where nobody says more. What somebody may not know of is not there (404):
one who asks for many such is looking for what is not theirs."""


def note(request: Request, kind: str, because: str, status: int, **known: object) -> None:
    """Write down that `request` was refused. `because` is a problem's slug or a reason of a door's."""
    route = request.scope.get("route")
    if getattr(route, "is_quiet", False):
        return
    caller: Any = getattr(request.state, "caller", None)
    about = {
        "logger": "essaim.security",
        "kind": kind,
        "because": because,
        "status": status,
        "address": request.client.host if request.client else None,
        "method": request.method,
        "route": getattr(route, "path", None),
        **{name: str(value) for name, value in known.items() if value is not None},
    }
    if caller is not None:
        held = {name: getattr(caller, name, None) for name in ("authority_id", "agent_id", "client_id")}
        about |= {name: str(value) for name, value in held.items() if value is not None}
    log.warning("refused", **about)


def note_problem(request: Request, problem: Problem) -> None:
    """Write down a refusal that is one of those, whatever part of the application made it."""
    kind = KINDS.get(problem.status)
    if kind is None or (kind == "token" and "authorization" not in request.headers):
        return
    if kind == "object" and getattr(request.state, "caller", None) is None:
        return
    if problem.slug == "form-refused":
        kind = "form"
    if problem.slug == "fresh-authentication-needed":
        kind = "step_up"
    note(request, kind, problem.slug, problem.status)
