"""What the application installs of this room."""

from app.access.rooms import Room
from app.signin import endpoints, pages, personal, policy, sessions

ROOM = Room(
    routers=[endpoints.api],
    pages=[pages.open_pages, pages.pages],
    policies=[policy.POLICY],
    chores=[sessions.forget_ended],
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
