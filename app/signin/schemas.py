"""What the API gives of sessions."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.listing import ListQuery
from app.kit.schemas import Response
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
    last_used_at: datetime = Field(description="To the minute.")
    idle_until: datetime = Field(description="It ends then unless it is used before.")
    expires_at: datetime = Field(description="It ends then at the latest.")
