"""What the application installs of this room."""

from app.access.rooms import Room, Shortcut
from app.audit import chores, concerns, endpoints, pages, personal, policy
from app.kit.i18n import _

ROOM = Room(
    routers=[endpoints.api, endpoints.checkpoints_api, endpoints.me_api],
    pages=[pages.pages],
    shortcuts=[
        Shortcut(
            pages.MINE,
            _("Ce qui me concerne"),
            _("Ce que vous avez fait, et ce qui a été fait à votre sujet : chaque geste est noté."),
            lambda actor: policy.POLICY.allows(None, actor, "list_mine"),
        ),
        Shortcut(
            pages.JOURNAL,
            _("Le journal"),
            _("Tout ce qui s’est passé dans la collectivité, dans l’ordre."),
            lambda actor: policy.POLICY.allows(None, actor, "list"),
        ),
    ],
    policies=[policy.POLICY],
    chores=[chores.forget_addresses],
    concerned=concerns.CONCERNED,
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
