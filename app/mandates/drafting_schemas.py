"""What the API takes and gives about the model mandate, differences between versions, and comments on drafts."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.access.abilities import Ability
from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Line, LongProse, Prose, Request, Response
from app.mandates.clause_schemas import ClauseBody, ClauseKey, Deadline
from app.mandates.difference import Change
from app.mandates.drafting_lifecycle import CommentState, ModelState
from app.mandates.lifecycle import ClauseKind

Version = Annotated[str, StringConstraints(pattern=r"^(model|present|[1-9][0-9]{0,4})$")]


class ModelClauseBody(ClauseBody):
    """A clause of the model. A clause that Essaim ships keeps its kind, and stays mandatory where it is."""

    mandatory: bool = Field(
        default=False, description="Whether mandates drafted from this version must keep it."
    )


class MandateModelDraft(Request):
    """A new version, which begins as the one in force."""

    note: Prose | None = Field(
        default=None,
        description="What is new in it.",
        examples=["Les juristes ont précisé la clause de publication."],
    )


class MandateModelEdit(Request):
    """Changes to a version in preparation. Fields left out stay as they are; `clauses` are replaced whole."""

    title: Line = UNCHANGED
    preamble: LongProse = UNCHANGED
    note: Prose | None = UNCHANGED
    clauses: list[ModelClauseBody] = UNCHANGED


class MandateModelSummary(Response):
    id: UUID
    number: int = Field(description="1, 2, 3…")
    state: ModelState
    title: str = Field(description="Placeholders included, as everything that it is made of.")
    note: str | None
    clauses_count: int
    published_at: datetime | None
    replaced_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


class ModelClauseDetail(Response):
    key: str
    kind: ClauseKind
    mandatory: bool = Field(description="Whether mandates drafted from this version must keep it.")
    shipped: bool = Field(description="Whether Essaim ships a clause with this key.")
    fixed: bool = Field(
        description="Whether its words stay, here too: a mandatory clause of Essaim that protects. It is added to."
    )
    title: str
    text: str
    plain: str
    deadline: Deadline | None


class MandateModelDetail(MandateModelSummary):
    preamble: str
    clauses: list[ModelClauseDetail]
    possible_moves: list[str]
    abilities: list[Ability]


class MandateModelQuery(ListQuery):
    sort: Literal["-number", "number"] = "-number"
    state: list[ModelState] = Field(default=[], max_length=3)


class DifferenceRun(Response):
    """Consecutive words. Those that are `same` and `added` are the later version; `same` and `removed`, the former."""

    change: Literal[Change.SAME, Change.ADDED, Change.REMOVED]
    text: str


class DifferentClause(Response):
    key: str
    change: Change
    moved: bool = Field(description="Whether it stands elsewhere among the clauses that both versions have.")
    position_before: int | None = Field(description="From 1; null where it was not.")
    position_after: int | None
    title: list[DifferenceRun]
    text: list[DifferenceRun]
    plain: list[DifferenceRun]
    facts: list["DifferentFact"]


class DifferentFact(Response):
    """What changed and is no text: a date, a person, a parameter, the half-days, a deadline."""

    name: str = Field(examples=["ends_on"])
    before: Any
    after: Any


class MandateDifference(Response):
    """From the first version named to the second, as both read, placeholders filled."""

    before: str = Field(examples=["model"])
    after: str = Field(examples=["present"])
    is_empty: bool
    title: list[DifferenceRun]
    preamble: list[DifferenceRun]
    clauses: list[DifferentClause] = Field(
        description="Each clause of the later version, then the removed ones after those that they followed."
    )
    facts: list[DifferentFact]


class DifferenceQuery(Request):
    """`model`: the model mandate that it cites. `present`: the draft, or the text that is signed. A number: that
    submission."""

    from_: Version = Field(default="model", alias="from", description="The former version.")
    to: Version = Field(default="present", description="The later version.")


class ModelDifferenceQuery(Request):
    from_: UUID | None = Field(
        default=None,
        alias="from",
        description="The version to compare with; by default, the one before. None before the first.",
    )


class MandateCommentBody(Request):
    clause_key: ClauseKey | None = Field(
        default=None, description="The clause it is about; null for the whole.", examples=["allegement"]
    )
    body: Prose = Field(examples=["Le jeudi matin, le dépôt nord est seul : qui prend la tournée ?"])


class MandateCommentSummary(Response):
    id: UUID
    mandate_id: UUID
    clause_key: str | None
    body: str
    author_id: UUID | None
    author_name: str | None
    state: CommentState
    resolved_by_id: UUID | None
    resolved_by_name: str | None
    resolved_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


class MandateCommentDetail(MandateCommentSummary):
    possible_moves: list[str]
    abilities: list[Ability]


class MandateCommentQuery(ListQuery):
    sort: Literal["created_at", "-created_at"] = "created_at"
    state: list[CommentState] = Field(default=[], max_length=2)
    clause_key: ClauseKey | None = None


DifferentClause.model_rebuild()
