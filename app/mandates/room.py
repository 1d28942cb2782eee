"""What the application installs of this room."""

from app.access.rooms import Room
from app.mandates import endpoints, lifecycle, personal, policy, problems, reactions, service
from app.teams.events import TeamConcluded, TeamEdited, TeamMemberJoined, TeamMemberLeft

ROOM = Room(
    routers=[endpoints.api],
    policies=[policy.WRITING, policy.POLICY],
    lifecycles=[lifecycle.LIFECYCLE],
    reactions=[
        (TeamConcluded, reactions.end_with_team),
        (TeamMemberJoined, reactions.follow_members),
        (TeamMemberLeft, reactions.follow_members),
        (TeamEdited, reactions.follow_client),
    ],
    chores=[service.resume_due, service.turn_pages],
    refusals={"uq_mandates_team_prepared": problems.MandateInPreparation},
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
