"""What the application installs of this room."""

from app.access.rooms import Room
from app.irritants import endpoints, lifecycle, policy

ROOM = Room(routers=[endpoints.api], policies=[policy.POLICY], lifecycles=[lifecycle.LIFECYCLE])
