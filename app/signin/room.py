"""What the application installs of this room."""

from app.access.rooms import Room, Shortcut
from app.kit.i18n import _
from app.people.events import AgentLeft
from app.signin import endpoints, pages, personal, policy, reactions, sessions

ROOM = Room(
    routers=[endpoints.api, endpoints.tokens_api, endpoints.agents_api],
    pages=[pages.open_pages, pages.pages],
    shortcuts=[
        Shortcut(
            pages.ACCESS,
            _("Mes accès"),
            _("Où vous êtes connecté, et les jetons de vos programmes."),
            lambda actor: policy.POLICY.allows(None, actor, "list"),
        )
    ],
    policies=[policy.POLICY, policy.TOKENS],
    reactions=[(AgentLeft, reactions.end_access)],
    chores=[sessions.forget_ended, reactions.end_access_of_leavers],
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
