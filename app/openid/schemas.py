"""What the API takes and gives about providers and the accounts they have bound."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.kit.listing import ListQuery
from app.kit.schemas import UNCHANGED, Line, Request, Response
from app.openid.profiles import Algorithm, MatchBy, Profile

# Visible ASCII without spaces: scopes (RFC 6749, 3.3), levels, identifiers.
Word = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
Siret = Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$")]

Name = Annotated[Line, Field(max_length=100, description="As on the button.", examples=["ProConnect"])]
SecretName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9-]{1,32}$"),
    Field(
        description="Which of the operator's secrets is the client's: `ESSAIM_OIDC_SECRETS` holds it under "
        "`<authority's slug>/<secret_name>`."
    ),
]
Scopes = Annotated[
    list[Word], Field(max_length=20, description="What is asked for. Empty: what the profile asks for.")
]
AcrValues = Annotated[
    list[Word],
    Field(
        max_length=10,
        description="Levels of assurance, of which one is required. Empty: any.",
        examples=[["eidas2", "eidas3"]],
    ),
]
Sirets = Annotated[
    list[Siret],
    Field(
        max_length=50,
        description="The authority's SIRETs, of which the account must bear one. ProConnect needs at least one.",
        examples=[["21350238800019"]],
    ),
]
IdpIds = Annotated[
    list[Word],
    Field(
        max_length=20,
        description="Identity providers behind a federation (`idp_id`) that are accepted. Empty: any. To match by "
        "matricule through ProConnect, name the authority's own.",
    ),
]
SignedWith = Annotated[
    Algorithm, Field(description="How it signs, as registered with it; nothing else is accepted.")
]
Rule = Annotated[
    MatchBy,
    Field(
        description="How a person is found the first time: by their email, or by their `uid` as matricule."
    ),
]


class ProviderCreate(Request):
    """A provider at which the authority's agents have accounts."""

    name: Name
    profile: Profile
    issuer: Word = Field(
        description="The `issuer` of its metadata, to the letter. It never changes.",
        examples=["https://auth.agentconnect.gouv.fr/api/v2"],
    )
    client_id: Word
    secret_name: SecretName = Field(default="oidc")
    scopes: Scopes = Field(default=[])
    acr_values: AcrValues = Field(default=[])
    sirets: Sirets = Field(default=[])
    idp_ids: IdpIds = Field(default=[])
    algorithm: SignedWith = Algorithm.RS256
    match_by: Rule = MatchBy.EMAIL


class ProviderEdit(Request):
    """Fields left out stay as they are."""

    name: Name = UNCHANGED
    client_id: Word = UNCHANGED
    secret_name: SecretName = UNCHANGED
    scopes: Scopes = UNCHANGED
    acr_values: AcrValues = UNCHANGED
    sirets: Sirets = UNCHANGED
    idp_ids: IdpIds = UNCHANGED
    algorithm: SignedWith = UNCHANGED
    match_by: Rule = UNCHANGED
    is_active: Annotated[
        bool, Field(strict=True, description="`false`: nobody enters by it, and what it has bound stays.")
    ] = UNCHANGED


class ProviderDetail(Response):
    id: UUID
    name: str
    profile: Profile
    issuer: str
    client_id: str
    secret_name: str
    scopes: list[str]
    acr_values: list[str]
    sirets: list[str]
    idp_ids: list[str]
    algorithm: Algorithm
    match_by: MatchBy
    is_active: bool
    redirect_uri: str = Field(description="To be registered with the provider, to the letter.")
    post_logout_redirect_uri: str = Field(description="To be registered with the provider, to the letter.")
    created_at: datetime
    updated_at: datetime
    version: int


class ProviderQuery(ListQuery):
    sort: Literal["created_at", "-created_at"] = "created_at"


class Binding(Response):
    """An agent's account. Its identifier at the provider stays between the two of them."""

    id: UUID
    provider_id: UUID
    provider_name: str
    agent_id: UUID
    agent_name: str
    created_at: datetime
    last_used_at: datetime


class BindingQuery(ListQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    provider_id: list[UUID] = Field(default=[], max_length=20)
    agent_id: list[UUID] = Field(default=[], max_length=50)


ClosedTo = Annotated[
    list[Literal["agent", "lab", "trusted", "hr", "elected", "administrator"]],
    Field(
        max_length=6,
        description="Whoever holds one of these does not enter here; `agent`: those to whom nothing was granted.",
        examples=[["lab", "administrator"]],
    ),
]


class ClosedDoors(Request):
    """To whom each door is closed. A list left out is empty: that door is open to everybody."""

    openid: ClosedTo = Field(default=[])
    openid_without_acr: ClosedTo = Field(default=[])
    link: ClosedTo = Field(default=[])
    code: ClosedTo = Field(default=[])


class DoorsSetting(Request):
    closed_to: ClosedDoors | None = Field(
        description="Null: what is safe by default. Where a provider is asked for levels (`acr_values`), every other "
        "door is closed to those to whom a capacity was granted."
    )


class DoorsDetail(Response):
    """What holds now. A printed code never opens a capacity that was granted, whatever is set."""

    openid: ClosedTo = Field(description="Accounts of a provider that is asked for levels.")
    openid_without_acr: ClosedTo = Field(description="Accounts of a provider that is not.")
    link: ClosedTo
    code: ClosedTo
    by_default: bool = Field(description="Whether the authority has said nothing of its own.")
    version: int = Field(description="The authority's.")
