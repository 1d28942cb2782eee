"""Column types and the bases of every table.

Text enumerations are VARCHAR, so that a state can be added without a type migration; instants are stored in UTC and
come back aware on both databases; constraints carry fixed names, which `database.py` turns into refusals.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self, cast
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Integer, MetaData, String, Table
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.kit import clock
from app.kit.i18n import Text
from app.kit.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING


_NO_LABEL = Text("")


class Labelled(StrEnum):
    """A text enumeration whose members carry what a person reads: `OPEN = "open", _("Ouvert")`."""

    label: Text

    def __new__(cls, value: str, label: Text = _NO_LABEL) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """The member with this value. Raises `ValueError` naming those there are."""
        for member in cls:
            if member.value == value:
                return member
        raise ValueError(f"{value!r} is none of {', '.join(cls)}")


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values, stores UTC, returns aware UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime refused: {value!r}")
        return value.astimezone(UTC)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[datetime | None], datetime | None] | None:
        # PostgreSQL's driver returns them so: sessions live in UTC (`kit.database`).
        return None if dialect.name == "postgresql" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class TextEnum(TypeDecorator[StrEnum]):
    """A member of a `StrEnum`, stored as its value in a VARCHAR."""

    impl = String
    cache_ok = True

    def __init__(self, enumeration: type[StrEnum], length: int = 32) -> None:
        self.enumeration = enumeration
        super().__init__(length)

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enumeration(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], StrEnum | None]:
        # A look-up in C: lists read one for every row.
        members: dict[str | None, StrEnum | None] = {member.value: member for member in self.enumeration}
        return {**members, None: None}.__getitem__


def enum_field(enumeration: type[StrEnum], **options: Any) -> Any:
    """A `Field` holding a member of `enumeration`."""
    return Field(sa_type=TextEnum(enumeration), **options)


def instant_field(**options: Any) -> Any:
    """A `Field` holding an aware instant."""
    return Field(sa_type=UTCDateTime, **options)


class Row(SQLModel):
    """Every table: a UUIDv7 key."""

    id: UUID = Field(default_factory=new_id, primary_key=True)


class AuthorityRow(Row):
    """Every table of an authority (the tenant) carries its id."""

    authority_id: UUID = Field(foreign_key="authorities.id", nullable=False)


class EditedRow(AuthorityRow):
    """A row that people edit: dated, and versioned for `ETag` and compare-and-swap.

    SQLAlchemy itself adds `WHERE version = …` to each UPDATE, so a lost race is an error and never a lost write.
    """

    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    updated_at: datetime = instant_field(
        default_factory=clock.now, nullable=False, sa_column_kwargs={"onupdate": clock.now}
    )
    version: int = Field(default=1, sa_type=Integer, nullable=False)


def table_of(model: Any) -> Table:
    """The table of a model, or of a row, for statements that name its columns as they are stored."""
    return cast(Table, model.__table__)
