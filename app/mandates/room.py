"""What the application installs of this room."""

from app.access.rooms import Room, Shortcut
from app.kit.i18n import _
from app.mandates import (
    archive_endpoints,
    drafting_endpoints,
    drafting_lifecycle,
    drafting_policy,
    endpoints,
    lifecycle,
    pages,
    paper_endpoints,
    paper_pages,
    personal,
    policy,
    problems,
    reactions,
    service,
)
from app.mandates.papers import timestamping
from app.people.events import AuthorityCreated
from app.teams.events import TeamConcluded, TeamEdited, TeamMemberJoined, TeamMemberLeft

ROOM = Room(
    routers=[
        archive_endpoints.api,
        endpoints.api,
        paper_endpoints.api,
        drafting_endpoints.of_mandates_api,
        drafting_endpoints.comments_api,
        drafting_endpoints.models_api,
        paper_endpoints.open_api,
    ],
    pages=[pages.pages, paper_pages.pages],
    files=[
        "/api/v1/verifications",
        "/api/v1/mandates/{mandate_id}/external-signature",
        paper_pages.DOOR,
    ],
    shortcuts=[
        Shortcut(
            "/mandats",
            _("Mandats"),
            _("Ceux qui attendent votre signature, et ceux qui vous concernent."),
            lambda actor: policy.POLICY.allows(None, actor, "list"),
        )
    ],
    policies=[policy.WRITING, policy.POLICY, drafting_policy.COMMENT, drafting_policy.MODEL],
    lifecycles=[
        lifecycle.LIFECYCLE,
        drafting_lifecycle.COMMENT_LIFECYCLE,
        drafting_lifecycle.MODEL_LIFECYCLE,
    ],
    reactions=[
        (AuthorityCreated, reactions.begin_model),
        (TeamConcluded, reactions.end_with_team),
        (TeamMemberJoined, reactions.follow_members),
        (TeamMemberLeft, reactions.follow_members),
        (TeamEdited, reactions.follow_client),
    ],
    chores=[
        service.resume_due,
        service.turn_pages,
        service.lapse_late,
        service.ask_again,
        service.announce_ends,
        service.call_deadlines,
        reactions.begin_model_where_there_is_none,
    ],
    errands=[timestamping.stamp_due],
    refusals={"uq_mandates_team_prepared": problems.MandateInPreparation},
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
