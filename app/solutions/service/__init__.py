"""What can be done with solutions and adoptions."""

from app.solutions.service.adoptions import adapt, declare, drop, find_adoption, use
from app.solutions.service.solutions import draft, edit, find, publish, retire

__all__ = [
    "adapt",
    "declare",
    "draft",
    "drop",
    "edit",
    "find",
    "find_adoption",
    "publish",
    "retire",
    "use",
]
