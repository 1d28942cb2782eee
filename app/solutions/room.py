"""What the application installs of this room."""

from app.access.rooms import Room
from app.solutions import endpoints, lifecycle, personal, policy, problems

ROOM = Room(
    routers=[endpoints.solutions, endpoints.adoptions],
    policies=[policy.WRITING, policy.SOLUTION, policy.ADOPTION],
    lifecycles=[lifecycle.SOLUTIONS, lifecycle.ADOPTIONS],
    refusals={"uq_adoptions_live": problems.AlreadyAdopted},
    personal=personal.PERSONAL,
)
