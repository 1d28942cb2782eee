"""The bearer token of a request (RFC 6750, section 2.1), and who holds it."""

import time
from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request
from sqlalchemy import Connection

from app.access.actor import Actor
from app.kit.bounds import within
from app.kit.limits import Limit, network_of, take
from app.kit.problems import Unauthenticated
from app.signin import operators
from app.signin.service import note_use, recognise

MAX_REMEMBERED = 20_000
WRONG_TOKENS = Limit("wrong tokens", times=60, seconds=60)
"""From one address, which many people may share; a token that is valid is never refused for those that were not."""


class BearerAuthenticator:
    """Knows callers by their tokens, and remembers each for `seconds`.

    A token revoked, a capacity withdrawn or an agent gone stops counting within that time in every server process.
    `seconds=0` asks the database on every request. `operators` are those of the settings.
    """

    def __init__(self, seconds: float, operators: Mapping[str, str] | None = None) -> None:
        self.seconds = seconds
        self.operators = operators or {}
        self._remembered: dict[str, tuple[float, Actor]] = {}

    def recall(self, request: Request) -> Actor | None:
        """The holder of the request's token, if identified within the last `seconds`."""
        remembered = self._remembered.get(request.headers.get("authorization", ""))
        if remembered is None or remembered[0] < time.monotonic():
            return None
        return _calling_from(request, remembered[1])

    def identify(self, connection: Connection, request: Request) -> Actor:
        """The holder of the request's token, in one query.

        Raises `Unauthenticated`, or `TooManyRequests` where too many wrong ones came from the same address.
        """
        header = request.headers.get("authorization", "")
        scheme, _space, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated
        try:
            if (operator := operators.recognise(token.strip(), self.operators)) is not None:
                return operator
            found = recognise(connection, token.strip())
        except Unauthenticated:
            take(request.app.state.database, WRONG_TOKENS, network_of(request))
            raise
        if found.is_to_be_noted:
            with within(found.actor.authority_id), request.app.state.database.transaction() as session:
                note_use(session, found)
        if self.seconds:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[header] = (time.monotonic() + self.seconds, found.actor)
        return _calling_from(request, found.actor)


def _calling_from(request: Request, actor: Actor) -> Actor:
    return replace(actor, address=request.client.host) if request.client else actor
