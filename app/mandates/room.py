"""What the application installs of this room."""

from app.access.rooms import Room
from app.mandates import (
    archive_endpoints,
    endpoints,
    lifecycle,
    pages,
    paper_endpoints,
    personal,
    policy,
    problems,
    reactions,
    service,
)
from app.teams.events import TeamConcluded, TeamEdited, TeamMemberJoined, TeamMemberLeft

ROOM = Room(
    routers=[archive_endpoints.api, endpoints.api, paper_endpoints.api],
    pages=[pages.pages],
    policies=[policy.WRITING, policy.POLICY],
    lifecycles=[lifecycle.LIFECYCLE],
    reactions=[
        (TeamConcluded, reactions.end_with_team),
        (TeamMemberJoined, reactions.follow_members),
        (TeamMemberLeft, reactions.follow_members),
        (TeamEdited, reactions.follow_client),
    ],
    chores=[service.turn_pages, service.lapse_late, service.ask_again, service.announce_ends],
    refusals={"uq_mandates_team_prepared": problems.MandateInPreparation},
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
