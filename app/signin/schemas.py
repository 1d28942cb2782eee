"""What the API takes and gives of sessions and of personal tokens."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.kit.listing import ListQuery
from app.kit.schemas import Line, Request, Response
from app.signin.models import Method


class SessionQuery(ListQuery):
    sort: Literal["-opened_at", "opened_at"] = "-opened_at"


class SessionSummary(Response):
    """A browser in which the caller is signed in."""

    id: UUID
    method: Method = Field(description="By which door it was opened.")
    address: str | None = Field(description="From where it was opened.", examples=["192.0.2.17"])
    user_agent: str | None = Field(description="What the browser said it is.")
    opened_at: datetime
    last_used_at: datetime = Field(description="The beginning of the day of its last use.")
    idle_until: datetime = Field(description="It ends then unless it is used before; moves by steps.")
    expires_at: datetime = Field(description="It ends then at the latest.")


class SessionOfAgent(Response):
    """A browser in which somebody is signed in, as administrators see it."""

    id: UUID
    method: Method = Field(description="By which door it was opened.")
    address: str | None = Field(description="From where it was opened.", examples=["192.0.2.17"])
    user_agent: str | None = Field(description="What the browser said it is.")
    opened_at: datetime
    last_used_at: datetime = Field(description="The beginning of the day of its last use.")
    expires_at: datetime = Field(description="It ends then at the latest.")


Scope = Literal["read", "write"]


class TokenQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"


class TokenCreate(Request):
    """A new token of the caller's. It never may more than the caller does, at any time."""

    name: Annotated[Line, Field(max_length=100)] = Field(
        description="What it is for, in words of your own.", examples=["Tableau de bord de l'équipe"]
    )
    scopes: list[Scope] = Field(
        default=["read"],
        min_length=1,
        max_length=2,
        description="`read`: what the caller may read. `write`: acts in the caller's name too, and implies `read`.",
        examples=[["read"]],
    )
    days: int = Field(default=90, ge=1, le=365, description="How long it counts.")


class TokenSummary(Response):
    """A personal token that counts. Never the secret."""

    id: UUID
    name: str
    scopes: list[Scope] | None = Field(
        description="What it may do; null: whatever its holder may, as given by whoever runs the server."
    )
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None = Field(description="The day of its last use; null: not used yet.")


class TokenWithSecret(TokenSummary):
    """The token that was just given."""

    token: str = Field(description="The secret, shown this once: keep it now.")
