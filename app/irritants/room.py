"""What the application installs of this room."""

from app.access.rooms import Room
from app.irritants import announcing, endpoints, lifecycle, personal, policy, protection

ROOM = Room(
    routers=[endpoints.api, endpoints.unlinked_api, endpoints.followed_api],
    policies=[policy.POLICY],
    lifecycles=[lifecycle.LIFECYCLE],
    chores=[announcing.announce_due, protection.forget_due],
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
