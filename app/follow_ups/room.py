"""What the application installs of this room."""

from app.access.rooms import Room
from app.follow_ups import endpoints, lifecycle, personal, policy, problems, reactions, service

ROOM = Room(
    routers=[endpoints.api, endpoints.unlinked, endpoints.commitments],
    policies=[policy.FOLLOW_UPS, policy.COMMITMENTS],
    lifecycles=[lifecycle.FOLLOW_UPS, lifecycle.COMMITMENTS],
    reactions=reactions.REACTIONS,
    chores=[service.turn_pages],
    refusals={"uq_follow_up_reports_follow_up_id_side": problems.ReportThere},
    personal=personal.PERSONAL,
)
