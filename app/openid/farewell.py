"""The way out: whoever came by a provider leaves it too (OpenID Connect RP-Initiated Logout 1.0)."""

from fastapi import Request, Response
from joserfc.errors import JoseError
from joserfc.jws import extract_compact
from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlmodel import col

from app.kit.database import Database
from app.kit.digests import digest
from app.openid.discovery import directory
from app.openid.problems import ProviderAway
from app.openid.protocol import logout_url
from app.openid.queries import LOGGED_OUT
from app.signin.models import WebSession
from app.web.pages import page, visit_of
from app.web.visits import new_secret


class _Issued(BaseModel):
    iss: str


def farewell(request: Request) -> Response | None:
    """The page that closes the session at the provider by which this browser's was opened; None where there is none.

    By the `Refresh` header, and a link: a form's redirect would be stopped by `form-action`.
    """
    visit = visit_of(request)
    id_token = _id_token(request.app.state.database, visit.secret)
    if id_token is None:
        return None
    back_to = str(request.app.state.settings.public_url).rstrip("/") + LOGGED_OUT
    try:
        issued = _Issued.model_validate_json(extract_compact(id_token.encode()).payload or b"")
        metadata = directory.metadata(issued.iss)
    except (JoseError, ValidationError, ProviderAway):
        return None
    onward = logout_url(metadata, id_token, back_to=back_to, state=new_secret())
    if onward is None:
        return None
    response = page(request, "openid/leaving.html", caller=None, onward=onward)
    response.headers["Refresh"] = f"0; url={onward}"
    return response


def _id_token(database: Database, secret: str) -> str | None:
    """What the provider signed when this browser's session was opened."""
    with database.read() as connection:
        id_token: str | None = connection.execute(
            select(col(WebSession.id_token)).where(col(WebSession.token_hash) == digest(secret))
        ).scalar_one_or_none()
    return id_token
