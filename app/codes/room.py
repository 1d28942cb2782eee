"""What the application installs of this room."""

from app.access.rooms import Door, Room
from app.codes import endpoints, pages, personal, policy
from app.codes.problems import CodeRaced

ROOM = Room(
    routers=[endpoints.api],
    pages=[pages.open_pages, pages.pages],
    doors=[
        Door(
            pages.DOOR,
            "codes/door.html",
            rank=30,
            is_open=lambda settings: settings.code_key_bytes is not None,
        )
    ],
    policies=[policy.POLICY],
    refusals={"uq_sign_in_codes_live": CodeRaced},
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
