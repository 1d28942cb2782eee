"""What the application installs of this room."""

from app.access.rooms import Room
from app.programmes import endpoints, policy

ROOM = Room(routers=[endpoints.programmes_api, endpoints.charters_api], policies=policy.POLICIES)
