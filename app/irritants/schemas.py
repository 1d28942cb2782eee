"""What the API takes and gives about irritants."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.access.abilities import Ability
from app.irritants.lifecycle import IrritantState
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Line, Prose, Request, Response


class IrritantReport(Request):
    """What an agent reports. Where it happens is enough to begin with; the lab may ask for the rest."""

    title: Line = Field(examples=["Le portail du dépôt ne s'ouvre plus depuis trois semaines"])
    description: Prose = Field(examples=["Chaque matin, deux agents descendent l'ouvrir à la main."])
    impact: Prose | None = Field(default=None, examples=["Vingt minutes perdues par équipe et par jour."])
    directorate_id: UUID = Field(description="The directorate or service where it happens.")


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
