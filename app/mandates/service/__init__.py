"""All that can be done with a mandate, for the endpoints and the rooms above."""

from app.mandates.service import comments, library
from app.mandates.service.course import (
    complete,
    end_with_team,
    resume,
    resume_due,
    suspend,
    terminate,
    turn_pages,
)
from app.mandates.service.drafting import draft, edit, find_by_name
from app.mandates.service.finding import find, find_to_sign
from app.mandates.service.outside import bring_signed
from app.mandates.service.reminding import announce_ends, ask_again, call_deadlines, lapse_late
from app.mandates.service.signing import refuse, sign, submit, withdraw, withdraw_for_team
from app.mandates.service.slots import relieve

__all__ = [
    "announce_ends",
    "ask_again",
    "bring_signed",
    "call_deadlines",
    "comments",
    "complete",
    "draft",
    "edit",
    "end_with_team",
    "find",
    "find_by_name",
    "find_to_sign",
    "lapse_late",
    "library",
    "refuse",
    "relieve",
    "resume",
    "resume_due",
    "sign",
    "submit",
    "suspend",
    "terminate",
    "turn_pages",
    "withdraw",
    "withdraw_for_team",
]
