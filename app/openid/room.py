"""What the application installs of this room."""

from app.access.rooms import Door, Room
from app.openid import endpoints, pages, personal, policy, problems
from app.openid.farewell import farewell
from app.openid.reactions import forget_attempts

ROOM = Room(
    routers=[endpoints.providers_api, endpoints.bindings_api],
    pages=[pages.pages],
    doors=[
        Door(
            pages.DOOR,
            "openid/door.html",
            rank=10,
            is_open=lambda settings: bool(settings.oidc_secrets),
        )
    ],
    farewells=[farewell],
    policies=policy.POLICIES,
    chores=[forget_attempts],
    refusals={"uq_identity_providers_authority_id_issuer": problems.ProviderKnown},
    personal=personal.PERSONAL,
)
