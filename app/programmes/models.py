"""Programmes (one edition of the approach each) and the charters that set their rules."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from app.kit.columns import EditedRow

BOUNDS: dict[str, tuple[int, int]] = {
    "cadence_weeks": (1, 26),
    "half_days_per_week": (1, 5),
    "make_good_days": (1, 90),
    "move_window_days": (0, 90),
    "mandate_months": (1, 24),
    "answer_days": (1, 90),
    "grace_days": (0, 60),
    "signing_days": (7, 180),
}
"""The least and the most that each parameter of a charter may be."""


class Programme(EditedRow, table=True):
    """One edition of the approach in an authority, led by the lab."""

    __tablename__ = "programmes"
    __table_args__ = (
        Index("ix_programmes_starts_on", "authority_id", "starts_on", "id"),
        CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="dates"),
    )

    name: str = Field(max_length=200)
    starts_on: date
    ends_on: date | None = None


class Charter(EditedRow, table=True):
    """The rules of the game (*cadre*), versioned by `number` within a programme. Once adopted it does not change.

    `cadence_weeks`: between follow-ups. `half_days_per_week`: freed for each agent. `make_good_days`: to give back a
    half-day taken by the service. `move_window_days`: how far a half-day may be moved. `mandate_months`: how long a
    mandate lasts. `answer_days`: to answer who reported an irritant. `grace_days`: how late a follow-up may be held.
    `signing_days`: how long a text may await its signatures before it goes back to be written.
    """

    __tablename__ = "charters"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        Index("ix_charters_created_at", "authority_id", "created_at", "id"),
        Index("ix_charters_adopted_on", "authority_id", "adopted_on"),
        *(
            CheckConstraint(f"{name} BETWEEN {least} AND {most}", name=name)
            for name, (least, most) in BOUNDS.items()
        ),
    )

    programme_id: UUID = Field(foreign_key="programmes.id")
    number: int
    title: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    adopted_on: date | None = None
    cadence_weeks: int = 6
    half_days_per_week: int = 1
    make_good_days: int = 15
    move_window_days: int = 14
    mandate_months: int = 6
    answer_days: int = 21
    grace_days: int = 10
    signing_days: int = Field(default=30, sa_column_kwargs={"server_default": "30"})
