"""What the application installs of this room."""

from app.access.rooms import Door, Room
from app.links import pages, personal, service

ROOM = Room(
    pages=[pages.pages],
    doors=[
        Door(
            pages.DOOR,
            "links/door.html",
            rank=20,
            is_open=lambda settings: bool(settings.smtp_url or settings.demo),
        )
    ],
    chores=[service.forget],
    errands=[lambda database, settings: service.prepare(database, settings.public_url)],
    personal=personal.PERSONAL,
)
