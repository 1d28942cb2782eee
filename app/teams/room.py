"""What the application installs of this room."""

from app.access.rooms import Room
from app.calls.events import ApplicationWithdrawn, CallCancelled, CallConcluded
from app.teams import endpoints, lifecycle, personal, policy, problems, reactions

ROOM = Room(
    routers=[endpoints.teams, endpoints.log_entries],
    policies=[policy.TEAM_POLICY, policy.LOG_POLICY],
    lifecycles=[lifecycle.TEAMS, lifecycle.PHASES],
    reactions=[
        (CallConcluded, reactions.free_irritants_without_team),
        (CallCancelled, reactions.free_irritants_without_team),
        (ApplicationWithdrawn, reactions.let_applicant_go),
    ],
    refusals={
        "uq_teams_active_irritant": problems.IrritantTaken,
        "uq_team_members_team_id_agent_id": problems.AlreadyMember,
    },
    personal=personal.PERSONAL,
)
