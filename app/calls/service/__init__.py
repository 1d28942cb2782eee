"""What can be done with calls and with applications to them."""

from app.calls.service.applications import accept, decline, find_application, submit, withdraw
from app.calls.service.calls import cancel, close, conclude, draft, edit, find, open_, turn_pages

__all__ = [
    "accept",
    "cancel",
    "close",
    "conclude",
    "decline",
    "draft",
    "edit",
    "find",
    "find_application",
    "open_",
    "submit",
    "turn_pages",
    "withdraw",
]
