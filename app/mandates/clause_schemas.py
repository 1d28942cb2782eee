"""What the API takes and gives about one clause."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.kit.schemas import Line, LongProse, Request, Response
from app.mandates.lifecycle import ClauseKind, PartyCapacity

ClauseKey = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class DeadlineBody(Request):
    """What is to be done, by whom, so many days after the mandate's first day."""

    days: int = Field(ge=1, le=730)
    owner: PartyCapacity
    what: Line = Field(examples=["donner le lieu et les accès"])


class ClauseBody(Request):
    """An article. `text` and `plain` may hold placeholders in braces, such as `{team_name}`.

    A mandatory clause keeps its title and its words: `text` and `plain` begin with those of the model mandate, and what
    strengthens them comes after, in paragraphs of its own.
    """

    key: ClauseKey = Field(examples=["mission"])
    kind: ClauseKind = Field(
        default=ClauseKind.OTHER, description="Read for a clause of your own; a model clause keeps its kind."
    )
    title: Line
    text: LongProse = Field(description="What is signed.")
    plain: LongProse = Field(description="The same in everyday words.")
    deadline: DeadlineBody | None = Field(
        default=None,
        description="Left out, the model's stays. That of a mandatory clause may only be brought forward.",
    )


class Deadline(Response):
    days: int = Field(description="After the mandate's first day.")
    owner: PartyCapacity
    what: str


class Clause(Response):
    key: str
    kind: ClauseKind
    mandatory: bool = Field(description="Whether it stays in the mandate, word for word: see `ClauseBody`.")
    title: str
    text: str = Field(description="As written, placeholders included.")
    plain: str
    deadline: Deadline | None
    filled_text: str = Field(description="As it reads, and as it is signed, its deadline included.")
    filled_plain: str
