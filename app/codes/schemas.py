"""What the API takes and gives about printed codes. A code itself is on paper, and nowhere else."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.codes.models import Origin
from app.kit.listing import ListQuery
from app.kit.schemas import Request, Response

MAX_SLIPS = 300

Telephone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 .]{2,24}$")]
"""As it is read aloud: digits, spaces, dots."""


class SheetRequest(Request):
    """For whom to print: agents by name, or everybody in a directorate and below who has no email. One of the two."""

    agent_ids: list[UUID] = Field(default=[], max_length=MAX_SLIPS, description="These agents.")
    directorate_id: UUID | None = Field(
        default=None, description="Every agent in post here and below, without email or granted capacity."
    )
    telephone: Telephone = Field(
        description="Whom to call when the code is lost: printed on each slip.", examples=["01 23 45 67 89"]
    )


class SignInCodeDetail(Response):
    id: UUID
    agent_id: UUID
    hr_id: str
    agent_name: str
    directorate_id: UUID | None
    origin: Origin
    issued_by_id: UUID | None = Field(description="Who printed it; null for the command line.")
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None = Field(description="By hand, or because another replaced it.")
    live: bool = Field(description="Whether it still opens.")


class SignInCodeQuery(ListQuery):
    sort: Literal["-issued_at", "issued_at"] = "-issued_at"
    agent_id: list[UUID] = Field(default=[], max_length=50)
    directorate_id: list[UUID] = Field(default=[], max_length=50)
    live: bool | None = Field(default=None, description="`true`: only those that still open.")


class CodeForm(Request):
    """What the door asks for."""

    hr_id: str = Field(max_length=32)
    code: str = Field(max_length=40)
    own: bool = Field(default=False, description="The device is theirs alone: no need to leave it soon.")
    suite: str = Field(default="/", max_length=2000)


class NextForm(Request):
    suite: str = Field(default="/", max_length=2000)
