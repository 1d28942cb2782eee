"""What the API gives of the journal."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.kit.listing import ListQuery
from app.kit.schemas import Line, Response

MAX_POSITION = 2**31 - 1


class EventItem(Response):
    """A fact, sealed in the authority's chain."""

    position: int = Field(description="Its place in the chain, from 1, without a gap.", examples=[42])
    id: UUID
    type: str = Field(examples=["mandate.signed"])
    subject_type: str = Field(examples=["mandate"])
    subject_id: UUID
    agent_id: UUID | None = Field(
        description="Who did it; null when a machine or Essaim itself did, and, for all but the lab, where it would "
        "tell who reported an irritant."
    )
    client_id: UUID | None
    occurred_at: datetime
    payload: dict[str, Any]
    hash: str = Field(description="SHA-256 over the event and the hash of the one before.")


class EventQuery(ListQuery):
    sort: Literal["position", "-position"] = "position"
    after: int | None = Field(
        default=None,
        ge=0,
        le=MAX_POSITION,
        description="Only events after this position. Remember the last one you handled, and ask again from there.",
    )
    type: list[Line] = Field(default=[], max_length=50, examples=[["mandate.activated"]])
    subject_id: list[UUID] = Field(default=[], max_length=50)
