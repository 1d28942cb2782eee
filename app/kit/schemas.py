"""Bases and string types of what the API takes and gives."""

from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")

# No control characters, and something to read: a NUL would be refused by PostgreSQL, a blank says nothing.
_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
_PROSE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_LINE)]
"""One line of text, up to 200 characters."""

Prose = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=_PROSE)]
"""Text in paragraphs, up to 5,000 characters."""

LongProse = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=_PROSE)]
"""Text in paragraphs, up to 20,000 characters."""

Day = Annotated[
    date,
    Field(
        ge=date(1990, 1, 1),
        le=date(2100, 12, 31),
        description="From 1990 to 2100.",
        json_schema_extra={"examples": ["2026-11-26"]},
    ),
]
"""A date that our arithmetic can carry: from 1990 to 2100, as in `kit.calendar`."""


UNCHANGED: Any = Field(default_factory=lambda: None)
"""The default of a PATCH's fields: optional, without a default in the contract. Read them by `changes`."""


class Request(BaseModel):
    """What a client sends. An unknown field is refused, so that a misspelt one is never silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Response(BaseModel):
    """What a client receives: it documents the body, which is encoded from rows and not validated again."""

    model_config = ConfigDict(extra="forbid")


class Page(Response, Generic[T]):
    """One page of a list, and the cursor of the next."""

    items: list[T]
    next_cursor: str | None = Field(
        description="Send it back as `cursor` for the next page; null on the last one.", examples=[None]
    )


def changes(request: BaseModel) -> dict[str, Any]:
    """The fields that a PATCH names, and only those."""
    return request.model_dump(exclude_unset=True)
