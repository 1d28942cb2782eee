"""What the API takes and gives about authorities and their people."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, WithJsonSchema

from app.access.abilities import Ability
from app.access.capacity import Capacity
from app.kit.calendar import SUBDIVISIONS, Half, Holiday
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Day, Line, Prose, Request, Response
from app.people.arithmetic import PATTERN
from app.people.delegation_models import DelegationField, PowerKind
from app.people.models import AbsenceKind, Position

_codes: Any = {"enum": list(SUBDIVISIONS)}
# An operator of the platform belongs to none, and is nobody to `/me`.
InsideAnAuthority = Annotated[
    str,
    WithJsonSchema({"type": "string", "enum": [c.value for c in Capacity if c is not Capacity.OPERATOR]}),
]
OffHalf = Annotated[
    str,
    StringConstraints(max_length=32),
    # The pattern is checked by the service, which can say what is wrong.
    Field(json_schema_extra={"pattern": PATTERN}, examples=["wednesday:morning"]),
]
WebAddress = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^https?://[^\s\x00-\x1f\x7f<>\x22]+$")
]
Percentage = Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2, examples=["80.00"])]


GrantedCapacity = Literal["lab", "trusted", "hr", "elected", "administrator"]
"""`access.capacity.GRANTED`, as the contract writes it."""


class OwnAuthority(Response):
    id: UUID
    slug: str
    name: str
    time_zone: str


class OwnDirectorate(Response):
    id: UUID
    code: str
    name: str


class OwnPower(Response):
    """A power that the caller holds today beside their own: whose, and by which act. `last_day` is included."""

    kind: PowerKind
    id: UUID = Field(description="Of the delegation, or of the interim.")
    for_id: UUID = Field(description="In whose name: send it as `on_behalf_of` to sign.")
    for_name: str
    act_reference: str = Field(examples=["arrêté 2026-114 du 3 avril 2026"])
    starts_on: date
    last_day: date
    field: DelegationField | None = Field(
        description="What a delegation lets sign; null for an interim, which has the absent person's functions."
    )
    directorate_id: UUID | None


class Me(Response):
    """Who the caller is: a person of the authority, or a connected application."""

    id: UUID
    kind: Literal["agent", "client"]
    name: str
    capacities: list[InsideAnAuthority] = Field(
        description="Those held everywhere; what depends on an object is not here."
    )
    scopes: list[str] = Field(description="What a connected application may do; empty for a person.")
    authority: OwnAuthority
    directorate: OwnDirectorate | None
    manager_id: UUID | None
    powers: list[OwnPower] = Field(description="Delegations of signature and interims held today.")


class CustomDay(Request):
    """A day off that the authority adds."""

    date: Day
    name: Line = Field(examples=["Pont de l'Ascension"])


class AlertChannel(Request):
    """Where real alerts go: harassment, violence, discrimination (CGFP L.135-6), whistle-blowing (loi 2022-401)."""

    text: Prose = Field(
        examples=["Écrivez à la cellule d'écoute du centre de gestion : elle est tenue au secret."],
    )
    contact: Line | None = Field(default=None, examples=["cellule-ecoute@cdg.example, 01 23 45 67 89"])
    url: WebAddress | None = Field(default=None, examples=["https://cdg.example/signalement"])


class AlertChannelDetail(Response):
    """What to do instead of reporting an irritant, where it is more than one. To be shown wherever one reports."""

    notice: str = Field(description="What is not an irritant, and by which law, in the caller's language.")
    text: str | None = Field(description="The authority's own words; null until it has set them.")
    contact: str | None
    url: str | None


class AuthorityEdit(Request):
    """What an administrator sets. Fields left out stay as they are."""

    name: Line = UNCHANGED
    time_zone: Annotated[str, StringConstraints(max_length=64), Field(examples=["America/Cayenne"])] = (
        UNCHANGED
    )
    holiday_subdivision: Annotated[str, StringConstraints(max_length=8), Field(json_schema_extra=_codes)] = (
        UNCHANGED
    )
    local_customs: Annotated[list[Holiday], Field(max_length=10)] = UNCHANGED
    solidarity_day: Holiday | None = UNCHANGED
    custom_days: Annotated[list[CustomDay], Field(max_length=100)] = UNCHANGED
    protestant_temple: bool = UNCHANGED
    alert_channel: AlertChannel | None = UNCHANGED


class TrustedPerson(Response):
    agent_id: UUID
    name: str | None


class FirstAdministrator(Request):
    """The person who sets the new authority up, as its HR system will know them. They sign in by their email."""

    hr_id: Annotated[Line, StringConstraints(max_length=32), Field(examples=["00011568"])]
    family_name: Annotated[Line, StringConstraints(max_length=100)]
    given_name: Annotated[Line, StringConstraints(max_length=100)]
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] = Field(
        examples=["awa.diop@valmoret.example"]
    )


class AuthorityFounding(Request):
    """A new authority. What is left out, its administrators set later."""

    slug: Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(
        description="Its short name in addresses and on the command line.", examples=["valmoret"]
    )
    name: Line = Field(examples=["Ville de Valmoret"])
    time_zone: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="Europe/Paris", examples=["America/Cayenne"]
    )
    holiday_subdivision: Annotated[str, StringConstraints(max_length=8)] = Field(
        default="FR", json_schema_extra=_codes
    )
    administrator: FirstAdministrator | None = None


class AuthorityDetail(Response):
    id: UUID
    slug: str
    name: str
    time_zone: str = Field(description="IANA name.", examples=["America/Cayenne"])
    holiday_subdivision: str = Field(description="Whose public holidays count.", examples=["GF"])
    local_customs: list[Holiday] = Field(description="Customs of the subdivision kept as days off.")
    solidarity_day: Holiday | None = Field(description="The holiday worked as journée de solidarité, if any.")
    custom_days: list[CustomDay] = Field(description="Days off that the authority adds, in order.")
    protestant_temple: bool = Field(description="Alsace and Moselle: whether Good Friday is a holiday here.")
    alert_channel: AlertChannelDetail
    trusted_persons: list[TrustedPerson] = Field(
        description="Those in post who may open the identity of protected reporters; names are null to elected members."
    )
    created_at: datetime
    updated_at: datetime
    version: int
    abilities: list[Ability]


class DirectorateSummary(Response):
    id: UUID
    code: str = Field(examples=["DEP", "DEP/voirie"])
    name: str
    parent_id: UUID | None = Field(description="The node above; null for a root.")
    head_id: UUID | None = Field(description="Null where vacant, and to elected members, as is `head_name`.")
    head_name: str | None
    closed_on: date | None
    version: int


class DirectorateDetail(DirectorateSummary):
    parent_name: str | None
    agents: int = Field(
        description="People in post in this very node. One or two are shown as three to whoever may not read records."
    )
    agents_in_all: int = Field(description="People in post in this node and all those below; shown alike.")
    updated_at: datetime
    abilities: list[Ability]


class DirectorateQuery(ListQuery):
    sort: Literal["code", "-code", "name", "-name"] = "code"
    code: list[Line] = Field(default=[], max_length=50)
    parent_id: list[UUID] = Field(default=[], max_length=50)
    head_id: list[UUID] = Field(default=[], max_length=50)
    root: bool | None = Field(default=None, description="`true`: only those with no node above.")
    closed: bool | None = Field(default=None, description="`false`: only those still open.")


class AgentSummary(Response):
    id: UUID
    hr_id: str
    civility: str
    family_name: str
    given_name: str
    email: str | None
    phone: str | None
    directorate_id: UUID | None
    directorate_name: str | None
    manager_id: UUID | None
    grade: str
    category: str
    working_percentage: Decimal
    off_halves: list[str] = Field(
        description="Half-days of the week not worked.", examples=[["wednesday:morning"]]
    )
    position: Position
    entered_on: date | None
    left_on: date | None = Field(description="The last day in post.")
    version: int


class AgentDetail(AgentSummary):
    manager_name: str | None
    updated_at: datetime
    abilities: list[Ability]


class AgentQuery(ListQuery):
    sort: Literal["family_name", "-family_name", "hr_id", "-hr_id"] = "family_name"
    directorate_id: list[UUID] = Field(
        default=[], max_length=50, description="These very nodes, without those below."
    )
    manager_id: list[UUID] = Field(default=[], max_length=50)
    hr_id: list[Line] = Field(default=[], max_length=200)
    position: list[Position] = Field(default=[], max_length=5)
    in_post: bool | None = Field(
        default=None, description="`true`: only those still in post; `false`: only leavers."
    )
    q: str | None = Field(
        default=None, max_length=200, description="How names begin, accents and case aside: `dup je`."
    )


class AgentEdit(Request):
    """How an agent works. Fields left out stay as they are; the next HR import has the last word on the percentage."""

    working_percentage: Percentage = UNCHANGED
    off_halves: Annotated[
        list[OffHalf],
        Field(max_length=30, description="`weekday:half`, and `:odd` or `:even` for one ISO week in two."),
    ] = UNCHANGED


class AbsenceDeclaration(Request):
    """From one half-day to another, both included."""

    first_day: Day
    first_half: Half = Half.MORNING
    last_day: Day
    last_half: Half = Half.AFTERNOON
    kind: AbsenceKind = AbsenceKind.OTHER


class AbsenceDetail(Response):
    id: UUID
    agent_id: UUID
    first_day: date
    first_half: Half
    last_day: date
    last_half: Half
    kind: AbsenceKind | None = Field(description="Shown to the agent and HR; null to the agent's manager.")
    created_at: datetime


class AbsenceQuery(ListQuery):
    sort: Literal["first_day", "-first_day"] = "first_day"
    since: Day | None = Field(default=None, description="Only those that end on that day or later.")
    until: Day | None = Field(default=None, description="Only those that begin on that day or before.")
