"""The bearer token of a request (RFC 6750, section 2.1)."""

from fastapi import Request
from sqlalchemy import Connection

from app.access.actor import Actor
from app.kit.problems import Unauthenticated
from app.signin.service import holder_of


def authenticate(connection: Connection, request: Request) -> Actor:
    """The holder of the request's token, in one query. Raises `Unauthenticated`."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return holder_of(connection, token.strip())
