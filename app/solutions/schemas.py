"""What the API takes and gives about solutions and adoptions."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.access.abilities import Ability
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Line, Prose, Request, Response
from app.solutions.lifecycle import AdoptionState, SolutionState

_TITLE = ["Un portail qui s'ouvre l'hiver"]
_PROBLEM = ["Le moteur du portail cale sous trois degrés."]


class SolutionDraft(Request):
    """What a team made. A draft may be incomplete; publishing needs everything but the cost and the result."""

    team_id: UUID
    title: Line = Field(examples=_TITLE)
    problem: Prose = Field(examples=_PROBLEM)
    description: Prose | None = Field(default=None, examples=["Un moteur à démarrage progressif."])
    how_to_adopt: Prose | None = Field(
        default=None,
        description="What another directorate does, step by step.",
        examples=["Relever la référence du moteur, commander, poser en une matinée."],
    )
    to_adapt: Prose | None = Field(
        default=None,
        description="What will not be the same elsewhere.",
        examples=["La puissance, selon le poids du portail."],
    )
    cost: Prose | None = Field(default=None, examples=["480 € par portail, et une matinée à deux."])
    result: Prose | None = Field(default=None, examples=["Plus aucune ouverture à la main en six semaines."])


class SolutionEdit(Request):
    """A correction. Fields left out stay as they are; a text once written can be changed, not emptied."""

    title: Line = UNCHANGED
    problem: Prose = UNCHANGED
    description: Prose = UNCHANGED
    how_to_adopt: Prose = UNCHANGED
    to_adapt: Prose = UNCHANGED
    cost: Prose = UNCHANGED
    result: Prose = UNCHANGED


class Retirement(Request):
    reason: Prose = Field(
        description="Why it should not be adopted any more; those who use it read it.",
        examples=["Le fournisseur ne livre plus ce moteur : voyez la solution qui la remplace."],
    )


class SolutionSummary(Response):
    id: UUID
    title: str
    problem: str
    state: SolutionState
    team_id: UUID
    team_name: str
    directorate_id: UUID = Field(description="The directorate whose problem it solves.")
    directorate_name: str
    adoptions: int = Field(description="Directorates that have taken it up and not dropped it.")
    in_use: int = Field(description="Those among them that use it.")
    created_at: datetime
    published_at: datetime | None
    version: int


class SolutionDetail(SolutionSummary):
    description: str
    how_to_adopt: str
    to_adapt: str
    cost: str
    result: str
    reason: str | None = Field(description="Why it was retired.")
    updated_at: datetime
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["publish"]]
    )
    abilities: list[Ability]


class SolutionQuery(ListQuery):
    sort: Literal["-created_at", "created_at", "-adoptions"] = "-created_at"
    state: list[SolutionState] = Field(default=[], max_length=3)
    team_id: list[UUID] = Field(default=[], max_length=50)
    directorate_id: list[UUID] = Field(
        default=[], max_length=50, description="The directorates whose problem it solves."
    )
    q: str | None = Field(
        default=None, max_length=200, description="French words, accents and endings aside."
    )


class AdoptionForm(Request):
    """A directorate is interested. Its head, whoever works there or the lab may say so; only its own people go on."""

    solution_id: UUID
    directorate_id: UUID = Field(description="The directorate that adopts.")
    contact_id: UUID | None = Field(
        default=None,
        description="Who carries it there; by default whoever declares it, when they work there.",
    )
    note: Prose = Field(examples=["Le portail du stade a le même moteur."])


class Adapting(Request):
    what: Prose = Field(description="What is being adapted.", examples=["Un moteur plus puissant."])


class InUse(Request):
    result: Prose | None = Field(default=None, examples=["Posé en une matinée ; plus une seule panne."])


class AdoptionReason(Request):
    reason: Prose = Field(
        description="Why it stops there. What was learned helps the next one.",
        examples=["Nos portails sont manuels : le besoin n'est pas le même."],
    )


class AdoptionItem(Response):
    id: UUID
    solution_id: UUID
    solution_title: str
    directorate_id: UUID
    directorate_name: str
    contact_id: UUID | None = Field(description="Null for elected members, who read no names.")
    contact_name: str | None
    state: AdoptionState
    note: str
    what: str | None
    result: str | None
    reason: str | None = Field(description="Why it was dropped.")
    created_at: datetime
    updated_at: datetime
    version: int


class AdoptionDetail(AdoptionItem):
    possible_moves: list[str] = Field(
        description="Verbs that the life cycle allows now.", examples=[["adapt", "drop"]]
    )
    abilities: list[Ability]


class AdoptionQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    solution_id: list[UUID] = Field(default=[], max_length=50)
    directorate_id: list[UUID] = Field(default=[], max_length=50)
    state: list[AdoptionState] = Field(default=[], max_length=4)
