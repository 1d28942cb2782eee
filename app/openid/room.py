"""What the application installs of this room."""

from app.access.rooms import Door, Room
from app.openid import admission, endpoints, events, pages, personal, policy, problems
from app.openid.farewell import farewell
from app.openid.reactions import forget_attempts
from app.people.events import AgentCapacityGranted, AuthorityEdited

ROOM = Room(
    routers=[endpoints.providers_api, endpoints.bindings_api, endpoints.doors_api],
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
    reactions=[
        (AgentCapacityGranted, admission.end_sessions),
        (AuthorityEdited, admission.end_sessions),
        (events.ProviderSet, admission.end_sessions),
    ],
    chores=[forget_attempts],
    refusals={"uq_identity_providers_authority_id_issuer": problems.ProviderKnown},
    personal=personal.PERSONAL,
)
