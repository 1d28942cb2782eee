"""What the application installs of this room."""

from app.access.rooms import Room
from app.half_days import endpoints, lifecycle, personal, policy, problems, reactions

ROOM = Room(
    routers=[endpoints.api],
    policies=[policy.POLICY],
    lifecycles=[lifecycle.LIFECYCLE],
    reactions=reactions.REACTIONS,
    refusals={"uq_half_days_standing": problems.HalfDayTaken},
    personal=personal.PERSONAL,
)
