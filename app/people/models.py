"""Authorities, their directorates, their agents, and the days agents are away."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    UniqueConstraint,
    Uuid,
    event,
    text,
)
from sqlalchemy.orm import Mapper
from sqlmodel import Field, SQLModel

from app.access.capacity import Capacity
from app.kit import clock, search
from app.kit.calendar import Half, Holiday
from app.kit.columns import AuthorityRow, EditedRow, Labelled, Row, enum_field, instant_field
from app.kit.i18n import _


class Position(Labelled):
    """The statutory position of an agent (CGFP, book V), as HR systems name it."""

    ACTIVE = "active", _("activité")
    SECONDMENT = "secondment", _("détachement")
    AVAILABILITY = "availability", _("disponibilité")
    PARENTAL_LEAVE = "parental_leave", _("congé parental")
    LEFT = "left", _("radié des cadres")


class AbsenceKind(Labelled):
    LEAVE = "leave", _("congé")
    SICKNESS = "sickness", _("maladie")
    TRAINING = "training", _("formation")
    OTHER = "other", _("autre absence")


class Authority(Row, table=True):
    """The tenant.

    `holiday_subdivision`, `local_customs`, `solidarity_day`, `custom_days` (ISO date → French name) and
    `protestant_temple` say which days off count: see `kit.calendar.HolidayCalendar`. `alert_channel` (text, contact,
    url) says where real alerts go. `closed_doors` (door → capacities) says who may not enter by which door; None: what
    is safe by default (`openid.admission`).
    """

    __tablename__ = "authorities"
    __table_args__ = (UniqueConstraint("slug"),)

    slug: str = Field(max_length=64)
    name: str = Field(max_length=200)
    time_zone: str = Field(default="Europe/Paris", max_length=64)
    holiday_subdivision: str = Field(default="FR", max_length=8)
    local_customs: list[str] = Field(default_factory=list, sa_type=JSON)
    solidarity_day: Holiday | None = enum_field(Holiday, default=None, nullable=True)
    custom_days: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    protestant_temple: bool = True
    alert_channel: dict[str, str | None] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    closed_doors: dict[str, list[str]] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    updated_at: datetime = instant_field(default_factory=clock.now, nullable=False)
    version: int = Field(default=1, sa_type=Integer, nullable=False)


class Directorate(EditedRow, table=True):
    """A node of the organisation tree: a directorate (code `DEP`), or a service under it (code `DEP/voirie`)."""

    __tablename__ = "directorates"
    __table_args__ = (
        UniqueConstraint("authority_id", "code"),
        Index("ix_directorates_parent_id", "parent_id"),
    )

    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    parent_id: UUID | None = Field(default=None, foreign_key="directorates.id")
    head_id: UUID | None = Field(
        default=None,
        sa_column=Column(
            Uuid,
            ForeignKey("agents.id", name="fk_directorates_head_id_agents", use_alter=True),
            nullable=True,
            index=True,
        ),
    )
    closed_on: date | None = None


class Agent(EditedRow, table=True):
    """A person the authority employs, or an elected member who takes part. Known by `hr_id` (matricule).

    `off_halves` are the half-days of the week that the agent does not work: `["wednesday:morning", …]`, and
    `"friday:afternoon:odd"` or `:even` for one in two, by the parity of ISO weeks. `left_on` is the last day in post.
    `sort_name` is the name as it sorts and is searched: `le gall elise`.
    """

    __tablename__ = "agents"
    __table_args__ = (
        UniqueConstraint("authority_id", "hr_id"),
        Index("uq_agents_email", "authority_id", "email", unique=True),
        Index("ix_agents_directorate_id", "directorate_id"),
        Index("ix_agents_manager_id", "manager_id"),
        Index("ix_agents_name", "authority_id", "sort_name", "id"),
        Index(
            "ix_agents_search",
            text(search.lexemes("authority_id", "sort_name")),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
        CheckConstraint("working_percentage > 0 AND working_percentage <= 100", name="working_percentage"),
    )

    hr_id: str = Field(max_length=32)
    civility: str = Field(default="", max_length=16)
    family_name: str = Field(max_length=100)
    given_name: str = Field(max_length=100)
    sort_name: str = Field(default="", max_length=250)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=32)
    directorate_id: UUID | None = Field(default=None, foreign_key="directorates.id")
    manager_id: UUID | None = Field(default=None, foreign_key="agents.id")
    grade: str = Field(default="", max_length=100)
    category: str = Field(default="", max_length=8)
    working_percentage: Decimal = Field(default=Decimal(100), sa_type=Numeric(5, 2))
    off_halves: list[str] = Field(default_factory=list, sa_type=JSON)
    position: Position = enum_field(Position, default=Position.ACTIVE)
    entered_on: date | None = None
    left_on: date | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@event.listens_for(Agent, "before_insert")
@event.listens_for(Agent, "before_update")
def _fold_name(_mapper: Mapper[Agent], _connection: Connection, agent: Agent) -> None:
    agent.sort_name = sort_name(agent.family_name, agent.given_name)


def sort_name(family_name: str, given_name: str) -> str:
    """A name as it sorts and is searched."""
    return search.folded(family_name, given_name)[:250]


class CapacityGrant(AuthorityRow, table=True):
    """A capacity held across the authority, given to a person."""

    __tablename__ = "capacity_grants"
    __table_args__ = (UniqueConstraint("agent_id", "capacity"),)

    agent_id: UUID = Field(foreign_key="agents.id")
    capacity: Capacity = enum_field(Capacity)
    granted_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class Absence(AuthorityRow, table=True):
    """A stretch of half-days, first and last included, when an agent is away."""

    __tablename__ = "absences"
    __table_args__ = (
        Index("ix_absences_agent_id", "agent_id", "first_day"),
        CheckConstraint(
            "first_day < last_day"
            " OR first_day = last_day AND (first_half = 'morning' OR last_half = 'afternoon')",
            name="order",
        ),
        UniqueConstraint("agent_id", "first_day", "first_half", "last_day", "last_half"),
    )

    agent_id: UUID = Field(foreign_key="agents.id")
    first_day: date
    first_half: Half = enum_field(Half, default=Half.MORNING)
    last_day: date
    last_half: Half = enum_field(Half, default=Half.AFTERNOON)
    kind: AbsenceKind = enum_field(AbsenceKind)
    created_at: datetime = instant_field(default_factory=clock.now, nullable=False)


class ErasedMatricule(SQLModel, table=True):
    """The digest of the matricule of somebody who was erased (`people.erased`): it leads to no record.

    Its key is drawn by lot, and it has no date, so that nothing ties it to the erasure it comes from.
    """

    __tablename__ = "erased_matricules"
    __table_args__ = (UniqueConstraint("authority_id", "digest"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    authority_id: UUID = Field(foreign_key="authorities.id")
    digest: str = Field(max_length=64)


__all__ = [
    "Absence",
    "AbsenceKind",
    "Agent",
    "Authority",
    "CapacityGrant",
    "Directorate",
    "ErasedMatricule",
    "Position",
]
