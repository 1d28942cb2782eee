"""Plan follow-ups, hold them, keep what is promised there, and answer the spiral."""

from app.follow_ups.service.commitments import break_, drop, find_commitment, keep
from app.follow_ups.service.meetings import find, hold, miss, report, schedule
from app.follow_ups.service.planning import cancel, plan, replan, restore, turn_pages
from app.follow_ups.service.spiral import answer, read_spiral

__all__ = [
    "answer",
    "break_",
    "cancel",
    "drop",
    "find",
    "find_commitment",
    "hold",
    "keep",
    "miss",
    "plan",
    "read_spiral",
    "replan",
    "report",
    "restore",
    "schedule",
    "turn_pages",
]
