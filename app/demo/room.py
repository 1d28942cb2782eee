"""What the application installs of the demonstration, where it is the demonstration and nothing else."""

from app.access.rooms import Door, Room
from app.demo import pages

ROOM = Room(
    pages=[pages.pages],
    doors=[Door("demo", "demo/door.html", rank=0, is_open=lambda settings: settings.demo, about=pages.about)],
)
