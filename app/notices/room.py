"""What the application installs of this room."""

from app.access.rooms import Room
from app.notices import endpoints, personal, policy
from app.notices.notices import TABLE, tell

ROOM = Room(
    routers=[endpoints.api],
    policies=[policy.POLICY],
    subscribers={"notices": (tuple(TABLE), tell)},
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
