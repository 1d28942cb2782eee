"""What the application installs of this room."""

from app.access.rooms import Room
from app.audit import chores, concerns, endpoints, personal, policy

ROOM = Room(
    routers=[endpoints.api, endpoints.checkpoints_api, endpoints.me_api],
    policies=[policy.POLICY],
    chores=[chores.forget_addresses],
    concerned=concerns.CONCERNED,
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
