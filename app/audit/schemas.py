"""What the API gives of the journal."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

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
    acting_as: str | None = Field(
        description="In what capacity: one of the policy's. Null before Essaim wrote it down.",
        examples=["manager"],
    )
    delegation_id: UUID | None = Field(
        description="The delegation or interim they acted by.", examples=[None]
    )
    address: str | None = Field(
        description="The network address they called from, for as long as it is kept; for people who read the whole "
        "journal, and for whoever called.",
        examples=["203.0.113.7"],
    )
    occurred_at: datetime
    payload: dict[str, Any]
    hash: str = Field(description="SHA-256 over the event and the hash of the one before.")


class CheckpointItem(Response):
    """The signed word of this installation on where the chain stood."""

    id: UUID
    position: int = Field(description="How many events the chain had.", examples=[1042])
    hash: str = Field(description="The hash of the event at that position.")
    made_at: datetime
    key_id: str = Field(
        description="Which key signed it, by the beginning of the SHA-256 of its public bytes.",
        examples=["5e0d6e6f3a1bb2c2f0c1e0c39a7f7d11"],
    )
    signature: str = Field(description="Ed25519, in hexadecimal, over what docs/journal.md says.")


class MyEventQuery(ListQuery):
    sort: Literal["-position", "position"] = "-position"
    after: int | None = Field(
        default=None,
        ge=0,
        le=MAX_POSITION,
        description="Only events after this position. Remember the last one you handled, and ask again from there.",
    )
    since: AwareDatetime | None = Field(
        default=None,
        ge=datetime(1990, 1, 1, tzinfo=UTC),
        lt=datetime(2101, 1, 1, tzinfo=UTC),
        description="Only what happened from this instant on.",
        examples=["2026-11-26T08:30:00Z"],
    )
    until: AwareDatetime | None = Field(
        default=None,
        ge=datetime(1990, 1, 1, tzinfo=UTC),
        lt=datetime(2101, 1, 1, tzinfo=UTC),
        description="Only what happened before this instant.",
        examples=["2026-11-27T00:00:00Z"],
    )
    type: list[Line] = Field(default=[], max_length=50, examples=[["mandate.activated"]])


class EventQuery(MyEventQuery):
    sort: Literal["position", "-position"] = "position"
    subject_id: list[UUID] = Field(default=[], max_length=50)
    agent_id: list[UUID] = Field(
        default=[],
        max_length=50,
        description="Only what these people did; for all but the lab, without what tells who reported an irritant.",
    )


class CheckpointQuery(ListQuery):
    sort: Literal["-position", "position"] = "-position"
