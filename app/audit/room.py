"""What the application installs of this room."""

from app.access.rooms import Room
from app.audit import endpoints, policy

ROOM = Room(routers=[endpoints.api], policies=[policy.POLICY])
