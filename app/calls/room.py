"""What the application installs of this room."""

from app.access.rooms import Room
from app.calls import endpoints, lifecycle, personal, policy, problems, service

ROOM = Room(
    routers=[endpoints.calls, endpoints.applications],
    policies=[policy.CALL_POLICY, policy.APPLICATION_POLICY],
    lifecycles=[lifecycle.CALLS, lifecycle.APPLICATIONS],
    chores=[service.turn_pages],
    refusals={
        "ck_calls_dates": problems.DatesReversed,
        "uq_applications_standing": problems.AlreadyApplied,
    },
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
