"""What the application installs of this room."""

from app.access.rooms import Room
from app.people import endpoints, policy, problems

ROOM = Room(
    routers=[
        endpoints.me_api,
        endpoints.founding_api,
        endpoints.authorities_api,
        endpoints.directorates_api,
        endpoints.agents_api,
        endpoints.absences_api,
    ],
    policies=policy.POLICIES,
    refusals={
        "uq_authorities_slug": problems.SlugTaken,
        "uq_absences_agent_id_first_day_first_half_last_day_last_half": problems.AbsenceOverlap,
    },
)
