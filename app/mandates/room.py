"""What the application installs of this room."""

from app.access.rooms import Room
from app.mandates import (
    endpoints,
    lifecycle,
    paper_endpoints,
    paper_pages,
    personal,
    policy,
    problems,
    reactions,
    service,
)
from app.mandates.papers import timestamping
from app.teams.events import TeamConcluded, TeamEdited, TeamMemberJoined, TeamMemberLeft

ROOM = Room(
    routers=[endpoints.api, paper_endpoints.api, paper_endpoints.open_api],
    pages=[paper_pages.pages],
    files=[
        "/api/v1/verifications",
        "/api/v1/mandates/{mandate_id}/external-signature",
        paper_pages.DOOR,
    ],
    policies=[policy.WRITING, policy.POLICY],
    lifecycles=[lifecycle.LIFECYCLE],
    reactions=[
        (TeamConcluded, reactions.end_with_team),
        (TeamMemberJoined, reactions.follow_members),
        (TeamMemberLeft, reactions.follow_members),
        (TeamEdited, reactions.follow_client),
    ],
    chores=[service.turn_pages],
    errands=[timestamping.stamp_due],
    refusals={"uq_mandates_team_prepared": problems.MandateInPreparation},
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
