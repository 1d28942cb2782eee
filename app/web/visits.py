"""A browser's call: the one cookie, whoever is signed in behind it, and the proof that a form is ours.

The cookie holds 256 random bits. Before sign-in it is known to nobody but its browser, which links, codes and answers
of an identity provider may be bound to (`Visit.browser`); at sign-in it is replaced. The token of forms is derived from
it (OWASP's HMAC based token pattern), so that nothing has to be kept for somebody who only looks at a page.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from fastapi import Request, Response

from app.access.actor import Actor
from app.kit.database import Database
from app.kit.digests import digest
from app.kit.i18n import _
from app.kit.problems import Forbidden

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
FIELD = "csrf"


class FormRefused(Forbidden):
    slug = "form-refused"
    title = _("Cette page n'est plus à jour. Rechargez-la, puis recommencez : rien n'a été enregistré.")


@dataclass(frozen=True, slots=True)
class Visit:
    """`secret` is what the cookie holds, `is_new` whether the browser has yet to be given it.

    `house` is the name of the authority, where it is known.
    """

    secret: str
    is_new: bool = False
    caller: Actor | None = None
    house: str | None = None

    @property
    def browser(self) -> str:
        """What binds something to this browser: a SHA-256, 64 hexadecimal digits."""
        return digest(self.secret)

    @property
    def csrf(self) -> str:
        return hmac.new(self.secret.encode(), b"csrf", hashlib.sha256).hexdigest()


class Visitors(Protocol):
    """How the application knows who is signed in."""

    def recognise(self, database: Database, request: Request) -> Visit:
        """The visit of whoever shows this cookie; a new one where there is none."""


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def is_https(request: Request) -> bool:
    """Do people reach this server by HTTPS, by what its public address says?"""
    return str(request.app.state.settings.public_url).startswith("https:")


def cookie_name(request: Request) -> str:
    # A `__Host-` cookie (RFC 6265bis, 4.1.3) can be set by no other host, but needs HTTPS.
    return "__Host-essaim" if is_https(request) else "essaim"


def secret_of(request: Request) -> str | None:
    """What the request's cookie holds, where it may be one of ours."""
    value = request.cookies.get(cookie_name(request), "")
    return value if _SECRET.fullmatch(value) else None


def give_cookie(request: Request, response: Response, secret: str) -> None:
    """It goes with the browser's own session; how long it counts is the server's to say."""
    response.set_cookie(
        cookie_name(request), secret, path="/", secure=is_https(request), httponly=True, samesite="lax"
    )


def take_cookie_back(request: Request, response: Response) -> None:
    response.delete_cookie(
        cookie_name(request), path="/", secure=is_https(request), httponly=True, samesite="lax"
    )


def check_origin(request: Request) -> None:
    """Raise `FormRefused` for a form sent from a page that is not ours, by what the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise FormRefused
        return
    origin = request.headers.get("origin")
    if origin is not None and origin not in _origins(request):
        raise FormRefused


def check_token(visit: Visit, token: str) -> None:
    """Raise `FormRefused` for a form without the token of this visit."""
    if visit.is_new or not hmac.compare_digest(visit.csrf.encode(), token.encode("utf-8", "replace")):
        raise FormRefused


def _origins(request: Request) -> set[str]:
    public = urlsplit(str(request.app.state.settings.public_url))
    return {f"{public.scheme}://{public.netloc}", f"{request.url.scheme}://{request.url.netloc}"}
