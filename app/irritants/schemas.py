"""What the API takes and gives about irritants."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from app.access.abilities import Ability
from app.irritants.lifecycle import IrritantState, Side
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Line, Prose, Request, Response
from app.people.schemas import AlertChannelDetail


class IrritantReport(Request):
    """What an agent reports. Where it happens is enough to begin with; the lab may ask for the rest."""

    title: Line = Field(examples=["Le portail du dépôt ne s'ouvre plus depuis trois semaines"])
    description: Prose = Field(examples=["Chaque matin, deux agents descendent l'ouvrir à la main."])
    impact: Prose | None = Field(default=None, examples=["Vingt minutes perdues par équipe et par jour."])
    directorate_id: UUID = Field(description="The directorate or service where it happens.")
    protected: bool = Field(
        default=False,
        description="Under protection: who reports is known to nobody but the lab's trusted persons, if they open it "
        "and say why. A service of one or two people is replaced by the directorate above it. What you write is read "
        "as you write it: leave out what only you could know. An `Idempotency-Key` is not kept: sent twice, it is "
        "reported twice.",
    )


class IrritantEdit(Request):
    """A correction. Fields left out stay as they are."""

    title: Line = UNCHANGED
    description: Prose = UNCHANGED
    impact: Prose = UNCHANGED
    directorate_id: UUID = UNCHANGED


class Reason(Request):
    """Why, in words that the people concerned will read."""

    reason: Prose = Field(examples=["Le remplacement du portail est déjà commandé : pose prévue le 12 mars."])


class MergeInto(Request):
    into_id: UUID = Field(description="The open irritant that this one joins.")


class IrritantSummary(Response):
    id: UUID
    title: str
    impact: str
    state: IrritantState
    directorate_id: UUID
    directorate_name: str
    votes: int
    comments: int
    created_at: datetime
    version: int


class IrritantDetail(IrritantSummary):
    description: str
    reason: str | None = Field(description="Why it was declined.")
    merged_into_id: UUID | None
    reporter_id: UUID | None = Field(description="Shown to the reporter and the lab; null to everybody else.")
    updated_at: datetime
    voted: bool = Field(description="Whether the caller voted for it.")
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["merge", "decline"]]
    )
    abilities: list[Ability]
    protected: bool | None = Field(
        description="Reported under protection: shown to the lab and its trusted persons; null to everybody else."
    )


class ReportedIrritant(IrritantDetail):
    """What was reported: as it is read from now on, and, under protection, what only this answer says."""

    follow_up_key: str = Field(
        default_factory=str,
        description="Under protection only, and never shown again: seven groups of four letters and digits, with which "
        "to follow the irritant and write to the lab (`/protected-reports`).",
        examples=["7KQF-9M2X-PD4H-WV8C-3RTN-6YJA-BS5E"],
    )
    alert_channel: AlertChannelDetail = UNCHANGED


class IrritantQuery(ListQuery):
    sort: Literal["-created_at", "created_at", "-votes"] = "-created_at"
    state: list[IrritantState] = Field(default=[], max_length=8)
    directorate_id: list[UUID] = Field(default=[], max_length=50)
    mine: bool | None = Field(default=None, description="`true`: only those the caller reported.")
    q: str | None = Field(
        default=None, max_length=200, description="French words, accents and endings aside."
    )


class CommentBody(Request):
    body: Prose = Field(examples=["Même chose au dépôt nord."])


class Comment(Response):
    id: UUID
    irritant_id: UUID
    author_id: UUID | None
    author_name: str | None
    body: str
    created_at: datetime


class CommentQuery(ListQuery):
    sort: Literal["created_at", "-created_at"] = "created_at"


class OpenIdentity(Request):
    reason: Prose = Field(
        description="Why, in words that the reporter will read.",
        examples=["Vous dites craindre des représailles : je voudrais vous proposer un entretien."],
    )


class Opening(Response):
    """One look at the identity of a protected reporter."""

    id: UUID
    irritant_id: UUID
    agent_id: UUID = Field(description="The trusted person who opened it.")
    agent_name: str
    reason: str
    opened_at: datetime


class OpenedIdentity(Response):
    """Who reported. Nothing of this answer is kept."""

    agent_id: UUID
    hr_id: str
    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    directorate_name: str | None
    opening: Opening


class MessageBody(Request):
    body: Prose = Field(examples=["Depuis quand le portail est-il bloqué ?"])


class Message(Response):
    """A message of the dialogue with a protected reporter."""

    id: UUID
    irritant_id: UUID
    number: int = Field(description="Its place in the dialogue, from 1.")
    side: Side
    author_id: UUID | None = Field(description="Who wrote for the lab; null on the reporter's side.")
    author_name: str | None
    body: str
    written_on: date = Field(description="The day only, on both sides.")


class MessageQuery(ListQuery):
    sort: Literal["number", "-number"] = "number"


class OpeningQuery(ListQuery):
    sort: Literal["opened_at", "-opened_at"] = "-opened_at"


Receipt = Annotated[
    SecretStr,
    Field(
        max_length=80,
        description="The follow-up key given at reporting; case, spaces and dashes do not count.",
        examples=["7KQF-9M2X-PD4H-WV8C-3RTN-6YJA-BS5E"],
    ),
]


class FollowUpKey(Request):
    """The follow-up key, in the body: an address would stand in logs."""

    follow_up_key: Receipt
    before: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Only messages before the one with this number."
    )


class FollowUpMessage(Request):
    follow_up_key: Receipt
    body: Prose = Field(
        description="Do not sign, and leave out what only you could know.",
        examples=["Depuis le 3 novembre. Les deux gonds sont tordus."],
    )


class FollowedMessage(Response):
    number: int
    side: Side
    author_name: str | None = Field(description="Who wrote for the lab; null for your own.")
    body: str
    written_on: date


class FollowedOpening(Response):
    agent_name: str
    reason: str
    opened_at: datetime


class FollowedReport(Response):
    """A protected report as whoever holds its follow-up key sees it."""

    id: UUID
    title: str
    description: str
    impact: str
    state: IrritantState
    reason: str | None = Field(description="Why it was declined.")
    directorate_name: str
    votes: int
    comments: int
    identity_kept: bool = Field(description="Whether the identity can still be opened.")
    messages: list[FollowedMessage] = Field(description="In order; the latest, or those before `before`.")
    earlier_messages: bool = Field(description="Whether there are messages before these.")
    openings: list[FollowedOpening] = Field(
        description="Each look at the identity, the latest first, 100 at most."
    )
    alert_channel: AlertChannelDetail
