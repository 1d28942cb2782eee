"""What the API takes and gives about personal data."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.access.personal import Fate
from app.kit.listing import ListQuery
from app.kit.schemas import Line, Request, Response


class EraseBody(Request):
    hr_id: Line = Field(
        description="The person's matricule, written again: erasing cannot be undone.", examples=["00011568"]
    )


class ReportLine(Response):
    """What became of one kind of data."""

    kind: str = Field(examples=["applications"])
    label: str = Field(description="In the caller's language.", examples=["Candidatures"])
    fate: Fate
    rows: int = Field(description="How many rows there were.", examples=[2])
    why: str | None = Field(description="On what ground something stays; null where nothing does.")


class ErasureReport(Response):
    """That a person was erased, and what was done. It does not say who it was."""

    id: UUID
    agent_id: UUID = Field(description="What is left of the record bears this id, and no name.")
    by_id: UUID | None = Field(description="Who did it; null for the purge.")
    erased_at: datetime
    report: list[ReportLine]


class ErasureQuery(ListQuery):
    sort: Literal["-erased_at", "erased_at"] = "-erased_at"


class Retention(Response):
    """How long one kind of data is kept."""

    kind: str = Field(examples=["absences"])
    label: str = Field(examples=["Absences"])
    since: str = Field(description="From when it is reckoned.", examples=["leur dernier jour"])
    source: str = Field(description="Where the period comes from.")
    months: int | None = Field(
        description="Null for what Essaim never erases by itself: `source` says why.", examples=[24]
    )
    default_months: int | None = Field(examples=[24])
    least: int | None = Field(description="The shortest that may be set; null for a fixed period.")
    most: int | None = Field(description="The longest that may be set; null for a fixed period.")
    settable: bool


class RetentionTable(Response):
    periods: list[Retention]


class RetentionSetting(Request):
    months: int = Field(ge=1, le=600, examples=[24])


class DueItem(Response):
    kind: str = Field(examples=["absences"])
    label: str = Field(examples=["Absences"])
    before: date = Field(description="What is older than this day goes.")
    rows: int = Field(description="How many rows are so old now.", examples=[3])


class NextPurge(Response):
    """The purge that was announced, with what it was to take then."""

    announced_on: date
    runs_on: date
    items: list[DueItem]


class DueTable(Response):
    next_purge: NextPurge | None = Field(description="Null where none was announced.")
    items: list[DueItem] = Field(description="What has come to its term today.")
