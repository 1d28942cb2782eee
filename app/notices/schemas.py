"""What the API gives of notices."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.listing import ListQuery
from app.kit.schemas import Response


class NoticeItem(Response):
    """Something the caller was told, in the language they ask for."""

    id: UUID
    kind: str = Field(description="The type of the event behind it.", examples=["irritant.qualified"])
    subject_type: str = Field(examples=["irritant"])
    subject_id: UUID
    title: str = Field(examples=["Votre irritant est qualifié"])
    body: str = Field(description="What it means, and what is to be done, if anything.")
    created_at: datetime = Field(description="When it happened.")
    read_at: datetime | None


class NoticeQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    unread: bool | None = Field(
        default=None, description="`true`: only what was not read yet; `false`: only what was."
    )


class ReadCount(Response):
    read: int = Field(description="How many notices were unread until now.", examples=[3])
