"""What the application installs of this room."""

from app.access.rooms import Room
from app.clients import endpoints, oauth, policy, service
from app.signin.problems import ClientNameTaken

ROOM = Room(
    routers=[endpoints.api],
    pages=[oauth.pages, oauth.tokens],
    policies=[policy.POLICY],
    chores=[service.forget],
    refusals={"uq_api_clients_authority_id_name": ClientNameTaken},
)
