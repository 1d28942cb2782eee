"""What the application installs of this room."""

from app.access.rooms import Room
from app.amendments import endpoints, lifecycle, personal, policy, reactions, service
from app.mandates.problems import AmendmentInPreparation

ROOM = Room(
    routers=[endpoints.of_mandates, endpoints.api, endpoints.tasks],
    policies=[policy.POLICY, policy.TASKS],
    lifecycles=[lifecycle.LIFECYCLE, lifecycle.TASKS],
    reactions=reactions.REACTIONS,
    chores=[service.review_all],
    refusals={"uq_mandate_amendments_open": AmendmentInPreparation},
    personal=personal.PERSONAL,
)
