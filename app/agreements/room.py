"""What the application installs of this room."""

from app.access.rooms import Room
from app.agreements import endpoints, lifecycle, personal, policy, reactions

ROOM = Room(
    routers=[endpoints.asking, endpoints.api],
    policies=[policy.REQUESTING, policy.POLICY],
    lifecycles=[lifecycle.LIFECYCLE],
    reactions=reactions.REACTIONS,
    personal=personal.PERSONAL,
)
