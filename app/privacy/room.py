"""What the application installs of this room."""

from app.access.rooms import Room
from app.privacy import endpoints, personal, policy, problems, purging

ROOM = Room(
    routers=[endpoints.me_api, endpoints.agents_api, endpoints.erasures_api, endpoints.retention_api],
    policies=policy.POLICIES,
    chores=[purging.daily],
    refusals={"uq_erasures_agent_id": problems.AlreadyErased},
    personal=personal.PERSONAL,
    periods=purging.PERIODS,
)
